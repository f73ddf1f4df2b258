/**
 * @file The augmented Lagrangian of Rony et al. 2021 ("Augmented Lagrangian adversarial attacks", section 3): constraints y <= 0 become
 * penalties, whose multipliers grow while a constraint is violated and shrink once it holds. The penalty is an expression of the graph;
 * multipliers are numbers of each sample, kept on the host.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { maximum, minimum } from '../tensor/ops/extrema.ts';
import { square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A constraint's multiplier mu and penalty parameter rho. */
export interface Multiplier {
  readonly mu: number;
  readonly rho: number;
}

/** Where every constraint starts. */
export const firstMultiplier: Multiplier = { mu: 1, rho: 1 };

/** Share of the old multiplier that an update keeps (alpha in the paper). */
const smoothing = 0.9;

/** Factor of rho where a constraint neither held nor came nearer (gamma in the paper), and how near is nearer. */
const [growth, progress] = [1.2, 0.95];

/** Bounds of mu. */
const [smallest, largest] = [1e-6, 1e12];

/**
 * The penalty P2 (Birgin, Castillo and Martinez 2005) of a constraint's value y: mu y + mu rho y² + rho² y³ / 6 where it is violated,
 * mu y / (1 - rho y) where it holds. Smooth, with slope mu at 0.
 */
export function penalty(y: Tensor, mu: Tensor, rho: Tensor): Tensor {
  const above = maximum(y, 0);
  const below = minimum(y, 0);
  const violated = mul(above, add(mu, mul(above, add(mul(mu, rho), mul(mul(square(rho), above), 1 / 6)))));
  return add(violated, div(mul(mu, below), sub(1, mul(rho, below))));
}

/** Slope of the penalty at y. */
export function penaltySlope(y: number, { mu, rho }: Multiplier): number {
  return y >= 0 ? mu + 2 * mu * rho * y + 0.5 * rho * rho * y * y : mu / (1 - rho * y) ** 2;
}

/** The multiplier after a step that saw the constraint at y: a running mean of the penalty's slope. NaN changes nothing. */
export function updatedMultiplier(multiplier: Multiplier, y: number, kept: number = smoothing): Multiplier {
  if (Number.isNaN(y)) return multiplier;
  const slope = Math.min(largest, Math.max(smallest, penaltySlope(y, multiplier)));
  return { ...multiplier, mu: kept * multiplier.mu + (1 - kept) * slope };
}

/** The multiplier after a window of steps: rho is raised unless the constraint held in it or came nearer by a twentieth. */
export function afterWindow(multiplier: Multiplier, before: number, now: number, held: boolean): Multiplier {
  return held || now <= progress * before ? multiplier : { ...multiplier, rho: multiplier.rho * growth };
}
