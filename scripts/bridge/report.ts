/**
 * @file The tables of docs/bridge.md, as Markdown on stdout: `node scripts/bridge/report.ts FOLDER` with what `measure.ts` wrote there.
 */
import { readFile } from 'node:fs/promises';
import { levels, percentOf, short } from '../../src/bridge/words.ts';
import { networks, recordedPath } from './networks.ts';

interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Dose {
  readonly dose: number;
  readonly gained: Estimate;
  readonly predicted: number;
  readonly fooled: Estimate;
  readonly led: number;
  readonly aloneGained: Readonly<Record<string, number>>;
}

interface Pattern {
  readonly name: string;
  readonly highShare: number;
  readonly links: readonly { readonly name: string; readonly is: string; readonly measured: Estimate }[];
  readonly linearity: {
    readonly breaksAt?: number;
    readonly additivity: number;
    readonly oddness: number;
    readonly r2: readonly { readonly dose: number; readonly value: number }[];
  };
  readonly doses: readonly Dose[];
  readonly distances: readonly {
    readonly distance: string;
    readonly noiseInPicture: number | null;
    readonly noiseOnGrey: number | null;
  }[];
}

interface Recorded {
  readonly model: string;
  readonly unit: string;
  readonly pictures: number;
  readonly dose: number;
  readonly patterns: readonly Pattern[];
  readonly localLinearity: readonly { readonly dose: number; readonly gamma: Estimate; readonly raised: Estimate }[];
}

const [folder = 'bridge-findings'] = process.argv.slice(2);
const recorded: Recorded[] = [];
for (const { name, units } of networks)
  for (const { title } of units) {
    const text = await readFile(recordedPath(folder, name, title), 'utf8').catch(() => undefined);
    if (text === undefined) process.stderr.write(`${name}, ${title}: not measured yet\n`);
    else recorded.push({ ...JSON.parse(text), model: name });
  }

const marks: Readonly<Record<string, string>> = { held: '**held**', failed: 'failed', open: 'open', unknown: '–' };

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
}

const at = ({ doses }: Pattern, dose: number) => doses.find((one) => one.dose === dose)!;

/** A link's state with its number. */
function cell({ links }: Pattern, name: string): string {
  const link = links.find((one) => one.name === name)!;
  const { value } = link.measured;
  const shown = Number.isFinite(value) ? (name === 'hidden' ? `${short(value)}/255` : percentOf(value)) : '';
  return `${marks[link.is]} ${shown}`.trim();
}

const linkNames = ['high frequency', 'answers alone', 'adds up', 'hidden', 'fools'];
const parts = [
  '### The chain',
  table(
    ['network, unit', ...linkNames],
    recorded.map(({ model, unit, patterns }) => [
      `${model}, ${unit}`,
      ...linkNames.map((name) => cell(patterns[0]!, name)),
    ]),
  ),
  '### The pattern in pictures',
  table(
    [
      'network, unit',
      'on grey',
      'in a picture',
      'opposite dose',
      'slope says',
      'R²',
      'breaks at',
      'odd',
      'led to the class',
      'random signs fool',
    ],
    recorded.map(({ model, unit, dose, patterns }) => {
      const [ascent] = patterns as [Pattern];
      const [plus, minus] = [at(ascent, dose), at(ascent, -dose)];
      const { r2, breaksAt, oddness } = ascent.linearity;
      return [
        `${model}, ${unit}`,
        short(plus.aloneGained.grey!),
        short(plus.gained.value),
        short(minus.gained.value),
        short(plus.predicted),
        r2.find((one) => one.dose === dose)!.value.toFixed(2),
        breaksAt === undefined ? '–' : levels(breaksAt),
        oddness.toFixed(2),
        percentOf(plus.led),
        percentOf(at(patterns.at(-1)!, dose).fooled.value),
      ];
    }),
  ),
  '### Every pattern',
  ...recorded.map(({ model, unit, pictures, dose, patterns }) =>
    [
      `**${model}, ${unit}** (${pictures} pictures)`,
      '',
      table(
        ['pattern', 'high share', 'in a picture', 'on grey', 'fooled', 'led', 'R²', 'odd'],
        patterns.map((pattern) => {
          const here = at(pattern, dose);
          return [
            pattern.name,
            percentOf(pattern.highShare),
            short(here.gained.value),
            short(here.aloneGained.grey!),
            percentOf(here.fooled.value),
            percentOf(here.led),
            pattern.linearity.r2.find((one) => one.dose === dose)!.value.toFixed(2),
            pattern.linearity.oddness.toFixed(2),
          ];
        }),
      ),
    ].join('\n'),
  ),
  '### Local linearity',
  table(
    ['network, unit', ...[2, 4, 8].map((level) => `γ / raised at ${level}/255`)],
    recorded.map(({ model, unit, localLinearity }) => [
      `${model}, ${unit}`,
      ...[2, 4, 8].map((level) => {
        const found = localLinearity.find(({ dose }) => Math.round(dose * 255) === level);
        return found === undefined ? '–' : `${short(found.gamma.value)} / ${short(found.raised.value)}`;
      }),
    ]),
  ),
];
process.stdout.write(`${parts.join('\n\n')}\n`);
