/** @file Training of classifiers: plain, on adversarial pictures (Madry et al. 2018), or on both with TRADES (Zhang et al. 2019). */
import { add, mul } from '../../tensor/ops/arithmetic.ts';
import { cast } from '../../tensor/ops/cast.ts';
import { equal } from '../../tensor/ops/compare.ts';
import { clip } from '../../tensor/ops/extrema.ts';
import { reduceMean } from '../../tensor/ops/reduce.ts';
import { argmax } from '../../tensor/ops/softmax.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type AdversaryOptions, craft } from '../adversary.ts';
import { crossEntropy, klDivergence, trades } from '../loss.ts';
import type { Layer } from '../scope.ts';
import type { Task } from '../task.ts';

/** Options of a classifier's training. */
export interface ClassificationOptions {
  /** Share of a label's weight that all classes get alike. */
  readonly labelSmoothing?: number;
  /** Train on the pictures that this attack finds. */
  readonly adversary?: AdversaryOptions;
  /** Train on clean pictures and on the divergence of adversarial answers from clean ones, weighed by this; 6 in the paper. */
  readonly tradesBeta?: number;
  /** Deviation of normal noise added to training pictures, in pixels from 0 to 1. */
  readonly noise?: number;
}

/** Share of rows whose largest score is at the label's place. */
function accuracy(logits: Tensor, label: Tensor): Tensor {
  return reduceMean(cast(equal(argmax(logits, { axis: 1 }), argmax(label, { axis: 1 })), 'float32'));
}

/** A classifier's training: `network` gives class scores [N, K] of pictures. */
export function classification(network: Layer, options: ClassificationOptions = {}): Task {
  const { labelSmoothing = 0, adversary, tradesBeta, noise = 0 } = options;
  return {
    name: 'classification',
    settings: { ...options },
    goal: { metric: 'accuracy', better: 'higher' },
    train: ({ x: clean, label }, scope) => {
      const x = noise === 0 ? clean : clip(add(clean, mul(scope.noise('noise', clean.shape, 'normal'), noise)), 0, 1);
      if (adversary === undefined) {
        const logits = network(x, scope);
        const loss = crossEntropy(logits, label, labelSmoothing);
        return { losses: [{ value: loss }], metrics: { loss, accuracy: accuracy(logits, label) } };
      }
      const crafting = scope.in('craft');
      const reference = tradesBeta === undefined ? undefined : network(x, crafting);
      // Summed over the batch, so that a sample's gradient does not depend on how many there are.
      const raised = (z: Tensor) => {
        const logits = network(z, crafting);
        const mean = reference === undefined ? crossEntropy(logits, label) : klDivergence(reference, logits);
        return mul(mean, z.shape[0]!);
      };
      const adversarial = scope.hold(craft(x, scope, raised, adversary));
      const logits = network(adversarial, scope);
      if (tradesBeta === undefined) {
        const loss = crossEntropy(logits, label, labelSmoothing);
        return { losses: [{ value: loss }], metrics: { loss, 'adversarial accuracy': accuracy(logits, label) } };
      }
      const cleanLogits = network(x, scope);
      const loss = trades(cleanLogits, logits, label, tradesBeta, labelSmoothing);
      return {
        losses: [{ value: loss }],
        metrics: { loss, accuracy: accuracy(cleanLogits, label), 'adversarial accuracy': accuracy(logits, label) },
      };
    },
    evaluate: ({ x, label }, scope) => {
      const logits = network(x, scope);
      const clean = { loss: crossEntropy(logits, label), accuracy: accuracy(logits, label) };
      if (adversary === undefined) return clean;
      const raised = (z: Tensor) => mul(crossEntropy(network(z, scope), label), z.shape[0]!);
      const attack = { ...adversary, steps: 10, stepSize: adversary.epsilon / 4 };
      return { ...clean, 'adversarial accuracy': accuracy(network(craft(x, scope, raised, attack), scope), label) };
    },
    export: (shape) => ({
      input: { name: 'x', spec: { shape: [1, ...shape], dtype: 'float32' } },
      output: 'logits',
      build: (x, scope) => network(x, scope),
    }),
  };
}
