/** @file Options of transfer attacks, and what they come to: a plan whose parts are the papers'. */
import type { Model } from '../model/model.ts';
import { resizeAndPad } from '../transform/resize-and-pad.ts';
import { sequence, sometimes } from '../transform/sequence.ts';
import { shuffleBlocks } from '../transform/shuffle-blocks.ts';
import { spectrum } from '../transform/spectrum.ts';
import type { Transform } from '../transform/transform.ts';
import { type AttackOptions, isModel } from './attack-options.ts';
import { checkCount } from './check-options.ts';
import { gaussianWindow } from './gaussian-smoothing.ts';
import { checkSurrogates, type Fusion, fusions, type Guide, guidesOf } from './guide.ts';
import { type LossName, lossNames } from './loss.ts';
import { checkPool, type MixingPool } from './mixing-partners.ts';
import { AttackError } from './result.ts';
import type { Victim } from './victim.ts';

/** Options of `transferAttack`. Parts that are not asked for are off. */
export interface TransferOptions extends AttackOptions {
  /** linf unless given. */
  readonly norm?: 'linf' | 'l2';
  /** Radius of the ball, in pixels from 0 to 1: 16 / 255, not 16. */
  readonly epsilon: number;
  /** Models that gradients come from; the victim unless given. Another input size is reached by resizing in the graph. */
  readonly surrogates?: readonly Model[];
  /** What is averaged over several surrogates: class scores (Dong et al. 2018) unless given, or losses. */
  readonly fusion?: Fusion;
  /** Also look at every step and return the best: only where the victim is its own surrogate. */
  readonly keepBest?: boolean;
  readonly loss?: LossName;
  /** Gradient steps; 10 unless given. All are taken. */
  readonly steps?: number;
  /** Length of a step in the norm; epsilon / steps unless given. */
  readonly stepSize?: number;
  /** mu: share of the accumulated gradient that a step keeps (Dong et al. 2018); 1 unless given. */
  readonly momentum?: number;
  /** Take gradients where the accumulated one leads (Lin et al. 2020). */
  readonly nesterov?: boolean;
  /** m: gradients are means over the picture times 1, 1/2 … 1/2^(m-1) (Lin et al. 2020). */
  readonly scales?: number;
  /** Probability with which a copy is resized and padded (Xie et al. 2019). */
  readonly diversity?: number;
  /** Size of the plain ground over that of the picture there, at most; 1.1 unless given. */
  readonly enlargement?: number;
  /** Side of the Gaussian that gradients are convolved with, odd (Dong et al. 2019: 15, or 7); its edge lies at 3 deviations. */
  readonly kernel?: number;
  /** N: random neighbours whose mean gradient corrects the next step (Wang and He 2021). */
  readonly neighbours?: number;
  /** How far neighbours lie in each value, in budgets; 1.5 unless given. */
  readonly beta?: number;
  /** m2: copies that are mixed with other pictures (Wang et al. 2021). */
  readonly mixes?: number;
  /** eta: share of the other picture that is added; 0.2 unless given. */
  readonly mixShare?: number;
  /** What to mix with; the picture itself, moved and mirrored, unless given. */
  readonly pool?: MixingPool;
  /** N: copies with a changed spectrum (Long et al. 2022). */
  readonly spectra?: number;
  /** Factors of coefficients run from 1 - rho to 1 + rho; 0.5 unless given. */
  readonly rho?: number;
  /** Deviation of the noise there; a value's share of the budget unless given: epsilon in linf. */
  readonly sigma?: number;
  /** N: copies with shuffled and turned blocks (Wang et al. 2024). */
  readonly shuffles?: number;
  /** Blocks along each side; 2 unless given. */
  readonly blocks?: number;
  /** Largest angle of a block in degrees; 24 unless given. */
  readonly angle?: number;
}

/** What an attack does at each step. */
export interface TransferPlan {
  readonly guides: readonly Guide[];
  readonly loss: LossName;
  readonly steps: number;
  readonly stepSize: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Copies of each draw, half as bright each time. */
  readonly scales: number;
  /** Random copies. */
  readonly draws: number;
  /** What each copy goes through, drawn anew. */
  readonly transform: Transform | undefined;
  /** Share of the partner that is added to the copies of a draw; 0 for none. */
  readonly mixShare: number;
  readonly pool: MixingPool | undefined;
  readonly window: Float64Array | undefined;
  readonly neighbours: number;
  /** How far neighbours lie in each value. */
  readonly reach: number;
  readonly keepBest: boolean;
}

/** A plan from options. @throws AttackError if they are out of range or do not go together */
export function transferPlan(name: string, victim: Victim, options: TransferOptions): TransferPlan {
  const {
    norm = 'linf',
    epsilon,
    surrogates,
    fusion = 'logits',
    keepBest = false,
    loss = 'cross-entropy',
    steps = 10,
    stepSize = epsilon / steps,
    momentum = 1,
    nesterov = false,
    scales = 1,
    diversity = 0,
    enlargement = 1.1,
    kernel = 1,
    neighbours = 0,
    beta = 1.5,
    mixes = 0,
    mixShare = 0.2,
    pool,
    spectra = 0,
    rho = 0.5,
    shuffles = 0,
    blocks = 2,
    angle = 24,
  } = options;
  const { channels, height, width } = victim;
  const size = channels * height * width;
  // What a budget is worth in one value where all use it alike.
  const each = norm === 'linf' ? epsilon : epsilon / Math.sqrt(size);
  const { sigma = each } = options;
  if (!lossNames.includes(loss)) throw new AttackError(`Loss "${loss}" is not one of ${lossNames.join(', ')}.`);
  if (!fusions.includes(fusion)) throw new AttackError(`Fusion "${fusion}" is not one of ${fusions.join(', ')}.`);
  checkCount('Steps', steps, 1);
  checkCount('Scales', scales, 1);
  for (const [what, count] of Object.entries({ neighbours, mixes, spectra, shuffles }))
    checkCount(`The number of ${what}`, count, 0);
  checkCount('Blocks', blocks, 1);
  checkCount('The side of the kernel', kernel, 1);
  if (kernel % 2 === 0) throw new AttackError(`The side of the kernel is odd, so that it has a middle; got ${kernel}.`);
  if (blocks > Math.min(height, width))
    throw new AttackError(`${blocks} blocks do not fit into ${height} x ${width} pixels.`);
  checkNumbers({
    'Step size': [stepSize, Number.MIN_VALUE],
    Momentum: [momentum, 0],
    'The probability of diversity': [diversity, 0, 1],
    'The enlargement': [enlargement, 1],
    Beta: [beta, 0],
    'The share that is mixed in': [mixShare, 0],
    Rho: [rho, 0],
    Sigma: [sigma, 0],
    'The angle of blocks': [angle, 0, 180],
  });
  if (pool !== undefined) checkPool(pool, size);
  if (keepBest && surrogates !== undefined)
    throw new AttackError(
      'The best on the way is known only where the victim is its own surrogate; leave out keepBest, or the surrogates.',
    );
  const parts = [
    ...(spectra > 0 ? [spectrum({ rho, sigma }, [channels, height, width])] : []),
    ...(shuffles > 0 ? [shuffleBlocks({ blocks, angle }, [height, width])] : []),
    ...(diversity > 0 ? [sometimes(diversity, resizeAndPad({ scale: [1 / enlargement, 1] }, [height, width]))] : []),
  ];
  return {
    guides: guidesOf(modelsFor(name, victim, surrogates), fusion),
    loss,
    steps,
    stepSize,
    momentum,
    nesterov,
    scales,
    draws: Math.max(1, mixes, spectra, shuffles),
    transform: parts.length > 1 ? sequence(...parts) : parts[0],
    mixShare: mixes > 0 ? mixShare : 0,
    pool,
    window: kernel > 1 ? gaussianWindow(kernel) : undefined,
    neighbours,
    reach: beta * each,
    keepBest,
  };
}

function modelsFor(name: string, victim: Victim, surrogates: readonly Model[] | undefined): readonly Model[] {
  if (surrogates !== undefined) {
    checkSurrogates(surrogates, victim);
    return surrogates;
  }
  if (isModel(victim)) return [victim];
  throw new AttackError(
    `${name} needs gradients, which ${victim.name} does not give; name models that do as surrogates.`,
  );
}

function checkNumbers(numbers: Readonly<Record<string, readonly [value: number, least: number, most?: number]>>): void {
  for (const [what, [value, least, most = Number.MAX_VALUE]] of Object.entries(numbers)) {
    if (value >= least && value <= most) continue;
    const range =
      most < Number.MAX_VALUE
        ? `a number from ${least} to ${most}`
        : least > 0 && least < 1e-9
          ? 'a positive number'
          : `a number of at least ${least}`;
    throw new AttackError(`${what} must be ${range}, got ${value}.`);
  }
}
