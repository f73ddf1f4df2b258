/** @file What a distance's number means to a person: which known change of a picture measures the same. */
import type { CalibrationTable } from './calibrate.ts';
import { ladderOf, type Rung, sameRatio } from './ladder.ts';

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
  const ratio = (rung: Rung) => Math.abs(Math.log(distance / rung.distance));
  if (ladder.filter((rung) => ratio(rung) <= Math.log(sameRatio)).length > ladder.length / 2) return indifferent;
  const nearest = ladder.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  if (ratio(nearest) <= Math.log(sameRatio)) return `like ${nearest.distortion.phrase}`;
  const above = ladder.findIndex((rung) => rung.distance > distance);
  if (above === 0) return `less than ${ladder[0]!.distortion.phrase}`;
  if (above === -1) return `more than ${ladder.at(-1)!.distortion.phrase}`;
  const [low, high] = [ladder[above - 1]!.distortion, ladder[above]!.distortion];
  return `between ${low.phrase} and ${low.kind === high.kind ? high.strength : high.phrase}`;
}
