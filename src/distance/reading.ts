/** @file What a distance's number means to a person: which known change of a picture measures the same. */
import type { CalibrationTable } from './calibrate.ts';
import { type Distortion, distortions } from './distortions.ts';

/** Ratios up to this count as the same. */
const same = 1.15;

/** Said where most changes measure the same, as in a count of changed pixels. */
const indifferent = 'like most known changes, which it does not tell apart';

/**
 * A number in words: "like JPEG at quality 50", "between noise of 1/255 and 4/255", "less than JPEG at quality 90". Undefined where no table
 * knows the distance.
 * @param side root of the pictures' number of pixels
 */
export function readingOf(
  name: string,
  distance: number,
  side: number,
  tables: readonly CalibrationTable[],
): string | undefined {
  if (!Number.isFinite(distance)) return undefined;
  const ladder = ladderOf(name, side, tables);
  if (ladder.length === 0) return undefined;
  const ratio = (step: Step) => Math.abs(Math.log(distance / step.distance));
  if (ladder.filter((step) => ratio(step) <= Math.log(same)).length > ladder.length / 2) return indifferent;
  const nearest = ladder.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  if (ratio(nearest) <= Math.log(same)) return `like ${nearest.distortion.phrase}`;
  const above = ladder.findIndex((step) => step.distance > distance);
  if (above === 0) return `less than ${ladder[0]!.distortion.phrase}`;
  if (above === -1) return `more than ${ladder.at(-1)!.distortion.phrase}`;
  const [low, high] = [ladder[above - 1]!.distortion, ladder[above]!.distortion];
  return `between ${low.phrase} and ${low.kind === high.kind ? high.strength : high.phrase}`;
}

/** A distortion and its distance. */
interface Step {
  readonly distortion: Distortion;
  readonly distance: number;
}

/** The distortions for pictures of a side, from the least: those of the table of the nearest side, scaled. */
function ladderOf(name: string, side: number, tables: readonly CalibrationTable[]): Step[] {
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
