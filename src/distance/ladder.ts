/** @file Known changes of pictures in the order in which a distance sees them: what its numbers are read from. */
import type { CalibrationTable } from './calibrate.ts';
import { type Distortion, distortions } from './distortions.ts';

/** Ratios up to this count as the same. */
export const sameRatio = 1.15;

/** A distortion and its distance. */
export interface Rung {
  readonly distortion: Distortion;
  readonly distance: number;
}

/**
 * The distortions for pictures of a side, from the least: those of the table of the nearest side, scaled. None where no table knows the
 * distance.
 * @param side root of the pictures' number of pixels
 */
export function ladderOf(name: string, side: number, tables: readonly CalibrationTable[]): Rung[] {
  const known = tables.filter(({ distances }) => distances[name] !== undefined).sort((a, b) => a.side - b.side);
  if (known.length === 0) return [];
  const away = (table: CalibrationTable) => Math.abs(Math.log(table.side / side));
  const nearest = known.reduce((a, b) => (away(b) < away(a) ? b : a));
  const scale = (side / nearest.side) ** growth(name, known);
  return nearest.distances[name]!.map((distance, i) => ({
    distortion: distortions[i]!,
    distance: distance * scale,
  })).sort((a, b) => a.distance - b.distance);
}

/**
 * Which whole power of the side a distance grows with: 0 for means, 1 for a Euclidean length, 2 for sums. The distortion that grows least
 * decides: a sum grows under all of them, SSIM under noise alone, since small pictures of a scene have more contrast to hide it.
 */
function growth(name: string, known: readonly CalibrationTable[]): number {
  const [small, large] = [known[0]!, known.at(-1)!];
  if (small === large) return 0;
  const rises = large.distances[name]!.map((distance, i) => Math.log(distance / small.distances[name]![i]!));
  return Math.max(0, Math.round(Math.min(...rises) / Math.log(large.side / small.side)));
}
