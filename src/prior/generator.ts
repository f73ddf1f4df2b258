/**
 * @file Generators (Nguyen et al. 2016, "Synthesizing the preferred inputs"): a network that was trained to draw makes the picture from a
 * code, and the code is what is searched. It is kept near what the generator knows: within bounds for each number, as DGN-AM does, or on
 * the sphere where normal codes lie.
 */
import { hashOf } from '../random/random-stream.ts';
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { clip, maximum, minimum } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { resize } from '../tensor/ops/resize.ts';
import { constant, input, type Tensor } from '../tensor/tensor.ts';
import { openNetworkFile } from './network-file.ts';
import { normalStart, type Parameterisation, type PictureSize } from './parameterisation.ts';
import { PriorError } from './prior-error.ts';

/** Options of `openGenerator`. */
export interface GeneratorOptions {
  /** Size of the pictures: the generator's own unless given, else spread or shrunk bilinearly. */
  readonly size?: PictureSize;
  /** What its pictures' values run over; 0 to 1 unless given. */
  readonly range?: readonly [low: number, high: number];
  /**
   * Numbers of a code stay within this of 0, or each between a low and a high one; 3 unless given, as far as normal ones reach. DGN-AM keeps
   * each between 0 and its mean over pictures plus three deviations.
   */
  readonly bound?: number | CodeBounds;
  /** Keep codes on the sphere of radius root of their length instead, where nearly all normal codes lie. */
  readonly sphere?: boolean;
  /** Weight of the code's length, held against the objective (lambda of DGN-AM's eq. 1); 0 unless given. Its code shrinks codes by 1 % a step. */
  readonly lengthWeight?: number;
}

/** The least and the largest number at each place of a code: one for all, or one for each. */
export interface CodeBounds {
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
}

/**
 * Opens a generator: a path, an address, an embedded model (`zoo:NAME`) or bytes of an ONNX file from codes [N, D] (or [N, D, 1, 1]) to
 * pictures.
 * @throws PriorError where the file is none
 */
export async function openGenerator(
  source: string | URL | Uint8Array,
  { size, range: [low, high] = [0, 1], bound = 3, sphere = false, lengthWeight = 0 }: GeneratorOptions = {},
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
  const onSphere = (z: Tensor) => mul(z, div(Math.sqrt(count), maximum(reduceL2(z, { axes, keepDims: true }), 1e-12)));
  const bounds = boundsOf(bound, count, file.name);
  if (!(lengthWeight >= 0 && lengthWeight < Number.POSITIVE_INFINITY))
    throw new PriorError(`The weight of a code's length must be a number of at least 0, got ${lengthWeight}.`);
  return {
    name: 'generator',
    key: `generator ${file.contents} ${target} ${low} ${high} ${sphere ? 'sphere' : hashOf(Float32Array.from([...bounds.low, ...bounds.high]))} ${lengthWeight}`,
    shape: code,
    size: target,
    rate: 0.05,
    spread: 1,
    start: (random) => normalStart(count, 1, random),
    picture: (z) => {
      // Of codes off the sphere the nearest on it counts, so that gradients lie along it and a search can come to rest.
      const drawn = draw(sphere ? onSphere(z) : z);
      const sized =
        own[1] === target[1] && own[2] === target[2]
          ? drawn
          : resize(drawn, { axes: [2, 3], sizes: [target[1], target[2]], mode: 'linear', antialias: true });
      return clip(low === 0 && high === 1 ? sized : div(add(sized, -low), high - low), 0, 1);
    },
    ...(lengthWeight === 0 ? {} : { penalty: (z: Tensor) => mul(reduceL2(z, { axes }), lengthWeight) }),
    project: (z) =>
      sphere
        ? onSphere(z)
        : minimum(maximum(z, constant(bounds.low, [1, ...code])), constant(bounds.high, [1, ...code])),
  };
}

/** Bounds of every number of a code. @throws PriorError where there are others than the code has numbers, or a low one above a high one */
function boundsOf(
  bound: number | CodeBounds,
  count: number,
  name: string,
): { readonly low: Float32Array; readonly high: Float32Array } {
  const { low, high } = typeof bound === 'number' ? { low: -bound, high: bound } : bound;
  const each = (value: number | ArrayLike<number>) =>
    typeof value === 'number' ? new Float32Array(count).fill(value) : Float32Array.from(value);
  const found = { low: each(low), high: each(high) };
  for (const [what, { length }] of Object.entries(found))
    if (length !== count)
      throw new PriorError(`A code of ${name} has ${count} numbers; ${length} ${what} bounds were given.`);
  const wrong = found.low.findIndex((value, i) => !(value <= found.high[i]!));
  if (wrong !== -1)
    throw new PriorError(
      `Bounds of a code run from low to high; number ${wrong} has ${found.low[wrong]} to ${found.high[wrong]}.`,
    );
  return found;
}
