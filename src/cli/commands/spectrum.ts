/** @file `pareidolia spectrum`: which frequencies pictures, perturbations, drawings and input gradients are made of. */
import { extname } from 'node:path';
import { encodePng, rasterize } from '#image-codec';
import { openRuntime } from '#runtime';
import { batchOf, type Picture, toRgb } from '../../image/image.ts';
import { centerCrop } from '../../image/resize.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { figure, inlinePicture, pictureRow } from '../../report/figure.ts';
import { html } from '../../report/html.ts';
import { page } from '../../report/page.ts';
import { table } from '../../report/table.ts';
import { describeSpectrum, placeInBand, type SpectrumSummary } from '../../spectrum/describe-spectrum.ts';
import { gradientSpectrum, layerSpectra, lineOrigins } from '../../spectrum/gradient-spectrum.ts';
import { spectralLines } from '../../spectrum/lines.ts';
import { type NaturalBand, naturalBand } from '../../spectrum/natural-band.ts';
import { naturalPictureBand } from '../../spectrum/natural-band-data.ts';
import { type PictureBatch, type PowerSpectrum, powerSpectrum } from '../../spectrum/power-spectrum.ts';
import { type RadialFigure, radialFigurePng, radialFigureSvg } from '../../spectrum/radial-figure.ts';
import { randomTwin } from '../../spectrum/random-twin.ts';
import { SpectrumError } from '../../spectrum/spectrum-error.ts';
import { spectrumPicture } from '../../spectrum/spectrum-picture.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { readLabelled } from '../labelled-pictures.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutputs, writeOutput } from '../output.ts';
import { pairPaths, readPairs } from '../picture-pairs.ts';
import { listPictures, readPicture } from '../pictures.ts';
import { type SensitivityFlags, sensitivityKinds } from '../sensitivity-flags.ts';
import {
  type NamedSummary,
  spectrumCsv,
  spectrumFindings,
  spectrumLines,
  spectrumTable,
  type TwinLayers,
} from '../spectrum-output.ts';
import { sensitivity } from './sensitivity.ts';

/** Flags of the command. */
export interface SpectrumFlags extends ModelFlags, SensitivityFlags {
  readonly gradient?: string;
  readonly difference: boolean;
  readonly window: boolean;
  readonly natural?: string;
  readonly above: number;
  readonly layers?: number;
  readonly csv?: string;
  readonly map?: string;
  readonly out?: string;
}

/** What was measured. */
interface Measured {
  readonly heading: string;
  readonly summaries: readonly (NamedSummary & { readonly spectrum: PowerSpectrum })[];
  readonly layers?: readonly NamedSummary[];
  readonly origins?: ReturnType<typeof lineOrigins>;
  readonly twin?: TwinLayers;
  readonly notes: readonly string[];
}

/** Pictures at most, unless told otherwise. */
const usualLimit = 100;

const figureTypes = ['.svg', '.png', '.html'];

/** Runs the command. */
export async function spectrumCommand(this: CliContext, flags: SpectrumFlags, ...paths: string[]): Promise<void> {
  if (sensitivityKinds.some((kind) => flags[kind])) {
    const [model, pictures] = paths;
    if (model === undefined || pictures === undefined || paths.length > 2)
      throw new CliError('Where a model is weak is measured on a model and a data set or folder of pictures.');
    for (const what of ['csv', 'map'] as const)
      if (flags[what] !== undefined)
        throw new CliError(
          `--${what} is of spectra; with --heatmap, --waves, --bands and --filtered -o FILE writes JSON, CSV and figures.`,
        );
    await sensitivity.call(this, flags, model, pictures);
    return;
  }
  if (paths.length === 0) throw new CliError('Say which pictures to measure: files or folders.');
  if (flags.gradient !== undefined && flags.difference) throw new CliError('--difference does not go with --gradient.');
  if (flags.out !== undefined && !figureTypes.includes(extname(flags.out).toLowerCase()))
    throw new CliError(`A figure is written as .svg, .png or .html; ${flags.out} is none of them.`);
  if (flags.map !== undefined && extname(flags.map).toLowerCase() !== '.png')
    throw new CliError(`The map is written as PNG; ${flags.map} is not named .png.`);
  const inputs = [...paths, ...(flags.gradient === undefined ? [] : [flags.gradient])];
  await prepareOutputs([flags.csv, flags.map, flags.out], inputs);
  const found = await withProgress(this, 'Measuring spectra', async (update) => {
    const measured =
      flags.gradient === undefined
        ? await measurePictures(this, flags, paths)
        : await measureGradients(this, flags, flags.gradient, paths, update);
    const first = measured.summaries[0]!.summary;
    return { ...measured, band: await bandOfFolder(this, flags, Math.min(first.height, first.width)) };
  });
  const { heading, summaries, layers, origins, twin, notes, band } = found;
  const drawing: RadialFigure = {
    heading,
    curves: summaries.map(({ name, summary }) => ({ name, ...summary.radial })),
    ...(band === undefined ? {} : { band }),
    notes,
  };
  const written = [flags.csv, flags.map, flags.out].filter((path) => path !== undefined);
  const json = {
    spectra: summaries.map((one) => plain(one, band)),
    ...(layers === undefined ? {} : { layers: layers.map((one) => plain(one)) }),
    ...(origins === undefined ? {} : { origins }),
    ...(twin === undefined ? {} : { twin: { ...twin, layers: twin.layers.map((one) => plain(one)) } }),
    ...(band === undefined ? {} : { natural: band }),
    notes,
    written,
  };
  const lines = [...spectrumLines(found), ...(written.length === 0 ? [] : ['', `written: ${written.join(', ')}`])];
  const twinRows = twin?.layers.map((one) => ({ ...one, name: `its random twin, ${one.name}` })) ?? [];
  if (flags.csv !== undefined)
    await writeOutput(flags.csv, spectrumCsv([...summaries, ...(layers ?? []), ...twinRows]));
  if (flags.map !== undefined) await writeOutput(flags.map, await encodePng(spectrumPicture(summaries[0]!.spectrum)));
  if (flags.out !== undefined) await writeOutput(flags.out, await drawn(flags.out, drawing, found));
  this.process.stdout.write(flags.json ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join('\n')}\n`);
}

const plain = ({ name, summary }: NamedSummary, band?: NaturalBand): object => ({
  name,
  ...summary,
  ...(band === undefined ? {} : { naturalBand: placeInBand(summary, band) }),
});

async function measurePictures(context: CliContext, flags: SpectrumFlags, paths: readonly string[]): Promise<Measured> {
  const { batch, notes } = flags.difference ? await differences(flags, paths) : await pictures(context, flags, paths);
  const spectrum = await powerSpectrum(batch, {
    window: flags.window ? 'hann' : 'none',
    mean: 'removed',
    device: await openRuntime(flags.device),
    signal: context.signal,
  });
  if (spectrum.power.every((power) => power < 1e-18))
    throw new SpectrumError(
      flags.difference
        ? 'The pictures are equal; nothing has no spectrum.'
        : 'The pictures are of one colour each, which has no spectrum.',
    );
  const count = batch.shape[0];
  const what = flags.difference ? `difference${count === 1 ? '' : 's'}` : `picture${count === 1 ? '' : 's'}`;
  const name = flags.difference ? `${paths[0]} less ${paths[1]}` : paths.length === 1 ? paths[0]! : `${count} pictures`;
  const summary = describeSpectrum(spectrum, flags.above);
  return {
    heading: `Spectrum of ${count} ${what}, ${batch.shape[3]} x ${batch.shape[2]}${flags.window ? ', windowed' : ''}`,
    summaries: [{ name, spectrum, summary }],
    notes: [...notes, ...lineNotes(summary, flags.window)],
  };
}

/** What keeps lines from being told, or makes them up. */
function lineNotes({ height, width, lines }: SpectrumSummary, isWindowed: boolean): string[] {
  if (lines.length === 0)
    return [
      `Lines cannot be told in ${width} x ${height} pixels: sides are multiples of a period and at least four times as long. Cut the pictures, to multiples of 32 say.`,
    ];
  return isWindowed || lines.every(({ index }) => index < 2)
    ? []
    : ['Without --window the jumps between opposite edges of pictures look like lines too; perturbations have none.'];
}

/** Pictures in colour, cut to the largest size that fits in all. */
async function pictures(context: CliContext, { limit = usualLimit }: SpectrumFlags, paths: readonly string[]) {
  const files = (await listPictures(paths)).slice(0, limit);
  const read: Picture[] = [];
  for (const { path } of files) {
    context.signal.throwIfAborted();
    read.push(toRgb(await readPicture(path)));
  }
  return cut(read);
}

/** The first pictures less the second ones. */
async function differences({ limit = usualLimit }: SpectrumFlags, paths: readonly string[]) {
  if (paths.length !== 2) throw new CliError(`--difference takes two pictures or two folders, got ${paths.length}.`);
  const { pairs } = await pairPaths(paths[0]!, paths[1]!);
  const read: Picture[] = [];
  for await (const group of readPairs(pairs.slice(0, limit), false))
    for (const { x, y } of group) {
      const [a, b] = [toRgb(x), toRgb(y)];
      read.push({ ...a, data: a.data.map((value, i) => value - b.data[i]!) });
    }
  return cut(read);
}

function cut(read: readonly Picture[]): { readonly batch: PictureBatch; readonly notes: readonly string[] } {
  const [width, height] = [Math.min(...read.map((one) => one.width)), Math.min(...read.map((one) => one.height))];
  const unequal = read.some((one) => one.width !== width || one.height !== height);
  const same = unequal ? read.map((one) => centerCrop(one, width, height)) : read;
  return {
    batch: { shape: [read.length, 3, height, width], pixels: batchOf(same) },
    notes: unequal
      ? [
          `Pictures of several sizes are cut to the middle ${width} x ${height}, not resampled, which would change their spectra.`,
        ]
      : [],
  };
}

/** What the rows of layers are of. */
const layerNote =
  'Layers: slopes, shares and centroids are of single units, on average; lines are of all places of a layer together, which single units have none of.';

async function measureGradients(
  context: CliContext,
  flags: SpectrumFlags,
  path: string,
  paths: readonly string[],
  update: (text: string) => void,
): Promise<Measured> {
  const { signal } = context;
  const options = loadOptionsOf(flags);
  await using model = await loadModel(path, options);
  for (const note of model.notes) context.process.stderr.write(`note: ${note}\n`);
  const images: Float32Array[] = [];
  for (const spec of paths)
    images.push(
      ...(await readLabelled(spec, model, { limit: flags.limit ?? usualLimit, seed: flags.seed, signal })).images,
    );
  const summary = (spectrum: Awaited<ReturnType<typeof gradientSpectrum>>): SpectrumSummary =>
    describeSpectrum(spectrum, flags.above);
  const own = await gradientSpectrum(model, images, {
    signal,
    onProgress: (done, total) => update(`gradient ${done} of ${total}`),
  });
  const layersOf = async (of: Model, what: string) => {
    const layers = await layerSpectra(of, images.slice(0, 32), {
      ...(flags.layers === undefined ? {} : { most: flags.layers }),
      signal,
      onProgress: (done, total) => update(`${what} ${done} of ${total}`),
    });
    // Lines are of all places together, all else of single units.
    const named = layers.map(({ layer, op, spectrum, units }) => ({
      name: layer.includes(op) ? layer : `${layer} (${op})`,
      summary: { ...summary(units), lines: spectralLines(spectrum) },
    }));
    return { layers: named, origins: lineOrigins(layers) };
  };
  const found = await layersOf(model, 'layer');
  const twin = await twinOf();
  return {
    heading: `Spectrum of ${model.name}'s input gradients on ${images.length} pictures`,
    summaries: [
      { name: model.name, spectrum: own, summary: summary(own) },
      ...(twin.spectrum === undefined
        ? []
        : [{ name: 'its random twin', spectrum: twin.spectrum, summary: summary(twin.spectrum) }]),
    ],
    ...found,
    ...(twin.found === undefined ? {} : { twin: twin.found }),
    notes: [...(found.layers.length === 0 ? [] : [layerNote]), ...(twin.note === undefined ? [] : [twin.note])],
  };

  async function twinOf() {
    try {
      const bytes = randomTwin(model, flags.seed);
      await using random = await loadModel(bytes, {
        ...options,
        preprocessing: model.preprocessing,
        device: model.device,
      });
      const spectrum = await gradientSpectrum(random, images, { signal });
      return { spectrum, found: await layersOf(random, "the twin's layer") };
    } catch (error) {
      if (!(error instanceof SpectrumError)) throw error;
      return { note: `No twin of random weights: ${error.message}` };
    }
  }
}

async function bandOfFolder(
  context: CliContext,
  { natural, limit = usualLimit, device }: SpectrumFlags,
  side: number,
): Promise<NaturalBand | undefined> {
  if (natural === undefined) return undefined;
  if (natural === 'embedded') return naturalPictureBand;
  const read: Picture[] = [];
  for (const { path } of await listPictures([natural])) {
    context.signal.throwIfAborted();
    if (read.length === limit) break;
    const picture = toRgb(await readPicture(path));
    if (Math.min(picture.width, picture.height) >= side) read.push(centerCrop(picture, side, side));
  }
  if (read.length < 2)
    throw new CliError(
      `--natural takes two or more pictures of at least ${side} pixels a side; ${natural} has ${read.length}.`,
    );
  return naturalBand(
    natural,
    { shape: [read.length, 3, side, side], pixels: batchOf(read) },
    { device: await openRuntime(device), signal: context.signal },
  );
}

async function drawn(
  path: string,
  drawing: RadialFigure,
  found: Measured & { readonly band: NaturalBand | undefined },
): Promise<Uint8Array | string> {
  const type = extname(path).toLowerCase();
  if (type === '.svg') return radialFigureSvg(drawing);
  if (type === '.png') return radialFigurePng(drawing);
  const curves = await inlinePicture(await rasterize(await radialFigureSvg(drawing)), drawing.heading);
  const maps = await Promise.all(
    found.summaries.map(async ({ name, spectrum }) => ({
      title: name,
      picture: await inlinePicture(spectrumPicture(spectrum), `Power of ${name} at every frequency`),
    })),
  );
  const columns = Math.max(2, maps.length);
  return page({
    title: drawing.heading,
    sections: [
      {
        title: 'Power by frequency',
        content: [
          figure(curves, drawing.notes?.join(' ') ?? ''),
          table(spectrumTable(found.summaries, '')),
          spectrumFindings(found).map((sentence) => html`<p>${sentence}</p>`),
        ],
      },
      {
        title: 'Power at every frequency',
        content: [
          pictureRow(maps, { columns }),
          html`<p>The mean is in the middle, the highest frequencies at the borders; light is much power, on a logarithmic scale.</p>`,
        ],
      },
      ...(found.layers === undefined
        ? []
        : [{ title: 'Layer by layer', content: table(spectrumTable(found.layers, 'gradient of')) }]),
      ...(found.twin === undefined
        ? []
        : [
            {
              title: 'Layer by layer, with random weights',
              content: table(spectrumTable(found.twin.layers, 'gradient of')),
            },
          ]),
    ],
  });
}
