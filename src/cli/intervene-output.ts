/** @file What `intervene` prints, a table of interventions and a sentence for each, and writes as CSV. */

import { csvText } from '../report/csv.ts';
import { bandNames } from '../spectrum/band.ts';
import type { InterventionHeatMap } from '../spectrum/intervention-heat-maps.ts';
import { budgetText, type InterventionFindings, lineText } from '../spectrum/measure-interventions.ts';
import { textTable } from './text-table.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** As lines for people. */
export function interventionLines({ model, pictures, steps, rows, skipped, words }: InterventionFindings): string[] {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const [before] = rows;
  const columns = [
    { title: 'intervention' },
    { title: 'changes' },
    ...before!.periods.flatMap(({ period }) => [right(`lines of ${period}`), right(`phases of ${period}`)]),
    right('high'),
    right('accuracy'),
    ...before!.attacked.flatMap(({ epsilon }) => [right(`PGD ${budgetText(epsilon)}`), right('of right ones')]),
  ];
  return [
    `${model}: ${pictures} pictures, PGD of ${steps} steps (linf)`,
    ...textTable(
      columns,
      rows.map(({ name, changes, periods, highShare, accuracy, attacked }) => [
        name,
        changes,
        ...periods.flatMap(({ lineIndex, phaseRatio }) => [lineText(lineIndex), phaseRatio.toFixed(2)]),
        percent(highShare),
        percent(accuracy),
        ...attacked.flatMap(({ accuracy: left, kept }) => [percent(left), percent(kept)]),
      ]),
    ),
    '',
    ...words,
    ...(skipped.length === 0 ? [] : [`note: the model has nothing for ${skipped.join(', ')}.`]),
  ];
}

/** Errors under waves by band, for people. */
export function interventionHeatMapLines(maps: readonly InterventionHeatMap[]): string[] {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const { norm, pictures, notes } = maps[0]!.map;
  return [
    '',
    `Error under plane waves of l2 length ${Number(norm.toFixed(2))} a channel, ${pictures} pictures, and how much it is above that on clean ones`,
    ...textTable(
      [{ title: 'intervention' }, right('clean'), ...bandNames.flatMap((name) => [right(name), right('increase')])],
      maps.map(({ name, map: { cleanError, bands } }) => [
        name,
        percent(cleanError),
        ...bandNames.flatMap((band) => {
          const found = bands[band];
          return found === undefined ? ['-', '-'] : [percent(found.error), percent(found.increase)];
        }),
      ]),
    ),
    ...notes.map((note) => `note: ${note}`),
    ...(maps.length === 1 ? ['note: none of the interventions changes answers, so this is the map of all.'] : []),
  ];
}

/**
 * A line for each intervention; shares from 0 to 1, budgets in units of the pixels' range of 1. With heat maps also errors under waves by
 * band, which interventions on the gradient alone share with the network as it is.
 */
export function interventionCsv(
  { rows }: Pick<InterventionFindings, 'rows'>,
  maps: readonly InterventionHeatMap[] = [],
): string {
  const [before] = rows;
  const head = [
    'intervention',
    'changes',
    ...before!.periods.flatMap(({ period }) => [`lines_${period}`, `phases_${period}`]),
    'high_share',
    'accuracy',
    ...before!.attacked.flatMap(({ epsilon }) => [`pgd_${epsilon}`, `pgd_${epsilon}_of_right`]),
    ...(maps.length === 0 ? [] : ['clean_error', ...bandNames.map((band) => `error_${band}`)]),
  ];
  const errors = (name: string) => {
    const { map } = maps.find((one) => one.name === name) ?? maps[0]!;
    return [map.cleanError, ...bandNames.map((band) => map.bands[band]?.error)];
  };
  const lines = rows.map(({ name, changes, periods, highShare, accuracy, attacked }) => [
    name,
    changes,
    ...periods.flatMap(({ lineIndex, phaseRatio }) => [lineIndex, phaseRatio]),
    highShare,
    accuracy,
    ...attacked.flatMap(({ accuracy: left, kept }) => [left, kept]),
    ...(maps.length === 0 ? [] : errors(name)),
  ]);
  return csvText([head, ...lines]);
}
