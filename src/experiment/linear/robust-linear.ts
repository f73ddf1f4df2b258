/**
 * @file Linear classifiers, one class against all others, trained on the exact worst case in an l2 ball: the loss of one sample is
 * log(1 + exp(-(y wᵀx - eps |w|))), since no change of length eps lowers y wᵀx by more than eps |w|, and one does by as much.
 */
import { channelMoments } from '../../data/channel-moments.ts';
import { softplus } from '../../tensor/ops/activation.ts';
import { add, mul, neg, sub } from '../../tensor/ops/arithmetic.ts';
import { cast } from '../../tensor/ops/cast.ts';
import { equal } from '../../tensor/ops/compare.ts';
import { gemm } from '../../tensor/ops/matmul.ts';
import { reduceMean, reduceSum } from '../../tensor/ops/reduce.ts';
import { argmax } from '../../tensor/ops/softmax.ts';
import { sqrt, square } from '../../tensor/ops/unary.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { exportNetwork } from '../../train/export-network.ts';
import { flattened, normalised } from '../../train/layers.ts';
import type { Scope } from '../../train/scope.ts';
import type { Task } from '../../train/task.ts';
import { train } from '../../train/train.ts';
import type { ExperimentContext, KnownModel } from '../context.ts';
import type { PictureSet } from '../picture-set.ts';
import { kept } from '../store.ts';

/** How it is trained: Adam, batches of 128, one cycle of the learning rate. */
export interface RobustLinearOptions {
  /** Radius of the ball in l2, in pixels from 0 to 1; 0 for ordinary training. */
  readonly epsilon: number;
  readonly epochs: number;
  /** Peak of the cycle; 0.003 unless given. */
  readonly learningRate?: number;
}

/** A linear classifier of a set, read from the store where it was trained before. */
export async function robustLinear(
  context: ExperimentContext,
  { array, hash }: PictureSet,
  { epsilon, epochs, learningRate = 0.003 }: RobustLinearOptions,
): Promise<KnownModel> {
  const { device, seed, store, signal } = context;
  const settings = {
    epochs,
    learningRate,
    batchSize: Math.min(128, array.shape[0]),
    optimizer: { kind: 'adam' },
    seed,
  } as const;
  const name = `linear classifier for eps ${epsilon}`;
  const bytes = await kept(store, 'onnx', { made: 'robust linear', data: hash, epsilon, ...settings }, () =>
    context.step(`training a ${name}`, async (tick) => {
      const { mean } = channelMoments(array);
      const trained = await train(robustLinearTask(array.classNames.length, mean, epsilon), {
        data: array,
        ...settings,
        device,
        ...(signal === undefined ? {} : { signal }),
        onProgress: ({ epoch, step, steps }) => tick(epoch * steps + step, epochs * steps),
      });
      return (await exportNetwork(trained, { device })).bytes;
    }),
  );
  return context.open(bytes, name);
}

function robustLinearTask(classes: number, mean: readonly number[], epsilon: number): Task {
  // Channels are not scaled, so that lengths are those of pixels.
  const centred = normalised(
    mean,
    mean.map(() => 1),
  );
  const scored = (x: Tensor, scope: Scope) => {
    const flat = flattened(centred(x, scope), scope);
    const size = flat.shape[1]!;
    const w = scope.parameter('weight', [classes, size], { kind: 'constant', value: 0 });
    const bias = scope.parameter('bias', [classes], { kind: 'constant', value: 0 });
    return { scores: gemm(flat, w, bias, { transB: true }), w };
  };
  const measured = (x: Tensor, label: Tensor, scope: Scope) => {
    const { scores, w } = scored(x, scope);
    const sides = sub(mul(label, 2), 1);
    // The root has no slope at w = 0, where training starts.
    const lengths = sqrt(add(reduceSum(square(w), { axes: [1] }), 1e-12));
    const loss = reduceMean(reduceSum(softplus(neg(sub(mul(sides, scores), mul(lengths, epsilon)))), { axes: [1] }));
    const right = cast(equal(argmax(scores, { axis: 1 }), argmax(label, { axis: 1 })), 'float32');
    return { loss, accuracy: reduceMean(right) };
  };
  return {
    name: 'robust linear classification',
    settings: { epsilon },
    goal: { metric: 'accuracy', better: 'higher' },
    train: ({ x, label }, scope) => {
      const metrics = measured(x, label, scope);
      return { losses: [{ value: metrics.loss }], metrics };
    },
    evaluate: ({ x, label }, scope) => measured(x, label, scope),
    export: (shape) => ({
      input: { name: 'x', spec: { shape: [1, ...shape], dtype: 'float32' } },
      output: 'logits',
      build: (x, scope) => scored(x, scope).scores,
    }),
  };
}
