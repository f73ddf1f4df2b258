/**
 * @file Which links of the chain held: a pattern of high frequency, to which the unit answers alone, which adds to a picture, which is hidden
 * there, and which fools. Every link has a number, its interval over pictures, and the line that it had to cross.
 */
import { sameRatio } from '../distance/ladder.ts';
import type { SeenDose } from './compare-doses.ts';
import { bootstrap, type Estimate, meanOf } from './interval.ts';
import type { PatternReactions } from './measure-doses.ts';

/** The links, in the order of the chain. */
export type LinkName = 'high frequency' | 'answers alone' | 'adds up' | 'hidden' | 'fools';

/** One link. */
export interface Link {
  readonly name: LinkName;
  /** What must be at least `line` (at most, for what is hidden). */
  readonly measured: Estimate;
  readonly line: number;
  /** `open`: the interval holds the line. `unknown`: there is nothing to tell it from. */
  readonly is: 'held' | 'failed' | 'open' | 'unknown';
  /** In words, with the numbers. */
  readonly words: string;
}

/** Lines that the links must cross. */
export const lines = {
  /** Share of the pattern's power above a quarter of a cycle a pixel. */
  highShare: 0.5,
  /** Share of pictures to which the unit responds less than to the pattern alone. */
  percentile: 0.95,
  /** Of what the pattern does on grey, the share that it does in a picture. */
  kept: 0.5,
  /** Share of pictures that are answered otherwise. */
  fooled: 0.5,
} as const;

/** What a verdict is made of. */
export interface VerdictSource {
  readonly reactions: PatternReactions;
  /** Share of power above a quarter of a cycle a pixel: one, or one for each picture. */
  readonly highShares: readonly number[];
  /** Responses to the pictures as they are. */
  readonly cleanResponses: readonly number[];
  readonly seen: readonly SeenDose[];
  /** The dose in question. */
  readonly dose: number;
  /** Noise on photographs, in 8-bit levels, up to which a change counts as hidden; levels within a ratio of 1.15 are the same. */
  readonly notice: number;
}

/** The verdict of every link. */
export function verdictOf(source: VerdictSource): Link[] {
  const at = source.reactions.doses.find(({ dose }) => dose === source.dose)!;
  const { highShares, cleanResponses } = source;
  const count = at.gained.length;
  const high = meanOf(highShares);
  const alone = at.alone.grey;
  const percentile = bootstrap(cleanResponses.length, (places) => {
    const middle = mean(alone);
    return places.filter((i) => cleanResponses[i]! < middle).length / places.length;
  });
  const aloneGained = mean(at.aloneGained.grey);
  const kept = bootstrap(
    count,
    (places) => places.reduce((sum, k) => sum + at.gained[k]!, 0) / places.length / aloneGained,
  );
  const fooled = meanOf(at.fooled.map(Number));
  const dose = levels(source.dose);
  return [
    link(
      'high frequency',
      high,
      lines.highShare,
      (is) => `${percent(high)} of its power lies above a quarter of a cycle a pixel${is}.`,
    ),
    link(
      'answers alone',
      percentile,
      lines.percentile,
      (is) =>
        `A dose of ${dose} on grey alone excites the unit more than ${percent(percentile)} of the pictures do${is}.`,
    ),
    aloneGained > 0
      ? link(
          'adds up',
          kept,
          lines.kept,
          (is) =>
            `On a picture the dose raises the response by ${short(mean(at.gained))} on average, ${percent(kept)} of the ${short(aloneGained)} on grey${is}.`,
        )
      : {
          name: 'adds up',
          measured: { value: Number.NaN, low: Number.NaN, high: Number.NaN },
          line: lines.kept,
          is: 'unknown',
          words: 'The dose does not raise the response on grey, so there is nothing that could add up.',
        },
    hiddenLink(source),
    link(
      'fools',
      fooled,
      lines.fooled,
      (is) => `${percent(fooled)} of the pictures are answered otherwise with the dose${is}.`,
    ),
  ];
}

/** The middle distance's noise in pictures must stay below the line, and on grey above. */
function hiddenLink({ seen, notice, dose }: VerdictSource): Link {
  const known = seen.filter((one) => isReadable(one) && seesBackgrounds(one));
  const name = 'hidden';
  if (known.length === 0)
    return {
      name,
      measured: { value: Number.NaN, low: Number.NaN, high: Number.NaN },
      line: notice,
      is: 'unknown',
      words: 'No distance was measured that can be read as noise and to which it matters what lies under a change.',
    };
  const count = known[0]!.levelInPicture.length;
  const middle = (pick: (one: SeenDose) => readonly number[]) =>
    bootstrap(count, (places) => median(known.map((one) => median(places.map((i) => pick(one)[i]!)))));
  const inPicture = middle(({ levelInPicture }) => levelInPicture);
  const onGrey = middle(({ levelOnGrey }) => levelOnGrey);
  const most = notice * sameRatio;
  const is =
    inPicture.high <= most && onGrey.low > most
      ? 'held'
      : inPicture.low > most || onGrey.high <= most
        ? 'failed'
        : 'open';
  const level = ({ value }: Estimate) =>
    value >= 255 ? 'more noise than any that was calibrated' : `noise of ${short(value)}/255`;
  return {
    name,
    measured: inPicture,
    line: notice,
    is,
    words: `In a picture, a dose of ${levels(dose)} measures like ${level(inPicture)} on a photograph in the middle one of ${known.length} distances that see what lies under a change, on grey like ${level(onGrey)}; hidden is about ${notice}/255 or less in the picture, and more on grey.`,
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

function link(name: LinkName, measured: Estimate, line: number, words: (is: string) => string): Link {
  const is = measured.low >= line ? 'held' : measured.high < line ? 'failed' : 'open';
  const against = is === 'held' ? 'at least' : is === 'failed' ? 'less than' : 'not clearly on either side of';
  return { name, measured, line, is, words: words(`: ${against} ${percentOf(line)}`) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The middle value; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

const percentOf = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

function percent({ value, low, high }: Estimate): string {
  return low === high ? percentOf(value) : `${percentOf(value)} (${percentOf(low)} to ${percentOf(high)})`;
}

/** A number for a sentence. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A dose as 8-bit levels. */
export function levels(dose: number): string {
  return `${Number((dose * 255).toPrecision(3))}/255`;
}
