/**
 * @file One pass of universal adversarial perturbations (Moosavi-Dezfooli et al. 2017, Algorithm 1): each picture that is not fooled yet adds
 * the change that DeepFool finds for it, and the sum is brought back into the ball.
 */

import { randomOrder } from '../random/random-order.ts';
import { converse } from './converse.ts';
import { deepfoolSearch } from './deepfool.ts';
import type { Procedure } from './procedure.ts';
import { projectOnto } from './projection.ts';
import { allowed, type Trial, trialOf } from './trial.ts';
import type { Crafting, Pass } from './universal-crafting.ts';
import { addScaled, minus } from './vector.ts';

/** The settings of the authors' code: few steps, and ten classes in play. */
const deepfoolSettings = { steps: 10, overshoot: 0.02, candidates: 10 };

/** Passes of the algorithm; picture after picture, since each starts where the last one left the change. */
export function deepfoolPass(crafting: Crafting): Pass {
  const { model, trials, judge, norm, epsilon, seed, signal } = crafting;
  return async (start, pass) => {
    let v = start;
    for (const i of randomOrder(trials.length, seed, pass)) {
      const known = trials[i]!;
      const x = allowed(addScaled(known.x0, 1, v), known);
      const { label, target, shape, classCount, before } = known;
      const moved: Trial = {
        ...trialOf({
          x0: x,
          label,
          target,
          shape,
          classCount,
          mask: undefined,
          before,
          misclassifiedBefore: false,
          seed,
        }),
        mask: known.mask,
        forwards: 0,
      };
      let end = x;
      const procedure = (function* (): Procedure {
        const found = yield* deepfoolSearch(x, moved, { norm, ...deepfoolSettings });
        // As in the authors' code: what has not passed a border adds nothing.
        if (found.fools) end = found.x;
      })();
      await converse(model, [{ trial: moved, procedure }], {
        batch: 1,
        judge,
        model,
        ...(signal === undefined ? {} : { signal }),
      });
      crafting.forwards += moved.forwards;
      crafting.backwards += moved.backwards;
      if (end !== x) v = projectOnto(norm, addScaled(v, 1, minus(end, x)), epsilon);
    }
    return v;
  };
}
