/**
 * @file SimBA (Guo et al. 2019, Algorithm 1): steps along the vectors of an orthonormal basis in random order, one way or the other,
 * whichever makes the model less sure. Pixels, or waves of the discrete cosine basis from low frequencies on. After T directions the change is at
 * most step sqrt(T) long in l2. Directions that change nothing, at black or white or under the mask, cost no query here; once all are
 * used they are taken again in a new order.
 */

import { shuffled } from '../random/shuffled.ts';
import { cosines } from '../transform/cosines.ts';
import { checkCount } from './check-options.ts';
import { frequencyOrder } from './frequency-order.ts';
import { logOdds } from './log-odds.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type Answer, look, type Procedure } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Directions of `simba`: values of single pixels and channels, or waves. */
export type SimbaBasis = 'pixel' | 'dct';

/** Options of `simba`. */
export interface SimbaOptions extends MinimalOptions {
  /** `pixel` unless given. */
  readonly basis?: SimbaBasis;
  /** Length of a step in l2; 0.2 unless given. */
  readonly step?: number;
  /** Queries at most; 10000 unless given. */
  readonly queries?: number;
  /** Of waves: frequencies below this come first; an eighth of the picture's side unless given, 28 at 224 as in the paper. */
  readonly frequency?: number;
  /** Of waves: by how much the range of frequencies grows once it is used up; a 32nd of the side unless given, 7 at 224. */
  readonly stride?: number;
}

type Settings = Required<Pick<SimbaOptions, 'basis' | 'step' | 'queries' | 'frequency' | 'stride'>>;

/**
 * Looks for a small change in l2 that fools, by class scores alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await simba(victim, [pixels], [label], { basis: 'dct', queries: 3000 });
 */
export async function simba(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SimbaOptions = {},
): Promise<DistanceAttackResult[]> {
  const side = Math.min(victim.height, victim.width);
  const { basis = 'pixel', step = 0.2, queries = 10_000 } = options;
  const { frequency = Math.max(1, Math.round(side / 8)), stride = Math.max(1, Math.round(side / 32)) } = options;
  if (basis !== 'pixel' && basis !== 'dct') throw new AttackError(`Basis "${basis}" is not one of pixel, dct.`);
  if (!(step > 0)) throw new AttackError(`The step must be a positive number, got ${step}.`);
  checkCount('Queries', queries, 1);
  checkCount('Frequency', frequency, 1);
  checkCount('Stride', stride, 1);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'simba',
    norms: ['l2'],
    gradients: false,
    run: (trial) => search(trial, { basis, step, queries, frequency, stride }),
  });
}

function* search(trial: Trial, { basis, step, queries, frequency, stride }: Settings): Procedure {
  const { x0, label, target } = trial;
  const height = ({ scores }: Pick<Answer, 'scores'>) =>
    target === undefined ? -logOdds(scores, label) : logOdds(scores, target);
  let delta: Float32Array = new Float32Array(x0.length);
  let x = x0;
  let answer = yield* look(x);
  let asked = 1;
  for (let pass = 0; ; pass++) {
    const before = asked;
    for (const add of directions(trial, basis, frequency, stride, pass)) {
      // The code of the paper's authors goes down first.
      for (const length of [-step, step]) {
        const moved = delta.slice();
        add(moved, length);
        const next = pictureOf(moved, trial);
        if (next.every((value, i) => value === x[i])) continue;
        if (asked >= queries) return;
        const found = yield* look(next);
        asked++;
        if (found.fools) return;
        if (height(found) > height(answer)) {
          [x, delta, answer] = [next, moved, found];
          break;
        }
      }
    }
    if (asked === before) return;
  }
}

function pictureOf(delta: Float32Array, trial: Trial): Float32Array {
  const { x0 } = trial;
  const x = new Float32Array(x0.length);
  for (let i = 0; i < x.length; i++) x[i] = x0[i]! + delta[i]!;
  return allowed(x, trial);
}

/** Adds a multiple of a direction's vector to a change. */
type AddTo = (delta: Float32Array, length: number) => void;

/** The vectors of the basis, each once, in an order that the pass decides. */
function* directions(
  { x0, shape, random: stream }: Trial,
  basis: SimbaBasis,
  frequency: number,
  stride: number,
  pass: number,
): Generator<AddTo, void, undefined> {
  const random = stream(pass);
  if (basis === 'pixel') {
    for (const at of shuffled(Array.from(x0.keys()), random))
      yield (delta, length) => {
        delta[at] = delta[at]! + length;
      };
    return;
  }
  const [, height, width] = shape;
  for (const { channel, down, across } of frequencyOrder(shape, frequency, stride, random)) {
    const [column, row] = [cosines(down, height), cosines(across, width)];
    yield (delta, length) => {
      let at = channel * height * width;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, at++) delta[at] = delta[at]! + length * column[y]! * row[x]!;
    };
  }
}

/** Its row in the registry. */
export const simbaMethod = methodOf(
  {
    name: 'simba',
    brief: 'steps along pixels or waves, one at a time',
    kind: 'minimal',
    norms: ['l2'],
    knowledge: 'scores',
    targeted: true,
    cost: '10000 forward passes',
    paper: 'Guo et al. 2019',
    own: {
      basis: 'pixel or dct (pixel)',
      step: 'length of a step (0.2)',
      queries: 'queries at most (10000)',
      frequency: 'dct: frequencies that come first (side / 8)',
      stride: 'dct: growth of their range (side / 32)',
    },
  },
  simba,
);
