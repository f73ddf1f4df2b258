/**
 * @file Square attack (Andriushchenko et al. 2020; l1: Croce and Hein 2021): random search by changes of square windows, kept where the
 * loss rises. Defaults are AutoAttack's (Croce and Hein 2020): 5000 queries, a first window of .8 of the pixels, a schedule that is
 * not rescaled to the budget. Unlike in AutoAttack a window is drawn for each picture, may lie at the last row and column, and is drawn again
 * where it would change nothing; in l2 a move takes each channel's own share of both windows, AutoAttack's that of the whole picture; and where a float picture fools that its 8-bit form does not, the search goes on.
 */
import { type Norm, norms } from '../distance/ball.ts';
import { type Ball, type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { checkScoreLoss, type ScoreLoss, scoreLoss } from './log-odds.ts';
import { methodOf } from './method.ts';
import { type Answer, look, type Procedure } from './procedure.ts';
import { AttackError, type AttackResult } from './result.ts';
import { squareMoves } from './square-moves.ts';
import { windowShare, windowSide } from './square-window.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `square`. */
export interface SquareOptions extends BudgetOptions {
  readonly norm?: Norm;
  /** Queries of a run; 5000 unless given. */
  readonly queries?: number;
  /** Share of the pixels in the first windows, from 0 to 1; 0.8 unless given. */
  readonly p?: number;
  /** Stretch the schedule of windows to the number of queries, as the paper does; off unless given, as in AutoAttack. */
  readonly rescale?: boolean;
  /** Runs from random starts at most; 1 unless given. */
  readonly restarts?: number;
  /** `margin` unless given, and `cross-entropy` where the attack is targeted, as in the paper. */
  readonly loss?: ScoreLoss;
}

/** Settings of the search. */
export type SquareSettings = Required<Pick<SquareOptions, 'queries' | 'p' | 'rescale' | 'restarts'>> &
  Pick<SquareOptions, 'loss'>;

/** The settings of options. @throws AttackError if one is out of range */
export function squareSettings(options: Partial<SquareSettings>): SquareSettings {
  const { queries = 5000, p = 0.8, rescale = false, restarts = 1, loss } = options;
  checkCount('Queries', queries, 1);
  checkCount('Restarts', restarts, 1);
  if (!(p > 0 && p <= 1)) throw new AttackError(`The share p of the first windows lies above 0 and up to 1, got ${p}.`);
  checkScoreLoss(loss);
  return { queries, p, rescale, restarts, ...(loss === undefined ? {} : { loss }) };
}

/** Runs from one random start after another. It has no end of its own at a success: who runs it stops it. */
export function* squareRestarts(trial: Trial, ball: Ball, settings: SquareSettings): Procedure {
  for (let restart = 0; restart < settings.restarts; restart++) {
    trial.restarts++;
    yield* squareRun(trial, ball, settings, [restart]);
  }
}

/** One run from a random start that the names decide. */
export function* squareRun(
  trial: Trial,
  { norm, epsilon }: Ball,
  { queries, p, rescale, loss = trial.target === undefined ? 'margin' : 'cross-entropy' }: SquareSettings,
  names: readonly number[],
): Procedure {
  if (norm === 'l0') throw new AttackError(`square is not defined for "l0", but for ${norms.join(', ')}.`);
  const { start, moved } = squareMoves(norm, trial, epsilon, trial.random(...names));
  const height = (answer: Answer) => scoreLoss(loss, answer, trial);
  let x = start();
  let answer = yield* look(x);
  for (let tried = 0; tried < queries - 1; tried++) {
    const side = windowSide(windowShare(p, rescale ? Math.floor((tried / queries) * 10_000) : tried), trial, norm);
    const next = moved(x, side);
    if (next === undefined) return;
    const found = yield* look(next);
    if (height(found) > height(answer) || (found.fools && !answer.fools)) [x, answer] = [next, found];
  }
}

/**
 * Attacks pictures by random search, which needs nothing but class scores.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const remote = opaqueModel({ channels: 3, height: 32, width: 32, classCount: 10, scores: (pixels) => askService(pixels) });
 * const [result] = await square(remote, [pixels], [label], { epsilon: 8 / 255, queries: 1000 });
 */
export async function square(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SquareOptions,
): Promise<AttackResult[]> {
  const settings = squareSettings(options);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'square',
    norms,
    gradients: false,
    run: (trial, ball) => squareRestarts(trial, ball, settings),
  });
}

/** Its row in the registry. */
export const squareMethod = methodOf<SquareOptions>(
  {
    name: 'square',
    brief: 'random search by square windows',
    kind: 'budget',
    norms,
    knowledge: 'scores',
    targeted: true,
    cost: '5000 forward passes',
    paper: 'Andriushchenko et al. 2020; in l1 Croce and Hein 2021',
    own: {
      queries: 'queries of a run (5000)',
      p: 'share of the pixels in the first windows (0.8)',
      rescale: 'stretch the schedule of windows to the queries (false)',
      restarts: 'random starts at most (1)',
      loss: 'margin or cross-entropy (margin; cross-entropy to a target)',
      exhaust: 'go on after a success (false)',
    },
  },
  square,
);
