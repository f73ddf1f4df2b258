/**
 * @file Generators (Nguyen et al. 2016, "Synthesizing the preferred inputs"): a network that was trained to draw makes the picture from a
 * code, and the code is what is searched. It is kept near what the generator knows: within bounds for each number, as DGN-AM does, or on
 * the sphere where normal codes lie.
 */
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { resize } from '../tensor/ops/resize.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { openNetworkFile } from './network-file.ts';
import { normalStart, type Parameterisation, type PictureSize } from './parameterisation.ts';
import { PriorError } from './prior-error.ts';

/** Options of `openGenerator`. */
export interface GeneratorOptions {
  /** Size of the pictures: the generator's own unless given, else spread or shrunk bilinearly. */
  readonly size?: PictureSize;
  /** What its pictures' values run over; 0 to 1 unless given. */
  readonly range?: readonly [low: number, high: number];
  /** Numbers of a code stay within this of 0; 3 unless given, as far as normal ones reach. */
  readonly bound?: number;
  /** Keep codes on the sphere of radius root of their length instead, where nearly all normal codes lie. */
  readonly sphere?: boolean;
}

/**
 * Opens a generator: a path, an address, an embedded model (`zoo:NAME`) or bytes of an ONNX file from codes [N, D] (or [N, D, 1, 1]) to
 * pictures.
 * @throws PriorError where the file is none
 */
export async function openGenerator(
  source: string | URL | Uint8Array,
  { size, range: [low, high] = [0, 1], bound = 3, sphere = false }: GeneratorOptions = {},
): Promise<Parameterisation> {
  const file = await openNetworkFile(source);
  const code = file.inputShape.slice(1).map((length) => {
    if (length === undefined) throw new PriorError(`${file.name} leaves its code's length open; a generator says it.`);
    return length;
  });
  const count = code.reduce((a, b) => a * b, 1);
  const draw = (z: Tensor) => file.graph.apply({ [file.input]: z })[file.output]!;
  const own = draw(input('code', [1, ...code])).shape.slice(1);
  if (own.length !== 3)
    throw new PriorError(`${file.name} gives [${own.join(', ')}] for a code; pictures [C, H, W] were expected.`);
  const target = size ?? (own as unknown as PictureSize);
  if (target[0] !== own[0])
    throw new PriorError(`${file.name} draws ${own[0]} channels; the model takes ${target[0]}.`);
  const axes = code.map((_, i) => i + 1);
  return {
    name: 'generator',
    key: `generator ${file.contents} ${target} ${low} ${high} ${sphere ? 'sphere' : bound}`,
    shape: code,
    size: target,
    rate: 0.05,
    spread: 1,
    start: (random) => normalStart(count, 1, random),
    picture: (z) => {
      const drawn = draw(z);
      const sized =
        own[1] === target[1] && own[2] === target[2]
          ? drawn
          : resize(drawn, { axes: [2, 3], sizes: [target[1], target[2]], mode: 'linear', antialias: true });
      return clip(low === 0 && high === 1 ? sized : div(add(sized, -low), high - low), 0, 1);
    },
    project: (z) => {
      if (!sphere) return clip(z, -bound, bound);
      const length = maximum(reduceL2(z, { axes, keepDims: true }), 1e-12);
      return mul(z, div(Math.sqrt(count), length));
    },
  };
}
