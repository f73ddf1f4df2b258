/** @file What `bridge` prints: the verdict and a line for each pattern, or every number as JSON or CSV. */
import type { BridgeFindings, PatternFindings } from '../bridge/bridge.ts';
import type { SeenDose } from '../bridge/compare-doses.ts';
import { meanOf, shareOf } from '../bridge/interval.ts';
import { levels, short } from '../bridge/words.ts';
import { mean, median } from '../distance/mean.ts';
import { csvText } from '../report/csv.ts';
import { textTable } from './text-table.ts';

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** Heads of the columns that every table of patterns has. */
export const patternHeads: readonly string[] = [
  'pattern',
  'high share',
  'gained in a picture',
  'slope says',
  'gained on grey',
  'fooled',
  'R²',
  'breaks at',
  'adds up',
  'odd',
];

/** A pattern's row at the verdict's dose. */
export function patternRow({ pattern, reactions, linearity, highShares }: PatternFindings, dose: number): string[] {
  const at = reactions.doses.find((one) => one.dose === dose)!;
  return [
    pattern.name,
    percent(mean(highShares)),
    short(mean(at.gained)),
    short(mean(at.predicted)),
    short(mean(at.aloneGained.grey)),
    percent(mean(at.fooled.map(Number))),
    linearity.r2.find((one) => one.dose === dose)!.value.toFixed(2),
    linearity.breaksAt === undefined ? '–' : levels(linearity.breaksAt),
    linearity.additivity.toFixed(2),
    linearity.oddness.toFixed(2),
  ];
}

/** Words of a link's state. */
export const stateWords = { held: 'held', failed: 'did not hold', open: 'open', unknown: 'cannot be told' } as const;

/** Lines for people. */
export function bridgeText(all: readonly BridgeFindings[]): string {
  const parts = all.map((found) => {
    const [ascent] = found.patterns;
    const rows = found.patterns.map((pattern) => patternRow(pattern, found.dose));
    const columns = patternHeads.map((title, c) => ({
      title,
      align: c === 0 ? ('left' as const) : ('right' as const),
    }));
    return [
      `${found.unit} of ${found.model}, ${found.pictures} picture${found.pictures === 1 ? '' : 's'}, doses of ${levels(found.dose)} (${found.strength === 'rms' ? 'root mean square' : 'largest value'})`,
      '',
      `The unit's own pattern, drawn without a prior:`,
      ...ascent!.links.map((link) => `  ${link.name}: ${stateWords[link.is]}. ${link.words}`),
      '',
      ...textTable(columns, rows),
      '',
      `Local linearity: ${found.localLinearity.map(({ dose, gamma, raised }) => `γ ${short(gamma.value)} at ${levels(dose)} (raised by ${short(raised.value)})`).join(', ')}`,
      ...found.notes.map((note) => `note: ${note}`),
    ].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** Medians over pictures of what a distance says of a dose. */
function middleOf({ distance, inPicture, onGrey, levelInPicture, levelOnGrey }: SeenDose) {
  return {
    distance,
    inPicture: median(inPicture),
    onGrey: median(onGrey),
    noiseInPicture: median(levelInPicture),
    noiseOnGrey: median(levelOnGrey),
  };
}

/** All numbers; patterns themselves are left out. */
export function bridgeJson(all: readonly BridgeFindings[]): string {
  const units = all.map(({ patterns, ...found }) => ({
    ...found,
    patterns: patterns.map(({ pattern, reactions, linearity, highShares, seen, seenByDose, links }) => ({
      name: pattern.name,
      highShare: mean(highShares),
      links,
      linearity,
      doses: reactions.doses.map((one) => ({
        dose: one.dose,
        gained: meanOf(one.gained),
        predicted: mean(one.predicted),
        fooled: shareOf(one.fooled),
        led: mean(one.led.map(Number)),
        aloneGained: Object.fromEntries(
          Object.entries(one.aloneGained).flatMap(([ground, values]) =>
            values.length === 0 ? [] : [[ground, mean(values)]],
          ),
        ),
      })),
      distances: seen.map(middleOf),
      ...(seenByDose.length === 0
        ? {}
        : { distancesByDose: seenByDose.map((one) => ({ dose: one.dose, distances: one.seen.map(middleOf) })) }),
    })),
  }));
  return `${JSON.stringify({ units }, null, 2)}\n`;
}

/** A line for each unit, pattern and dose; where linearity breaks is the same for all doses of a pattern, and empty where it does not. */
export function bridgeCsv(all: readonly BridgeFindings[]): string {
  const head =
    'model,unit,pattern,dose,gained,gained_low,gained_high,predicted,r2,breaks_at,gained_on_grey,gained_on_black,gained_on_mean,fooled,led';
  const lines = all.flatMap(({ model, unit, patterns }) =>
    patterns.flatMap(({ pattern, reactions, linearity }) =>
      reactions.doses.map((one) => {
        const gained = meanOf(one.gained);
        return [
          model,
          unit,
          pattern.name,
          one.dose,
          gained.value,
          gained.low,
          gained.high,
          mean(one.predicted),
          linearity.r2.find(({ dose }) => dose === one.dose)?.value,
          linearity.breaksAt,
          mean(one.aloneGained.grey),
          mean(one.aloneGained.black),
          mean(one.aloneGained.mean),
          mean(one.fooled.map(Number)),
          mean(one.led.map(Number)),
        ];
      }),
    ),
  );
  return csvText([head.split(','), ...lines]);
}

/** A line for each unit, dose and distance of the pattern that has them, medians over pictures; undefined where no distance was measured. */
export function bridgeDistancesCsv(all: readonly BridgeFindings[]): string | undefined {
  const head = 'model,unit,pattern,dose,distance,in_picture,on_grey,noise_in_picture,noise_on_grey';
  const cell = (value: number) => (Number.isNaN(value) ? undefined : value);
  const lines = all.flatMap(({ model, unit, patterns }) =>
    patterns.flatMap(({ pattern, seenByDose }) =>
      seenByDose.flatMap(({ dose, seen }) =>
        seen.map((one) => {
          const { distance, inPicture, onGrey, noiseInPicture, noiseOnGrey } = middleOf(one);
          const numbers = [inPicture, onGrey, noiseInPicture, noiseOnGrey].map(cell);
          return [model, unit, pattern.name, dose, distance, ...numbers];
        }),
      ),
    ),
  );
  return lines.length === 0 ? undefined : csvText([head.split(','), ...lines]);
}
