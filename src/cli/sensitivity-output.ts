/** @file What measurements of frequencies print and write: tables for people, CSV for others. */

import { csvText } from '../report/csv.ts';
import { bandNames, bands } from '../spectrum/band.ts';
import type { BandAttackResult } from '../spectrum/band-attack.ts';
import { type FilteredAccuracies, fills } from '../spectrum/filtered-accuracy.ts';
import type { FourierAttackResult } from '../spectrum/fourier-attack.ts';
import type { HeatMap } from '../spectrum/heat-map.ts';
import { textTable } from './text-table.ts';

const percent = (share: number | undefined) => (share === undefined ? '-' : `${(100 * share).toFixed(1)}%`);
const size = (norm: string, epsilon: number) =>
  norm === 'linf' ? `${Number((255 * epsilon).toFixed(2))}/255` : `${epsilon}`;
const notes = (all: readonly string[]) => all.map((note) => `note: ${note}`);

/** A heat map by bands. */
export function heatMapLines({ model, pictures, norm, cleanError, bands: summaries, notes: said }: HeatMap): string[] {
  const rows = bandNames.flatMap((name) => {
    const summary = summaries[name];
    if (summary === undefined) return [];
    const { waves, error, increase, worst } = summary;
    const range = `${bands[name].low}-${bands[name].high.toFixed(4).replace(/0+$/, '')}`;
    return [
      [name, range, `${waves}`, percent(error), percent(increase), `(${worst.i}, ${worst.j}) ${percent(worst.error)}`],
    ];
  });
  const right = (title: string) => ({ title, align: 'right' }) as const;
  return [
    `${model}: error under plane waves of l2 length ${Number(norm.toFixed(2))} a channel, ${pictures} pictures; ${percent(cleanError)} on clean ones`,
    ...textTable(
      [
        { title: 'band' },
        { title: 'cycles a pixel' },
        right('waves'),
        right('mean error'),
        right('over clean'),
        { title: 'worst' },
      ],
      rows,
    ),
    ...notes(said),
  ];
}

/** A heat map's waves, each once. */
export function heatMapCsv({ cells, pictures, cleanError }: HeatMap): string {
  return csvText([
    ['periods_down', 'periods_across', 'cycles_a_pixel', 'error', 'over_clean'],
    ...cells.map(({ i, j, radius, wrong }) => [i, j, radius, wrong / pictures, wrong / pictures - cleanError]),
  ]);
}

/** The best single waves. */
export function waveLines({
  model,
  norm,
  epsilon,
  pictures,
  heldOut,
  top,
  plain,
  controls,
  notes: said,
}: FourierAttackResult): string[] {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const rows = top.map(({ i, j, phase, rate, heldOutRate, leadsTo }) => [
    `(${i}, ${j})`,
    `${Math.round((180 * phase) / Math.PI)}`,
    percent(rate),
    percent(heldOutRate),
    leadsTo
      .slice(0, 3)
      .map(({ name, share }) => `${name} ${percent(share)}`)
      .join(', '),
  ]);
  const mean = controls.reduce((sum, rate) => sum + rate, 0) / controls.length;
  const judged = heldOut > 0 ? `${heldOut} others` : 'the same pictures';
  return [
    `${model}: answers that one wave of ${norm} ${size(norm, epsilon)} changes, chosen by ${pictures} pictures`,
    ...textTable(
      [{ title: 'periods' }, right('phase'), right('chosen by'), right('others'), { title: 'leads to' }],
      rows,
    ),
    `the plain model on the best, ${judged}: ${percent(plain.rate)}, ${percent(plain.rate8)} as 8-bit files`,
    ...(controls.length === 0
      ? []
      : [
          `random patterns of the same size, ${judged}: ${percent(mean)} on the mean of ${controls.length}, ${percent(Math.max(...controls))} at most`,
        ]),
    ...notes(said),
  ];
}

/** Every frequency with its rates by phase. */
export function waveCsv({ waves, pictures }: Pick<FourierAttackResult, 'waves' | 'pictures'>): string {
  return csvText([
    ['periods_down', 'periods_across', 'cycles_a_pixel', 'phase_degrees', 'rate'],
    ...waves.flatMap(({ i, j, radius, fooled }) =>
      fooled.map((count, k) => [i, j, radius, (360 * k) / fooled.length, count / pictures]),
    ),
  ]);
}

/** Accuracy against budget by band. */
export function bandLines({ model, pictures, cleanAccuracy, norm, steps, curves }: BandAttackResult): string[] {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const budgets = curves[0]!.points.map(({ epsilon }) => epsilon);
  const worst = (key: 'outside' | 'outsideRounded', points: BandAttackResult['curves'][number]['points']) => {
    const values = points.flatMap((point) => point[key] ?? []);
    return values.length === 0 ? '-' : percent(Math.max(...values));
  };
  return [
    `${model}: accuracy under PGD of ${steps} steps that changes one band, ${pictures} pictures; ${percent(cleanAccuracy)} on clean ones`,
    ...textTable(
      [
        { title: 'band' },
        ...budgets.map((epsilon) => right(`${norm} ${size(norm, epsilon)}`)),
        right('outside'),
        right('as 8 bits'),
      ],
      curves.map(({ name, points }) => [
        name,
        ...points.map(({ accuracy }) => percent(accuracy)),
        worst('outside', points),
        worst('outsideRounded', points),
      ]),
    ),
    "outside: the largest mean share, over budgets, of the changes' energy that clipping and rounding put outside the band",
  ];
}

/** Points of all curves. */
export function bandCsv({ curves }: BandAttackResult): string {
  return csvText([
    ['band', 'low', 'high', 'epsilon', 'accuracy', 'accuracy_8_bits', 'success', 'outside', 'outside_8_bits'],
    ...curves.flatMap(({ name, band, points }) =>
      points.map(({ epsilon, accuracy, accuracy8, success, outside, outsideRounded }) => [
        name,
        band?.low,
        band?.high,
        epsilon,
        accuracy,
        accuracy8,
        success,
        outside,
        outsideRounded,
      ]),
    ),
  ]);
}

/** Accuracy under filters by radius. */
export function filteredLines({ model, pictures, cleanAccuracy, rows }: FilteredAccuracies): string[] {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const radii = [...new Set(rows.map(({ radius }) => radius))];
  const line = (title: string, keeps: 'low' | 'high', fill: string, clipped: boolean) => [
    `${title}${clipped ? ', clipped' : ''}`,
    ...radii.map((radius) =>
      percent(
        rows.find((row) => row.radius === radius && row.keeps === keeps && row.fill === fill && row.clipped === clipped)
          ?.accuracy,
      ),
    ),
  ];
  const words = { colour: 'the mean colour kept', grey: 'mid-grey for the mean', none: 'no mean' } as const;
  return [
    `${model}: accuracy on filtered pictures, ${pictures} of them; ${percent(cleanAccuracy)} on whole ones`,
    ...textTable(
      [{ title: 'periods over the picture' }, ...radii.map((radius) => right(`${radius}`))],
      [false, true].flatMap((clipped) => [
        line('up to', 'low', 'none', clipped),
        ...fills.map((fill) => line(`above, ${words[fill]}`, 'high', fill, clipped)),
      ]),
    ),
  ];
}

/** Every filter. */
export function filteredCsv({ rows }: FilteredAccuracies): string {
  return csvText([
    ['keeps', 'radius', 'mean', 'clipped', 'accuracy'],
    ...rows.map(({ keeps, radius, fill, clipped, accuracy }) => [
      keeps,
      radius,
      keeps === 'low' ? 'own' : fill,
      `${clipped}`,
      accuracy,
    ]),
  ]);
}
