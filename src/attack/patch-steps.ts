/** @file One step of a patch's training as one graph: placed into pictures, seen by the network, and its gradient. */
import type { Model } from '../model/model.ts';
import { totalVariation } from '../prior/total-variation.ts';
import { randomOrder } from '../random/random-order.ts';
import { randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { sigmoid, softplus } from '../tensor/ops/activation.ts';
import { mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Transform } from '../transform/transform.ts';
import { oneHot } from './criterion.ts';
import { lossFor } from './loss.ts';
import { composed, drawPlacement, type PatchRanges, type PatchShape, thetaOf } from './patch-placement.ts';
import { type Colour, nonPrintability } from './printability.ts';
import type { Trial } from './trial.ts';

/** What a step is made of. */
export interface PatchStepOptions {
  readonly ranges: PatchRanges;
  readonly shape: PatchShape;
  readonly mask: Float32Array;
  readonly side: number;
  readonly seed: number;
  /** Pictures in a step. */
  readonly size: number;
  readonly transform: Transform | undefined;
  readonly printability: number;
  readonly colours: readonly Colour[];
  readonly smoothness: number;
}

/** Steps of a training. */
export interface PatchSteps {
  readonly size: number;
  /** The gradient for a patch, and the mean probability of being fooled. */
  run(patch: Float32Array, step: number): Promise<{ readonly gradient: Float32Array; readonly probability: number }>;
  release(): Promise<void>;
}

/** Keeps these draws apart from others of the seed. */
const streamLabel = 0x706174;

const dataName = (name: string) => `drawn ${name}`;

/** Compiles the step of a patch. Pictures are taken in a random order, all of them before any again. */
export async function patchSteps(
  model: Model,
  trials: readonly Trial[],
  options: PatchStepOptions,
): Promise<PatchSteps> {
  const { ranges, shape, mask, side, seed, size, transform, printability, colours, smoothness } = options;
  const { channels, height, width, classCount } = model;
  const isTargeted = trials[0]!.target !== undefined;
  const { loss } = lossFor('cross-entropy', isTargeted, classCount);
  const float = (...dims: readonly number[]) => ({ shape: dims, dtype: 'float32' as const });
  const drawn = Object.entries(transform?.data ?? {});
  const program = await compile(
    (inputs) => {
      const { x, patch, theta, label, target } = inputs as Readonly<Record<string, Tensor>> as Inputs;
      const patched = composed(x, patch, constant(mask, [1, 1, side, side]), theta);
      const data = Object.fromEntries(drawn.map(([name]) => [name, inputs[dataName(name)]!]));
      const logits = model.logits(transform === undefined ? patched : transform.apply(patched, data));
      // The loss is the log odds of being fooled; -softplus(-odds) is the logarithm of its probability.
      const odds = loss({ logits, label, target });
      const penalties = [
        ...(printability === 0 ? [] : [mul(nonPrintability(patch, colours), printability)]),
        ...(smoothness === 0 ? [] : [mul(reduceSum(totalVariation(patch)), smoothness / (side * side))]),
      ];
      const value = penalties.reduce((rest, penalty) => sub(rest, penalty), reduceMean(neg(softplus(neg(odds)))));
      const gradient = grad(reduceSum(value), [patch], { describe: model.describe })[0]!;
      return { gradient, probability: reduceMean(sigmoid(odds)) };
    },
    {
      x: float(size, channels, height, width),
      patch: float(1, channels, side, side),
      theta: float(size, 2, 3),
      label: float(size, classCount),
      target: float(size, classCount),
      ...Object.fromEntries(
        drawn.map(([name, spec]) => [dataName(name), { shape: [size, ...spec.shape], dtype: spec.dtype }]),
      ),
    },
    { device: model.device },
  );
  return {
    size,
    release: () => program.release(),
    async run(patch, step) {
      const places = Array.from({ length: size }, (_, i) => {
        const serial = step * size + i;
        const order = randomOrder(trials.length, seed, Math.floor(serial / trials.length));
        const trial = trials[order[serial % trials.length]!]!;
        const random = randomStream(seed, streamLabel, step, i);
        const placement = drawPlacement(ranges, shape, [height, width], random);
        return { trial, theta: thetaOf(placement, [height, width], side), data: transform?.draw(random) ?? {} };
      });
      const rows = (length: number, pick: (place: (typeof places)[number]) => ArrayLike<number>) => {
        const all = new Float32Array(size * length);
        for (const [i, place] of places.entries()) all.set(pick(place), i * length);
        return all;
      };
      const results = await program.run({
        x: rows(channels * height * width, ({ trial }) => trial.x0),
        patch,
        theta: rows(6, ({ theta }) => theta),
        label: rows(classCount, ({ trial }) => oneHot(trial.label, classCount)),
        target: rows(classCount, ({ trial }) => oneHot(trial.target ?? trial.label, classCount)),
        ...Object.fromEntries(
          drawn.map(([name, { shape: dims }]) => [
            dataName(name),
            rows(sizeOf(dims), ({ data: { [name]: value } }) => (typeof value === 'number' ? [value] : value!)),
          ]),
        ),
      });
      return {
        gradient: results.gradient!.data as Float32Array,
        probability: Number(results.probability!.data[0]),
      };
    },
  };
}

type Inputs = Readonly<Record<'x' | 'patch' | 'theta' | 'label' | 'target', Tensor>>;
