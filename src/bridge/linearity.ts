/** @file How linear a unit is along a pattern: how well its slope predicts it, whether backgrounds add, whether minus takes away what plus gives. */
import type { PatternReactions } from './measure-doses.ts';

/** R² below which the linear prediction is said to have broken. */
export const brokenBelow = 0.95;

/** Linearity along a pattern. */
export interface Linearity {
  /**
   * 1 - sum (gained - predicted)² / sum gained² over pictures and doses no larger than each dose: 1 for a linear unit. Nothing is fitted, so
   * it may be negative.
   */
  readonly r2: readonly { readonly dose: number; readonly value: number }[];
  /** The first dose at which R² lies below 0.95; undefined where none does. */
  readonly breaksAt: number | undefined;
  /**
   * 1 - sum (gained on the picture - gained on grey)² / sum (gained on the picture)², over positive doses up to the reference: 1 where what
   * the pattern does alone is what it does in a picture. It may be negative.
   */
  readonly additivity: number;
  /**
   * 1 - sum (gained at ε + gained at -ε)² / (2 sum of both squares) over doses up to the reference: 1 for a linear unit, 0 where both signs
   * do the same.
   */
  readonly oddness: number;
}

/**
 * Linearity of the pictures of some places among those that count.
 * @param upTo the reference dose
 * @param some places among the pictures that count; all unless given
 */
export function linearityOf(
  { doses }: PatternReactions,
  upTo: number,
  some: readonly number[] = doses[0]!.gained.map((_, k) => k),
): Linearity {
  const sizes = [...new Set(doses.map(({ dose }) => Math.abs(dose)))].sort((a, b) => a - b);
  const r2 = sizes.map((size) => {
    let [residual, total] = [0, 0];
    for (const { dose, gained, predicted } of doses) {
      if (Math.abs(dose) > size) continue;
      for (const k of some) {
        residual += (gained[k]! - predicted[k]!) ** 2;
        total += gained[k]! ** 2;
      }
    }
    return { dose: size, value: explained(residual, total) };
  });
  let [apart, all, even, both] = [0, 0, 0, 0];
  for (const { dose, gained, aloneGained } of doses) {
    if (dose <= 0 || dose > upTo) continue;
    const opposite = doses.find((other) => other.dose === -dose);
    for (const k of some) {
      const here = gained[k]!;
      const alone = aloneGained.grey[k] ?? aloneGained.grey[0]!;
      apart += (here - alone) ** 2;
      all += here ** 2;
      if (opposite === undefined) continue;
      even += (here + opposite.gained[k]!) ** 2;
      both += here ** 2 + opposite.gained[k]! ** 2;
    }
  }
  return {
    r2,
    breaksAt: r2.find(({ value }) => value < brokenBelow)?.dose,
    additivity: explained(apart, all),
    oddness: explained(even, 2 * both),
  };
}

/** The share of a total that is not residual; 1 where there is nothing to explain and nothing is left. */
function explained(residual: number, total: number): number {
  if (total === 0) return residual === 0 ? 1 : Number.NEGATIVE_INFINITY;
  return 1 - residual / total;
}
