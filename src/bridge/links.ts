/** @file The links of the chain, each with its number, its interval and its words. */
import { sameRatio } from '../distance/ladder.ts';
import { mean, median } from '../distance/mean.ts';
import { shareInterval } from '../statistics/share-interval.ts';
import type { SeenDose } from './compare-doses.ts';
import { bootstrap, type Estimate, meanOf, shareOf } from './interval.ts';
import { linearityOf } from './linearity.ts';
import { type Link, lines, type VerdictSource } from './link.ts';
import type { DoseReactions } from './measure-doses.ts';
import { estimate, levels, percent, percentOf, short } from './words.ts';

const nothing: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

function at({ reactions, dose }: VerdictSource): DoseReactions {
  return reactions.doses.find((one) => one.dose === dose)!;
}

/** Pictures from which on intervals over them mean something. */
const fewestPictures = 5;

/** Held or failed where all of its conditions, or one of them, are certain; open where the pictures are too few to tell. */
function stateOf(
  conditions: readonly { readonly holds: boolean; readonly fails: boolean }[],
  pictures = fewestPictures,
): Link['is'] {
  if (pictures < fewestPictures) return 'open';
  if (conditions.every(({ holds }) => holds)) return 'held';
  return conditions.some(({ fails }) => fails) ? 'failed' : 'open';
}

const atLeast = ({ low, high }: Estimate, line: number) => ({ holds: low >= line, fails: high < line });
const atMost = ({ low, high }: Estimate, line: number) => ({ holds: high <= line, fails: low > line });

/** Most of the pattern's power must be of high frequency. */
export function highLink({ highShares }: VerdictSource): Link {
  const measured = meanOf(highShares);
  return {
    name: 'high frequency',
    measured,
    line: lines.highShare,
    is: stateOf([atLeast(measured, lines.highShare)]),
    words: `${percent(measured)} of the pattern's power lies above a quarter of a cycle a pixel${highShares.length === 1 ? ' (one drawing, so that there is no interval)' : ''}; at least ${percentOf(lines.highShare)} would be high.`,
  };
}

/** The dose on grey must excite the unit more than nearly all pictures do. */
export function aloneLink(source: VerdictSource): Link {
  const { cleanResponses, dose, unitIsClass } = source;
  const { grey } = at(source).alone;
  const drawn = bootstrap(cleanResponses.length, (places) => {
    const level = grey.length === 1 ? grey[0]! : mean(places.map((i) => grey[i % grey.length]!));
    return mean(places.map((i) => Number(cleanResponses[i]! < level)));
  });
  const { low, high } = shareInterval(drawn.value, cleanResponses.length);
  const measured = { value: drawn.value, low: Math.min(low, drawn.low), high: Math.max(high, drawn.high) };
  return {
    name: 'answers alone',
    measured,
    line: lines.percentile,
    is: stateOf([atLeast(measured, lines.percentile)], cleanResponses.length),
    words: `A dose of ${levels(dose)} on grey alone excites the unit more than ${percent(measured)} of the pictures do${unitIsClass ? ', none of which the model takes for it' : ''}; at least ${percentOf(lines.percentile)} would be an answer.`,
  };
}

/** In a picture the dose must do about what it does on grey, and minus must take away what plus gives. */
export function addsLink(source: VerdictSource): Link {
  const { reactions, dose } = source;
  const { gained, aloneGained } = at(source);
  const { grey } = aloneGained;
  const name = 'adds up';
  if (!(mean(grey) > 0))
    return {
      name,
      measured: nothing,
      line: lines.kept,
      is: 'unknown',
      words: 'The dose does not raise the response on grey, so there is nothing that could add up.',
    };
  const onGrey = (places: readonly number[]) => (grey.length === 1 ? grey[0]! : mean(places.map((k) => grey[k]!)));
  const kept = bootstrap(gained.length, (places) => mean(places.map((k) => gained[k]!)) / onGrey(places));
  const odd = bootstrap(gained.length, (places) => linearityOf(reactions, dose, places).oddness);
  const { breaksAt } = linearityOf(reactions, dose);
  const breaks = breaksAt === undefined ? 'holds at all doses' : `breaks at ${levels(breaksAt)} (R² below 0.95)`;
  return {
    name,
    measured: kept,
    line: lines.kept,
    is: stateOf([atLeast(kept, lines.kept), atMost(kept, lines.mostKept), atLeast(odd, lines.oddness)], gained.length),
    words: `In a picture the dose raises the response by ${short(mean(gained))} on average, ${percent(kept)} of the ${short(mean(grey))} on grey (${percentOf(lines.kept)} to ${percentOf(lines.mostKept)} would add up); it is odd in its sign by ${estimate(odd)} (at least ${lines.oddness}); the slope's prediction ${breaks}.`,
  };
}

/** The middle distance must take the dose for little noise in a picture, and for more on grey. */
export function hiddenLink({ seen, notice, dose }: VerdictSource): Link {
  const known = seen.filter((one) => isReadable(one) && seesBackgrounds(one));
  const name = 'hidden';
  if (known.length === 0)
    return {
      name,
      measured: nothing,
      line: notice,
      is: 'unknown',
      words: 'No distance was measured that can be read as noise and to which it matters what lies under a change.',
    };
  const middle = (pick: (one: SeenDose) => readonly number[]) =>
    bootstrap(known[0]!.levelInPicture.length, (places) =>
      median(known.map((one) => median(places.map((i) => pick(one)[i]!)))),
    );
  const inPicture = middle(({ levelInPicture }) => levelInPicture);
  const onGrey = middle(({ levelOnGrey }) => levelOnGrey);
  const most = notice * sameRatio;
  const { holds, fails } = atMost(onGrey, most);
  const level = ({ value }: Estimate) =>
    value >= 255 ? 'more noise than any that was calibrated' : `noise of ${short(value)}/255`;
  return {
    name,
    measured: inPicture,
    line: notice,
    // On grey it must be more: the other way round.
    is: stateOf([atMost(inPicture, most), { holds: fails, fails: holds }], known[0]!.levelInPicture.length),
    words: `In a picture, a dose of ${levels(dose)} measures like ${level(inPicture)} on a photograph in the middle one of ${known.length} distances that see what lies under a change, on grey like ${level(onGrey)}; hidden is about ${short(notice)}/255 or less in the picture, and more on grey.`,
  };
}

/** Whether tables know what noise measures the same. */
function isReadable({ levelInPicture, levelOnGrey }: SeenDose): boolean {
  return [...levelInPicture, ...levelOnGrey].every((level) => !Number.isNaN(level));
}

/** Whether it matters to a distance what lies under a change, by more than 1 %: not to norms, which could hide nothing. */
function seesBackgrounds({ inPicture, onGrey }: SeenDose): boolean {
  const [here, there] = [median(inPicture), median(onGrey)];
  return Math.abs(here - there) > 0.01 * Math.max(here, there);
}

/** Other answers than without the dose, more often than random signs of equal strength bring about. */
export function foolsLink(source: VerdictSource): Link {
  const { fooled, led } = at(source);
  const { control, unitIsClass } = source;
  const measured = shareOf(fooled);
  const more = bootstrap(fooled.length, (places) =>
    mean(places.map((k) => Number(fooled[k]) - Number(control[k] ?? false))),
  );
  const as = unitIsClass ? `, ${percentOf(mean(led.map(Number)))} as the unit's class` : '';
  return {
    name: 'fools',
    measured,
    line: lines.fooled,
    is: stateOf([atLeast(measured, lines.fooled), { holds: more.low > 0, fails: more.high <= 0 }], fooled.length),
    words: `${percent(measured)} of the pictures are answered otherwise with the dose${as}; with random signs of equal strength ${percentOf(mean(control.map(Number)))}. At least ${percentOf(lines.fooled)}, and more than with random signs, would fool.`,
  };
}
