/** @file Refuses distance attacks that cannot mean what they say: masks of another size, budgets that exclude nothing. */
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import { checkMask } from './attack-options.ts';
import { checkCount, checkPictures } from './check-options.ts';
import type { DistanceAttackOptions } from './distance-attack.ts';
import type { DistanceProblem } from './distance-problem.ts';
import type { Judges } from './judges.ts';
import { changes } from './parameterisation.ts';
import { AttackError } from './result.ts';

/** Checks options, pictures and labels. @throws AttackError with what was expected and what came */
export function checkDistanceOptions(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: DistanceAttackOptions,
): void {
  const { distance, budget, bounds = [], mask, target, change = 'pixels', steps = 1, seed = 0, batch = 1 } = options;
  checkPictures(model, images, labels, target);
  checkCount('Steps', steps, 1);
  checkCount('Batch', batch, 1);
  checkCount('Seed', seed, 0);
  if (!Object.hasOwn(changes, change))
    throw new AttackError(`Change "${change}" is not one of ${Object.keys(changes).join(', ')}.`);
  for (const value of [...(budget === undefined ? [] : [budget]), ...bounds.map((bound) => bound.budget)]) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new AttackError(`A budget must be a positive number, got ${value}.`);
  }
  const names = [distance, ...bounds.map((bound) => bound.distance)].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new AttackError(`${twice} is given twice; a budget and each bound take a distance of their own.`);
  checkMask(mask, model);
}

/** Refuses limits that not even black, white, opposite or random pictures exceed. @throws AttackError */
export async function checkLimits(
  { main, bounds, model }: DistanceProblem,
  judges: Judges,
  x0: Float32Array,
): Promise<void> {
  const random = randomStream(x0.length);
  const extremes = [x0.map(() => 0), x0.map(() => 1), x0.map((v) => Number(v < 0.5)), x0.map(() => random.uniform())];
  const measured: (readonly number[])[] = [];
  for (const x of extremes) measured.push((await judges.judge({ x, x0 })).measured);
  for (const [k, { distance, limit }] of [main, ...bounds].entries()) {
    const furthest = Math.max(...measured.map((row) => row[k]!));
    if (limit === Number.POSITIVE_INFINITY || !(limit >= furthest)) continue;
    const meant =
      distance.name === 'linf' && limit <= 255
        ? ` Did you mean ${limit}/255?`
        : distance.convention.better === 'higher'
          ? ` A budget bounds the distance, 0 for equal pictures, not the value that is quoted${distance.name === 'psnr' ? '; for psnr it is the mean squared difference' : ''}.`
          : '';
    throw new AttackError(
      `A budget of ${limit} for ${distance.name} excludes nothing: for ${model.name} even black, white and random pictures are within ${furthest.toPrecision(3)}.${meant}`,
    );
  }
}
