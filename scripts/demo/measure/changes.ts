/** @file One picture changed in several ways, and measured by several distances. */
import { describePrediction } from '../../../src/attack/result.ts';
import { distances, type Norm } from '../../../src/distance/ball.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Change, Shown } from '../findings.ts';
import { attackAll, budget, budgets, noisy, seed } from './attacks.ts';

/** Budgets that are tried one after another until the answer changes. */
const ladders: Readonly<Record<Norm, readonly number[]>> = {
  linf: budgets.map((at) => at / 255),
  l2: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5],
  l1: [1, 2, 4, 8, 12, 16, 24, 32, 64, 128],
};

/** One picture changed in five ways, to compare what distances say with what the eye and the network say. */
export async function changesOf(
  model: Model,
  original: Shown,
  steps: number,
  nameOf: (label: number) => string,
): Promise<Change[]> {
  const describe = async (kind: Change['kind'], picture: Float32Array): Promise<Change> => {
    const measured = distances(picture, original.picture);
    return {
      kind,
      picture,
      distances: measured,
      psnr: -20 * Math.log10(measured.l2 / Math.sqrt(picture.length)),
      answer: describePrediction(await model.predictPlain(picture), nameOf),
    };
  };
  const list: Change[] = [];
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    for (const epsilon of ladders[norm]) {
      const [result] = await attackAll(model, [original], { norm, epsilon, steps: 2 * steps, seed });
      if (!result!.success8) continue;
      list.push(await describe(norm, result!.adversarial));
      break;
    }
  }
  list.push(await describe('noise', noisy(original, budget, 0).picture));
  list.push(await describe('shift', shifted(original.picture, model.width)));
  return list;
}

/** The picture one pixel to the right; its left column stays. */
function shifted(picture: Float32Array, width: number): Float32Array {
  return picture.map((value, at) => (at % width === 0 ? value : picture[at - 1]!));
}
