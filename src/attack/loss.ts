/** @file What gradient attacks raise: losses of class scores, one number per sample. */
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { logSumExp, reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import { topK } from '../tensor/ops/topk.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Names of the losses. */
export type LossName = 'cross-entropy' | 'margin' | 'dlr';

/** All of them, for messages and menus. */
export const lossNames: readonly LossName[] = ['cross-entropy', 'margin', 'dlr'];

/** Class scores [N, K], and the true and target class of each sample as rows of zeros with a one, [N, K]. */
export interface LossInputs {
  readonly logits: Tensor;
  readonly label: Tensor;
  readonly target: Tensor;
}

/** A loss of class scores that an attack raises, [N]. */
export type Loss = (inputs: LossInputs) => Tensor;

function scoreOf(logits: Tensor, oneHot: Tensor): Tensor {
  return reduceSum(mul(logits, oneHot), { axes: [1] });
}

/** The scores with that of one class so low that it counts no more. */
function without(logits: Tensor, oneHot: Tensor): Tensor {
  return sub(logits, mul(oneHot, 1e9));
}

/** Largest score among the other classes. */
function bestOther(logits: Tensor, oneHot: Tensor): Tensor {
  return reduceMax(without(logits, oneHot), { axes: [1] });
}

/**
 * log((1 - p) / p) of a class of probability p, from the scores: log of the sum of e^z over the others, minus its own z. It
 * rises with the cross-entropy -log p and its gradient has the same direction, but it does not vanish where p rounds to 1.
 */
function logOddsAgainst(logits: Tensor, oneHot: Tensor): Tensor {
  return sub(logSumExp(without(logits, oneHot), { axes: [1] }), scoreOf(logits, oneHot));
}

/** The k largest scores, a vector each. */
function ranked(logits: Tensor, k: number): Tensor[] {
  const [values] = topK(logits, k);
  return Array.from({ length: k }, (_, i) => reshape(take(values, i, 1), [logits.shape[0]!]));
}

const untargeted: Readonly<Record<LossName, Loss>> = {
  // -log p_y, as log odds
  'cross-entropy': ({ logits, label }) => logOddsAgainst(logits, label),
  // max over k != y of z_k, minus z_y (Carlini and Wagner 2017)
  margin: ({ logits, label }) => sub(bestOther(logits, label), scoreOf(logits, label)),
  // the margin over z_1 - z_3 of the sorted scores (Croce and Hein 2020, eq. 6)
  dlr: ({ logits, label }) => {
    const [z1, , z3] = ranked(logits, 3) as [Tensor, Tensor, Tensor];
    return div(sub(bestOther(logits, label), scoreOf(logits, label)), add(sub(z1, z3), 1e-12));
  },
};

const targeted: Readonly<Record<LossName, Loss>> = {
  // log p_t, as log odds
  'cross-entropy': ({ logits, target }) => neg(logOddsAgainst(logits, target)),
  margin: ({ logits, target }) => sub(scoreOf(logits, target), bestOther(logits, target)),
  // -(z_y - z_t) / (z_1 - (z_3 + z_4) / 2) (Croce and Hein 2020, eq. 7)
  dlr: ({ logits, label, target }) => {
    const [z1, , z3, z4] = ranked(logits, 4) as [Tensor, Tensor, Tensor, Tensor];
    return div(sub(scoreOf(logits, target), scoreOf(logits, label)), add(sub(z1, mul(add(z3, z4), 0.5)), 1e-12));
  },
};

/** A loss by name, and a note where too few classes made another one necessary. */
export function lossFor(
  name: LossName,
  isTargeted: boolean,
  classCount: number,
): { loss: Loss; used: LossName; note?: string } {
  const needed = name === 'dlr' ? (isTargeted ? 4 : 3) : 2;
  const used = classCount < needed ? 'margin' : name;
  const loss = (isTargeted ? targeted : untargeted)[used];
  return used === name
    ? { loss, used }
    : {
        loss,
        used,
        note: `The ${name} loss needs ${needed} classes, the model has ${classCount}: the margin loss is used.`,
      };
}

/**
 * What a gradient of a raised value is multiplied by to be that of the loss itself, where gradients of several points are summed: 1 - p of
 * the class in question for the cross-entropy, which is raised as log odds, and 1 for the others. It is kept above 0.
 */
export function slopeFactor(name: LossName, isTargeted: boolean, value: number): number {
  if (name !== 'cross-entropy') return 1;
  const oddsAgainst = isTargeted ? -value : value;
  return Math.max(1 / (1 + Math.exp(-oddsAgainst)), 1e-200);
}
