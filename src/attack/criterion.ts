/**
 * @file When a picture counts as adversarial: the answer changed, or is the target; the label left the first k; a gap was reached; or
 * whatever a tensor expression says. A criterion is a number per picture, its excess, that is above 0 where it holds.
 */
import { openRuntime } from '#runtime';
import { compile } from '../runtime/compile.ts';
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import { softmax } from '../tensor/ops/softmax.ts';
import { topK as largest } from '../tensor/ops/topk.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { LossInputs } from './loss.ts';
import { AttackError } from './result.ts';

/** A rule by which class scores count as fooled. */
export interface Criterion {
  /** Tells it from any other, its numbers included. */
  readonly name: string;
  /** Classes that it needs. */
  readonly classes: number;
  /** Above 0 where scores [N, K] are adversarial, [N]; towards the target where the attack is targeted. */
  excess(inputs: LossInputs, isTargeted: boolean): Tensor;
}

function own(logits: Tensor, oneHot: Tensor): Tensor {
  return reduceSum(mul(logits, oneHot), { axes: [1] });
}

/** The k-th largest score of the other classes, [N]. */
function otherOfRank(logits: Tensor, oneHot: Tensor, k: number): Tensor {
  const others = sub(logits, mul(oneHot, 1e9));
  if (k === 1) return reduceMax(others, { axes: [1] });
  const [values] = largest(others, k);
  return reshape(take(values, k - 1, 1), [logits.shape[0]!]);
}

/** The label is no longer among the k largest scores; or the target is. */
export function topK(k: number): Criterion {
  if (!(Number.isSafeInteger(k) && k >= 1))
    throw new AttackError(`Top k needs a whole number of at least 1, got ${k}.`);
  return {
    name: k === 1 ? 'answer' : `top ${k}`,
    classes: k + 1,
    excess: ({ logits, label, target }, isTargeted) =>
      isTargeted
        ? sub(own(logits, target), otherOfRank(logits, target, k))
        : sub(otherOfRank(logits, label, k), own(logits, label)),
  };
}

/** The answer is another than the label; or it is the target. */
export const answer: Criterion = topK(1);

/** Another class leads the label, or the target all others, by more than a gap of class scores (the kappa of Carlini and Wagner). */
export function logitGap(gap: number): Criterion {
  return gapOf('logit gap', gap, (logits) => logits);
}

/** Another class leads the label, or the target all others, by more than a gap of probabilities. */
export function probabilityGap(gap: number): Criterion {
  if (!(gap < 1)) throw new AttackError(`A gap of probabilities is below 1, got ${gap}.`);
  return gapOf('probability gap', gap, (logits) => softmax(logits, 1));
}

function gapOf(name: string, gap: number, scoresOf: (logits: Tensor) => Tensor): Criterion {
  if (!(gap >= 0)) throw new AttackError(`A gap is a number of at least 0, got ${gap}.`);
  return {
    name: `${name} ${gap}`,
    classes: 2,
    excess: (inputs, isTargeted) => sub(answer.excess({ ...inputs, logits: scoresOf(inputs.logits) }, isTargeted), gap),
  };
}

/**
 * A criterion of one's own.
 * @example
 * // Confusion: no class may be surer than another by more than 1.
 * const confused = criterionOf('confused', ({ logits }) => sub(1, sub(reduceMax(logits, { axes: [1] }), reduceMin(logits, { axes: [1] }))));
 */
export function criterionOf(name: string, excess: Criterion['excess']): Criterion {
  return { name, classes: 2, excess };
}

/** Excess of scores [K] for a label and a target. */
export type Judge = (scores: Float32Array, label: number, target: number | undefined) => Promise<number>;

/** A criterion as a function on the host. */
export async function judgeOf(criterion: Criterion, classCount: number, isTargeted: boolean): Promise<Judge> {
  if (classCount < criterion.classes) {
    throw new AttackError(
      `The criterion "${criterion.name}" needs at least ${criterion.classes} classes, the model has ${classCount}.`,
    );
  }
  if (criterion === answer) return async (scores, label, target) => leadOf(scores, label, target);
  const row = { shape: [1, classCount], dtype: 'float32' as const };
  const program = await compile(
    ({ logits, label, target }) => ({
      excess: criterion.excess({ logits: logits!, label: label!, target: target! }, isTargeted),
    }),
    { logits: row, label: row, target: row },
    { device: await openRuntime('cpu') },
  );
  return async (scores, label, target) => {
    const { excess } = await program.run({
      logits: scores,
      label: oneHot(label, classCount),
      target: oneHot(target ?? label, classCount),
    });
    return Number(excess!.data[0]);
  };
}

/** How far the best other class leads the label, or the target all others. NaN among the scores gives NaN. */
function leadOf(scores: Float32Array, label: number, target: number | undefined): number {
  const chosen = target ?? label;
  let other = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scores.length; k++) {
    if (Number.isNaN(scores[k]!)) return Number.NaN;
    if (k !== chosen && scores[k]! > other) other = scores[k]!;
  }
  return target === undefined ? other - scores[label]! : scores[target]! - other;
}

/** A row of zeros with a one. */
export function oneHot(label: number, count: number): Float32Array {
  const row = new Float32Array(count);
  row[label] = 1;
  return row;
}
