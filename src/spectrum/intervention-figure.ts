/** @file A figure of interventions: what each leaves of the artefact, beside how many right answers PGD fools. */
import type { BarColumn, BarFigure } from './bar-figure.ts';
import { budgetText, type InterventionFindings, lineText } from './measure-interventions.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Lines of each period, high frequencies, accuracy, and the fooling rate at each budget: a row for each intervention. */
export function interventionFigure({
  model,
  pictures,
  steps,
  rows,
}: Pick<InterventionFindings, 'model' | 'pictures' | 'steps' | 'rows'>): BarFigure {
  const [before] = rows;
  const share = (value: number, hollow = false) => ({ value, text: percent(value), hollow });
  const lines = before!.periods.map(({ period }, at): BarColumn => {
    const indices = rows.map(({ periods }) => periods[at]!.lineIndex);
    const longest = Math.max(2, ...indices.filter((index): index is number => Number.isFinite(index)));
    return {
      title: `lines of period ${period}`,
      to: longest,
      mark: 1,
      bars: indices.map((value) => (value === undefined ? undefined : { value, text: lineText(value) })),
    };
  });
  const fooled = before!.attacked.map(
    ({ epsilon }, at): BarColumn => ({
      title: `fooled at ${budgetText(epsilon)}`,
      to: 1,
      bars: rows.map(({ right, changes, attacked }) =>
        right === 0 ? undefined : share(1 - attacked[at]!.kept, changes === 'gradient'),
      ),
    }),
  );
  return {
    heading: `Artefact and fooling rate under interventions: ${model}, ${pictures} pictures`,
    rows: rows.map(({ name }) => (name === 'none' ? 'as it is' : name)),
    columns: [
      ...lines,
      { title: 'high frequencies', to: 1, bars: rows.map(({ highShare }) => share(highShare)) },
      { title: 'accuracy', to: 1, bars: rows.map(({ accuracy }) => share(accuracy)) },
      ...fooled,
    ],
    notes: [
      'Lines: power of the gradient at the frequencies of the period over that around; dotted: 1, where there are none; – : a blur scales both. High: above a quarter of a cycle a pixel.',
      `Fooled: share of right answers that PGD of ${steps} steps (linf) changes. Outlined: the network is the same and the attack follows the changed gradient, which says nothing of robustness.`,
    ],
  };
}
