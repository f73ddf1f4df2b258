/**
 * @file The dual variables of PDGD and PDPGD (Matyasko and Chau 2021, section 3): weights of the norm and of the classification loss, that sum
 * to 1. The loss gains weight while the picture does not fool and loses it while it does.
 */
import { checkCount } from './check-options.ts';
import type { MinimalOptions } from './minimal-attack.ts';
import { AttackError } from './result.ts';

/** Options that both attacks share. */
export interface PrimalDualOptions extends MinimalOptions {
  /** Gradient steps; 500 unless given. */
  readonly steps?: number;
  /** Adam's first step size, which falls to a hundredth; 0.1 unless given. */
  readonly stepSize?: number;
  /** First step of the dual variable, which falls to a tenth; 0.1 unless given. */
  readonly dualStepSize?: number;
  /** First weight of the norm over that of the loss; 0.01 unless given. */
  readonly ratio?: number;
}

/** Settings of both attacks, defaults filled in. */
export type PrimalDualSettings = Required<Omit<PrimalDualOptions, keyof MinimalOptions>>;

/** Fills in the defaults. @throws AttackError if options are out of range */
export function primalDualSettings(options: PrimalDualOptions): PrimalDualSettings {
  const { steps = 500, stepSize = 0.1, dualStepSize = 0.1, ratio = 0.01 } = options;
  checkCount('Steps', steps, 1);
  const positive = { 'Step size': stepSize, 'Dual step size': dualStepSize, 'The first ratio': ratio };
  for (const [name, value] of Object.entries(positive))
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new AttackError(`${name} must be a positive number, got ${value}.`);
  return { steps, stepSize, dualStepSize, ratio };
}

/** Adam's step size at step k. */
export function primalStepSize({ stepSize, steps }: PrimalDualSettings, k: number): number {
  return stepSize * 0.01 ** (k / steps);
}

/** Weights of the norm and of the loss. */
export interface DualWeights {
  readonly norm: number;
  readonly loss: number;
}

/** Share of the old weights that the running mean keeps. */
const kept = 0.9;

/** Neither weight falls below about this. */
const smallest = 1e-6;

/** The dual variables before the first step: each `next` takes whether the picture fooled at step k and gives the weights after it. */
export function dualWeights({ ratio, dualStepSize, steps }: PrimalDualSettings): {
  readonly first: DualWeights;
  next(k: number, fools: boolean): DualWeights;
} {
  const bound = -Math.log(smallest);
  let nu = Math.min(bound, Math.max(-bound, -Math.log(ratio)));
  const weights = (): DualWeights => ({ norm: 1 / (1 + Math.exp(nu)), loss: 1 / (1 + Math.exp(-nu)) });
  const first = weights();
  let mean = first;
  return {
    first,
    next(k, fools) {
      const theta = dualStepSize * (0.1 + 0.9 * (1 - k / Math.max(1, steps - 1)));
      nu = Math.min(bound, Math.max(-bound, nu + (fools ? -theta : theta)));
      const now = weights();
      mean = {
        norm: kept * mean.norm + (1 - kept) * now.norm,
        loss: kept * mean.loss + (1 - kept) * now.loss,
      };
      return mean;
    },
  };
}

/** Slope of the classification loss softplus(-excess) in the margin's direction: how far the criterion is from holding decides it. */
export function lossSlope(excess: number): number {
  return 1 / (1 + Math.exp(excess));
}
