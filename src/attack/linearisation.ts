/**
 * @file The border of a class as a linear function near a picture: how much the other class's score has to gain on the label's, and the
 * gradient of that lead. What FAB, DeepFool and others project onto.
 */

import type { PlaneNorm } from './plane-projection.ts';
import { difference, type Jacobian, jacobian, type Procedure, type Slope, slope } from './procedure.ts';
import type { Trial } from './trial.ts';
import { dualNorm, normOf } from './vector.ts';

/** A border near x: adversarial pictures z have lead + gradient . (z - x) > 0. */
export interface Border {
  /** How far the other class leads the label; negative where it does not. */
  readonly lead: number;
  /** Gradient of the lead, [C, H, W]. */
  readonly gradient: Float32Array;
}

/** A point, what the network says there, and the borders near it. */
export interface Linearised {
  readonly fools: boolean;
  readonly borders: readonly Border[];
}

/**
 * Borders near x. Towards a target there is one, that of the class in the lead; else one for each of the given classes. A criterion that
 * asks for more than another answer shows in its excess: where this is one class's lead (as in top k), the classes ahead of that one
 * have passed already and have no border; where it is no class's (as with a gap), all borders are further away by the difference.
 * @param classes other classes than the label; not used where the trial has a target
 */
export function* linearised(x: Float32Array, trial: Trial, classes: readonly number[]): Procedure<Linearised> {
  const { label, target, classCount } = trial;
  if (target !== undefined) {
    const { fools, excess, gradient }: Slope = yield* slope(x, { loss: 'margin', target });
    return { fools, borders: [{ lead: excess, gradient }] };
  }
  const answer: Jacobian = yield* jacobian(
    x,
    classes.map((k) => difference(k, label, classCount).weights),
  );
  const { scores, fools, excess, gradients } = answer;
  const borders = classes.map((k, i) => ({ lead: scores[k]! - scores[label]!, gradient: gradients[i]! }));
  const leads = Array.from(scores, (score) => score - scores[label]!).filter((_, k) => k !== label);
  const isLead = leads.some((lead) => Math.abs(lead - excess) <= 1e-6 * (1 + Math.abs(excess)));
  const behind = isLead ? borders.filter(({ lead }) => lead <= excess + 1e-6 * (1 + Math.abs(excess))) : [];
  if (behind.length > 0) return { fools, borders: behind };
  const shift = excess - Math.max(...leads);
  return { fools, borders: borders.map((border) => ({ ...border, lead: border.lead + shift })) };
}

/** The border that a linear model would reach first: the least |lead| / |gradient| in the dual norm. */
export function nearestBorder(borders: readonly Border[], norm: PlaneNorm): Border {
  const distance = ({ lead, gradient }: Border) => Math.abs(lead) / (normOf(dualNorm[norm], gradient) + 1e-12);
  return borders.reduce((near, border) => (distance(border) < distance(near) ? border : near));
}

/** Classes other than the label by their scores, the highest first. */
export function otherClasses(scores: Float32Array, label: number): number[] {
  return Array.from(scores.keys())
    .filter((k) => k !== label)
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
}
