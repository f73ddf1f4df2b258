/** @file What `intervene` prints, a table of interventions and a sentence for each, and writes as CSV. */
import { budgetText, type InterventionFindings } from '../spectrum/measure-interventions.ts';
import { csvText } from './csv.ts';
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
        ...periods.flatMap(({ lineIndex, phaseRatio }) => [lineIndex.toFixed(2), phaseRatio.toFixed(2)]),
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

/** A line for each intervention; shares from 0 to 1, budgets in units of the pixels' range of 1. */
export function interventionCsv({ rows }: Pick<InterventionFindings, 'rows'>): string {
  const [before] = rows;
  const head = [
    'intervention',
    'changes',
    ...before!.periods.flatMap(({ period }) => [`lines_${period}`, `phases_${period}`]),
    'high_share',
    'accuracy',
    ...before!.attacked.flatMap(({ epsilon }) => [`pgd_${epsilon}`, `pgd_${epsilon}_of_right`]),
  ];
  const lines = rows.map(({ name, changes, periods, highShare, accuracy, attacked }) => [
    name,
    changes,
    ...periods.flatMap(({ lineIndex, phaseRatio }) => [lineIndex, phaseRatio]),
    highShare,
    accuracy,
    ...attacked.flatMap(({ accuracy: left, kept }) => [left, kept]),
  ]);
  return csvText([head, ...lines]);
}
