/** @file Priors by name: how pictures are made, and what is held against them. */
import type { ColourMatrix } from './colour.ts';
import { cppn } from './cppn.ts';
import { deepImage } from './deep-image.ts';
import { enlarged, smallerSize } from './enlarged.ts';
import { type FourierOptions, fourier } from './fourier-picture.ts';
import { type GeneratorOptions, openGenerator } from './generator.ts';
import { laplacianPyramid } from './laplacian-pyramid.ts';
import { maco } from './maco.ts';
import { naturalPictures } from './natural-data.ts';
import { type NaturalStatistics, spectrumAt } from './natural-statistics.ts';
import type { Parameterisation, PictureSize } from './parameterisation.ts';
import { lowResolution, pixels, rawPixels } from './pixels.ts';
import { PriorError } from './prior-error.ts';

/** What a prior is opened for. */
export interface PriorOptions {
  /** Colours and spectrum of natural pictures; those that come with the package unless given. */
  readonly natural?: NaturalStatistics;
  /** For `fourier`: the power of 1 / f. */
  readonly decay?: number;
  /** For `generator`: its file, and what else `openGenerator` takes. */
  readonly generator?: string | URL | Uint8Array;
  readonly code?: Omit<GeneratorOptions, 'size'>;
}

interface Row {
  readonly brief: string;
  open(size: PictureSize, options: PriorOptions): Parameterisation | Promise<Parameterisation>;
}

const coloursOf = ({ natural }: PriorOptions): [ColourMatrix?] => (natural === undefined ? [] : [natural.colours]);

/** Every parameterisation by name. */
export const priors: Readonly<Record<string, Row>> = {
  raw: { brief: 'pixels themselves, as attacks change them: no prior', open: (size) => rawPixels(size) },
  pixels: { brief: 'pixels in decorrelated colours', open: (size, options) => pixels(size, ...coloursOf(options)) },
  'low-resolution': {
    brief: 'a quarter of the pixels in each direction, spread',
    open: (size, options) => lowResolution(size, 4, ...coloursOf(options)),
  },
  laplacian: {
    brief: 'a sum of ever coarser sheets of colour',
    open: (size, options) => laplacianPyramid(size, 4, ...coloursOf(options)),
  },
  fourier: {
    brief: 'waves, larger the longer they are (1 / f), in decorrelated colours',
    open: (size, options) => fourier(size, waveOptions(options)),
  },
  'low-fourier': {
    brief: 'the same at 16 pixels, spread: few numbers, for searches without gradients',
    open: (size, options) => enlarged(fourier(smallerSize(size, 16), waveOptions(options)), size),
  },
  maco: {
    brief: 'waves as large as in natural pictures; only their phases are searched',
    open: (size, options) => maco(spectrumAt(options.natural ?? naturalPictures, size), colourOption(options)),
  },
  'maco:legacy': {
    brief: "the same with its published code's phases, normal and standardised",
    open: (size, options) =>
      maco(spectrumAt(options.natural ?? naturalPictures, size), { ...colourOption(options), legacy: true }),
  },
  cppn: { brief: 'a small network of the coordinates', open: (size) => cppn(size) },
  'deep-image': { brief: 'an untrained convolutional network (deep image prior)', open: (size) => deepImage(size) },
  generator: {
    brief: "codes of a generator's file; the embedded one of CIFAR-10 unless given",
    open: (size, { generator = 'zoo:cifar10-generator', code }) => openGenerator(generator, { size, ...code }),
  },
};

function colourOption({ natural }: PriorOptions): { readonly colours?: ColourMatrix } {
  return natural === undefined ? {} : { colours: natural.colours };
}

function waveOptions({ decay, ...options }: PriorOptions): FourierOptions {
  return { ...colourOption(options), ...(decay === undefined ? {} : { decay }) };
}

/** A prior by its name for a size of picture. @throws PriorError listing the names where there is none */
export async function openPrior(
  name: string,
  size: PictureSize,
  options: PriorOptions = {},
): Promise<Parameterisation> {
  const row = priors[name];
  if (row === undefined)
    throw new PriorError(`There is no prior "${name}"; there are ${Object.keys(priors).join(', ')}.`);
  return row.open(size, options);
}
