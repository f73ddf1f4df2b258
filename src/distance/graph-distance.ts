/** @file Distances that are an ONNX graph of their own: two pictures in, one number out. */

import { openRuntime } from '#runtime';
import { formatInput, type GraphInput, graphInputs } from '../model/picture-input.ts';
import { describePreprocessing, type Preprocessing, preprocess } from '../model/preprocessing.ts';
import { resolvePreprocessing } from '../model/sidecar.ts';
import { compile } from '../runtime/compile.ts';
import { isFloat } from '../tensor/dtype.ts';
import { concat } from '../tensor/ops/concat.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { sqrt } from '../tensor/ops/unary.ts';
import { type Replacement, replaceNodes, substitute } from '../tensor/rewrite.ts';
import { sizeOf } from '../tensor/shape.ts';
import { input, type Node, type Tensor, uniformValue } from '../tensor/tensor.ts';
import { type Distance, DistanceError } from './distance.ts';
import { type GraphFile, openGraphFile, smallestSize } from './graph-file.ts';
import { asChannels, requireSize } from './picture.ts';

/** Options of `openGraphDistance`. */
export interface GraphDistanceOptions {
  /**
   * What the darkest and brightest pixel are to the graph; its sidecar's or metadata's preprocessing unless given, and [-1, 1], as
   * published LPIPS graphs have it, where they say nothing. A wrong range cannot be seen: equal pictures are 0 apart in any.
   */
  readonly range?: readonly [low: number, high: number];
}

/** Below this what a root is taken of counts as this, so that slopes are finite where the pictures are equal. */
const tiny = 1e-20;

/** Size at which a graph is looked at where its file leaves it open, and the smaller one at which it is run once. */
const [usualSize, triedSize] = [224, 32];

/**
 * A distance whose graph is a file's.
 * @throws ModelFileError if the bytes are no ONNX model; DistanceError if it does not take two pictures, or gives no score, or one that
 * is not 0 for equal pictures
 */
export async function openGraphDistance(
  name: string,
  source: string | URL | Uint8Array,
  { range }: GraphDistanceOptions = {},
): Promise<Distance> {
  const graph = await openGraphFile(source);
  const { first, second, layout, channels, ...sizes } = picturePair(graph);
  const { height = usualSize, width = height } = sizes;
  const { preprocessing, seen } = preprocessingOf(graph, range, channels, layout);

  const scoresOf = (n: number, h: number, w: number) => {
    const shape = layout === 'NHWC' ? [n, h, w, channels] : [n, channels, h, w];
    const [x, y] = [input('first picture', shape), input('second picture', shape)];
    const values = graph.values(
      graph.file,
      new Map([
        [first, x],
        [second, y],
      ]),
    );
    const [score] = replaceNodes([values.get(graph.file.graph!.output[0]!.name)!], finiteRoots());
    return { x, y, score: score! };
  };
  const { score } = scoresOf(1, height, width);
  if (sizeOf(score.shape) !== 1 || !isFloat(score.dtype)) {
    throw new DistanceError(
      `${graph.name} gives ${score.dtype} [${score.shape.join(', ')}] for two pictures; a distance is one number.`,
    );
  }

  const imported = new Map<string, ReturnType<typeof scoresOf>>();
  const value = (a: Tensor, b: Tensor): Tensor => {
    requireSize(name, a, minimumSize);
    const [n, , h, w] = a.shape as [number, number, number, number];
    const key = `${n} ${h} ${w}`;
    const at = imported.get(key) ?? scoresOf(n, h, w);
    imported.set(key, at);
    // Some graphs hold for one pair only, or give one number for all.
    if (sizeOf(at.score.shape) !== n)
      return concat(
        Array.from({ length: n }, (_, i) => value(one(a, i), one(b, i))),
        0,
      );
    const prepared = (v: Tensor) => preprocess(asChannels(v, channels), preprocessing, [h, w]);
    const [scores] = substitute(
      [at.score],
      new Map([
        [at.x, prepared(a)],
        [at.y, prepared(b)],
      ]),
    );
    return reshape(scores!, [n]);
  };
  const minimumSize = smallestSize(Math.min(height, width), (side) => scoresOf(1, side, side));
  const side = Math.max(minimumSize, triedSize);
  const symmetric = await symmetryOf(graph.name, value, [1, channels, sizes.height ?? side, sizes.width ?? side]);
  return {
    name,
    brief: `the score that ${graph.name} gives two pictures`,
    source: `${graph.name}, as its graph computes it`,
    convention: {
      colour: `rgb; the graph sees ${seen}`,
      sampling: 'as in the graph',
      better: 'lower',
      identity: 0,
      symmetric,
      minimumSize,
    },
    value,
    distance: value,
  };
}

/**
 * Runs a score on two unlike pictures, both ways, and on equal ones; tells whether order matters.
 * @throws DistanceError if it is not 0 for equal pictures and more for others
 */
async function symmetryOf(name: string, value: Distance['value'], shape: readonly number[]): Promise<boolean> {
  const spec = { shape, dtype: 'float32' as const };
  const device = await openRuntime('cpu');
  const program = await compile(
    ({ x, y }) => ({ there: value(x!, y!), back: value(y!, x!), same: value(x!, x!) }),
    { x: spec, y: spec },
    { device },
  );
  const x = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.5 + 0.4 * Math.sin(i));
  const y = x.map((_, i) => 0.2 + 0.2 * Math.cos(2.3 * i));
  const results = await program.run({ x, y });
  await program.release();
  const [there, back, same] = ['there', 'back', 'same'].map((key) => Number(results[key]!.data[0])) as [
    number,
    number,
    number,
  ];
  if (there > 0 && Math.abs(same) < 1e-3 * there) return Math.abs(there - back) < 1e-4 * there;
  throw new DistanceError(
    `${name} gives ${same} for two equal pictures and ${there} for two unlike ones; a distance gives 0, and more.`,
  );
}

const one = (x: Tensor, i: number) => slice(x, { axes: [0], starts: [i], ends: [i + 1] });

function preprocessingOf(
  { settings }: GraphFile,
  range: readonly [number, number] | undefined,
  channels: number,
  layout: Preprocessing['layout'],
): { preprocessing: Preprocessing; seen: string } {
  const written = settings.find((each) => each?.preprocessing !== undefined)?.preprocessing;
  if (range === undefined && written !== undefined) {
    const preprocessing = resolvePreprocessing(written as string | Partial<Preprocessing>, channels, layout);
    return { preprocessing, seen: describePreprocessing(preprocessing) };
  }
  const [low, high] = range ?? [-1, 1];
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new DistanceError(`A range is two numbers, the lower first, as [-1, 1]; got [${low}, ${high}].`);
  }
  const all = (value: number) => new Array<number>(channels).fill(value);
  return {
    preprocessing: {
      layout,
      channels: channels === 1 ? 'grey' : 'rgb',
      range: high - low,
      mean: all(low === 0 ? 0 : -low),
      std: all(1),
    },
    seen: `pixels from ${low} to ${high}${range === undefined ? ', taken as usual: its file does not say' : ''}`,
  };
}

interface PicturePair {
  readonly first: string;
  readonly second: string;
  readonly layout: Preprocessing['layout'];
  readonly channels: number;
  readonly height: number | undefined;
  readonly width: number | undefined;
}

/** The two inputs that take pictures of one shape. */
function picturePair({ name, file }: GraphFile): PicturePair {
  const inputs = graphInputs(file);
  const [a, b] = inputs;
  const outputs = file.graph!.output.map((output) => output.name);
  if (inputs.length === 1) {
    throw new DistanceError(
      `${name} takes one picture, not two; to compare its features write lpips:${name}, to compare pictures take a graph of two inputs.`,
    );
  }
  const isPair = inputs.length === 2 && isPicture(a!) && isPicture(b!) && formatInput(a!) === formatInput(b!);
  if (!isPair || outputs.length !== 1) {
    const list = inputs.map((each) => `"${each.name}" ${formatInput(each)}`).join(', ');
    throw new DistanceError(
      `A distance is a graph of two pictures of one shape and one score; ${name} has inputs ${list} and outputs ${outputs.join(', ')}.`,
    );
  }
  const isFirst = isChannels(a!.shape[1]);
  const [channels = 3, height, width] = isFirst ? a!.shape.slice(1) : [a!.shape[3], a!.shape[1], a!.shape[2]];
  return { first: a!.name, second: b!.name, layout: isFirst ? 'NCHW' : 'NHWC', channels, height, width };
}

const isChannels = (size: number | undefined) => size === 1 || size === 3 || size === undefined;

function isPicture({ shape, dtype }: GraphInput): boolean {
  return shape.length === 4 && isFloat(dtype) && (isChannels(shape[1]) || isChannels(shape[3]));
}

/** Keeps what roots are taken of above zero. */
function finiteRoots(): Replacement {
  const kept = new Set<Node>();
  const above = (x: Tensor) => {
    const y = maximum(x, tiny);
    kept.add(y.node);
    return y;
  };
  return ({ op }, [x, exponent]) => {
    if (x === undefined || kept.has(x.node)) return undefined;
    if (op.name === 'sqrt') return [sqrt(above(x))];
    const power = op.name === 'pow' ? uniformValue(exponent!) : undefined;
    return power !== undefined && power > 0 && power < 1 ? [pow(above(x), exponent!)] : undefined;
  };
}
