/** @file A denoiser as a prior of drawings, with settings that suit pictures of 32 pixels. */
import { type Denoiser, type DenoiserOptions, openDenoiser } from '../prior/denoiser.ts';
import { VisualizeError } from './check-options.ts';

/** A denoiser as a prior: every step also moves towards likelier pictures, and may be noisy (PPGN, Nguyen et al. 2017). */
export interface DenoiserPrior {
  readonly denoiser: Denoiser;
  /** Weight of R(x) - x, epsilon 1 of the paper. */
  readonly weight: number;
  /** Weight of the objective's gradient over its mean size, epsilon 2: how far a pixel moves for it in a step, at a rate of 1. */
  readonly gradientWeight: number;
  /** Deviation of the noise of each step, epsilon 3; falls evenly to nothing where `annealed`. */
  readonly noise: number;
  readonly annealed: boolean;
}

/** What `openDenoiserPrior` takes: the terms' weights, 0.05, 0.02 and falling noise of 0.02 unless given, and the denoiser's range. */
export type DenoiserPriorOptions = Partial<Omit<DenoiserPrior, 'denoiser'>> & DenoiserOptions;

/** The denoiser that comes with the package, for pictures in colour. */
const embedded = 'zoo:cifar10-denoiser';

/**
 * A denoiser's file as a prior, for a rate of 1.
 * @throws PriorError where the file is no denoiser; VisualizeError where a weight is none
 */
export async function openDenoiserPrior(
  source: string | URL | Uint8Array = embedded,
  { weight = 0.05, gradientWeight = 0.02, noise = 0.02, annealed = true, ...options }: DenoiserPriorOptions = {},
): Promise<DenoiserPrior> {
  for (const [what, value] of Object.entries({ weight, 'gradient weight': gradientWeight, noise }))
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new VisualizeError(`The denoiser's ${what} must be a number of at least 0, got ${value}.`);
  return { denoiser: await openDenoiser(source, options), weight, gradientWeight, noise, annealed };
}
