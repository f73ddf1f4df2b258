/**
 * @file Draws what a class looks like to a network: the search that attacks use, from grey noise instead of a picture, in the whole
 * range of pixels instead of a ball, and with the simplest prior of natural pictures. Steepest ascent as robust networks need it
 * (Engstrom et al. 2019), total variation (Mahendran and Vedaldi 2015), jitter (Mordvintsev et al. 2015). From a picture and inside
 * a ball it is a targeted attack; everything between is a wider ball.
 */
import { type Norm, project } from '../distance/ball.ts';
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { totalVariation } from '../prior/total-variation.ts';
import { randomStream } from '../random/random-stream.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { type Sample, type SampleData, search } from '../search/search.ts';
import { mul } from '../tensor/ops/arithmetic.ts';
import { clip } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { jitter } from '../transform/jitter.ts';
import { checkVisualizeOptions } from './check-options.ts';

/** A ball around the starting picture that the search must not leave. */
export interface Within {
  readonly norm: Norm;
  /** Its radius, pixels from 0 to 1. */
  readonly epsilon: number;
}

/** Options of `visualizeClass`. */
export interface VisualizeOptions {
  /** Number of gradient steps; 128 unless given. */
  readonly steps?: number;
  /**
   * Length of the first step in l2, from which steps shrink evenly to nothing; unless given, 0.011 times the root of the number of
   * values (0.6 for 32 x 32 pixels in colour).
   */
  readonly stepSize?: number;
  /**
   * Weight of the total variation, in units of the class score's own gradient at the start: 0 for no prior, 0.1 unless given, 1 for
   * a strong one. Scores of networks differ a hundredfold, and so would weights that fit.
   */
  readonly smoothness?: number;
  /** Random moves of each step, in pixels at most in each direction; a sixteenth of the shorter side unless given. */
  readonly jitter?: number;
  /** A picture [C, H, W] to start from; grey noise (mean 0.5, deviation 0.05) unless given. */
  readonly start?: Float32Array;
  /** Stay near the start; the whole range of pixels is allowed unless given. */
  readonly within?: Within;
  readonly seed?: number;
  /** Pictures in one run. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: number, steps: number) => void;
}

/** One point of a visualisation's path. */
export interface PathPoint {
  /** Score of the class, of the picture as the network saw it: moved by the jitter, but not at the last point. */
  readonly score: number;
  /** What the search raises: the score less the weighted total variation. */
  readonly value: number;
}

/** What a class looks like to a network. */
export interface Visualization {
  /** [C, H, W] in [0, 1], as a PNG holds it. */
  readonly picture: Float32Array;
  readonly label: number;
  readonly name: string;
  /** From the start (first) to the picture (last), before it was rounded. */
  readonly path: readonly PathPoint[];
  /** Class and its probability that the model's own file sees in the picture, run alone. */
  readonly answer: { readonly label: number; readonly name: string; readonly probability: number };
  /** What the total variation was multiplied by. */
  readonly weight: number;
  readonly seed: number;
  readonly device: string;
  /** Warnings: a score that did not rise, a gradient of zero. */
  readonly notes: readonly string[];
}

/** Deviation of the grey noise that drawings start from. */
const startDeviation = 0.05;

/** How far the first step moves a value in the root mean square: 0.6 in l2 for 32 x 32 pixels in colour. */
const stepPerValue = 0.6 / Math.sqrt(3 * 32 * 32);

/** Names of the problem's data. */
const classRow = 'class';
const weightName = 'weight';
const centre = 'x0';
const radius = 'epsilon';

/**
 * Draws classes, each as if it were alone.
 * @throws VisualizeError if options are out of range; NoGradientError if the model has ops without a gradient
 * @example
 * const [cat, dog] = await visualizeClasses(model, [model.classOf('cat'), model.classOf('dog')], { seed: 1 });
 */
export async function visualizeClasses(
  model: Model,
  labels: readonly number[],
  options: VisualizeOptions = {},
): Promise<Visualization[]> {
  const shape = [model.channels, model.height, model.width] as const;
  const size = shape[0] * shape[1] * shape[2];
  const { steps = 128, smoothness = 0.1, seed = 0, batch = 16, within, signal, onProgress } = options;
  const { stepSize = stepPerValue * Math.sqrt(size) } = options;
  const { jitter: pixels = Math.floor(Math.min(model.height, model.width) / 16) } = options;
  checkVisualizeOptions(model, labels, { ...options, steps, stepSize, smoothness, jitter: pixels, seed, batch });

  const moves = jitter(pixels, [model.height, model.width]);
  const problem = classProblem(model, moves, within?.norm);
  const starts = labels.map((label) => options.start ?? greyNoise(size, seed, label));
  const fixed = labels.map((label, i): SampleData => {
    const row = new Float32Array(model.classCount);
    row[label] = 1;
    return { [classRow]: row, ...(within === undefined ? {} : { [centre]: starts[i]!, [radius]: within.epsilon }) };
  });
  const run = {
    device: model.device,
    batch: Math.min(batch, model.maxBatch),
    describe: model.describe,
    ...(signal === undefined ? {} : { signal }),
  };

  // A first look at each start tells how steep the score is there, which the prior's weight is measured in.
  const weights = labels.map(() => 0);
  const still = { ...moves.draw(), [weightName]: 0, [stepSizeName]: 0 };
  await search(
    problem,
    starts.map((z, i) => ({ z, steps: 1, data: () => ({ ...fixed[i], ...still }) })),
    (seen) => {
      for (const { sample, gradientNorm } of seen) weights[sample] = (smoothness * gradientNorm!) / Math.sqrt(size);
      return seen.map(() => true);
    },
    run,
  );

  const paths: PathPoint[][] = labels.map(() => []);
  const results: Float32Array[] = [];
  const notes = labels.map(() => new Set<string>());
  const samples = labels.map(
    (label, i): Sample => ({
      z: starts[i]!,
      steps,
      data: (step) => ({
        ...fixed[i],
        ...moves.draw(step < steps ? randomStream(seed, label, step + 1) : undefined),
        [weightName]: weights[i]!,
        [stepSizeName]: stepSize * (1 - step / steps),
      }),
    }),
  );
  await search(
    problem,
    samples,
    (seen) => {
      for (const { sample, step, z, value, gradientNorm, outputs } of seen) {
        paths[sample]!.push({ score: outputs.logits![labels[sample]!]!, value });
        if (gradientNorm === 0) notes[sample]!.add('The gradient was exactly zero on the way: nothing leads on there.');
        if (Number.isNaN(value)) notes[sample]!.add('The score became NaN.');
        if (step === steps) results[sample] = z;
        onProgress?.(step, steps);
      }
      return seen.map(() => false);
    },
    run,
  );

  const drawn: Visualization[] = [];
  for (const [i, label] of labels.entries()) {
    const path = paths[i]!;
    const picture = quantize8(results[i]!);
    if (!(path.at(-1)!.score > path[0]!.score)) notes[i]!.add('The score of the class did not rise.');
    const plain = await model.predictPlain(picture);
    drawn.push({
      picture,
      label,
      name: model.className(label),
      path,
      answer: {
        label: plain.label,
        name: model.className(plain.label),
        probability: plain.probabilities[plain.label]!,
      },
      weight: weights[i]!,
      seed,
      device: model.device.description,
      notes: [...notes[i]!],
    });
  }
  return drawn;
}

/**
 * Draws one class. Parameters and errors are those of `visualizeClasses`.
 * @example
 * const { picture, answer } = await visualizeClass(model, model.classOf('dog'), { seed: 1, smoothness: 0.8 });
 */
export async function visualizeClass(
  model: Model,
  label: number,
  options: VisualizeOptions = {},
): Promise<Visualization> {
  const [drawn] = await visualizeClasses(model, [label], options);
  return drawn!;
}

/** Raise a class's score less the total variation, under jitter, over all pictures or those of a ball. */
function classProblem(model: Model, moves: ReturnType<typeof jitter>, norm: Norm | undefined): Problem {
  const shape = [model.channels, model.height, model.width];
  const float = (size: readonly number[]) => ({ shape: size, dtype: 'float32' as const });
  return {
    key: `${model.key} visualize class ${moves.key} ${norm ?? 'anywhere'}`,
    shape,
    data: {
      [classRow]: float([model.classCount]),
      [weightName]: float([]),
      [stepSizeName]: float([]),
      ...moves.data,
      ...(norm === undefined ? {} : { [centre]: float(shape), [radius]: float([]) }),
    },
    transform: moves.apply,
    objective: (x, data) => {
      const logits = model.logits(x);
      return { value: reduceSum(mul(logits, data[classRow]!), { axes: [1] }), outputs: { logits } };
    },
    penalty: (x, data) => mul(totalVariation(x), data[weightName]!),
    rule: steepestAscent({ norm: 'l2', momentum: 0, shape }),
    project: (z, data) => (norm === undefined ? clip(z, 0, 1) : project(norm, z, data[centre]!, data[radius]!)),
  };
}

/** Where drawings start: nearly nothing, decided by the seed and the class. */
function greyNoise(size: number, seed: number, label: number): Float32Array {
  const random = randomStream(seed, label, 0);
  return Float32Array.from({ length: size }, () => Math.min(1, Math.max(0, 0.5 + startDeviation * random.normal())));
}
