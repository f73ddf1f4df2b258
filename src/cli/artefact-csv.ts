/** @file What `inspect --artefacts` writes as CSV: the layers, and the energies by phase. */

import { type CsvCell, csvText } from '../report/csv.ts';
import type { ArtefactMeasurement, ArtefactPrediction } from '../spectrum/artefacts.ts';
import type { PhaseEnergies } from '../spectrum/phase-energy.ts';

/** A line for each layer that changes the resolution. Overlaps are elements of a window on each phase, such as 2:1; periods are in pixels. */
export function artefactLayersCsv({ layers }: Pick<ArtefactPrediction, 'layers'>): string {
  const both = (name: string) => [`${name}_rows`, `${name}_columns`];
  const pairs = ['kernel', 'stride', 'dilation', 'overlap', 'input_period', 'output_period', 'from', 'to'];
  const head = ['layer', 'kind', 'shrinks', ...pairs.flatMap(both), 'ratio', 'even'];
  return csvText([
    head,
    ...layers.map((layer) => [
      layer.name,
      layer.kind,
      layer.shrinks,
      ...layer.kernel,
      ...layer.stride,
      ...layer.dilation,
      ...layer.overlap.map(({ counts }) => counts.join(':')),
      ...layer.inputPeriod,
      ...(layer.outputPeriod ?? [undefined, undefined]),
      ...layer.from,
      ...layer.to,
      layer.ratio,
      layer.even,
    ]),
  ]);
}

/**
 * A line for each phase of each period: mean energy of the gradient there over that of all pixels, predicted and measured, with the
 * period's own numbers; then how often pixels of the output are painted, which is predicted alone.
 */
export function artefactPhasesCsv(
  { input, output }: Pick<ArtefactPrediction, 'input' | 'output'>,
  measurement: ArtefactMeasurement | undefined,
): string {
  const head =
    'of,period_rows,period_columns,row,column,predicted,measured,predicted_ratio,measured_ratio,chance_ratio';
  const phases = (of: string, { period, energies, ratio }: PhaseEnergies): CsvCell[][] => {
    const found = of === 'input' ? measurement?.periods.find((one) => one.period.join() === period.join()) : undefined;
    return energies.flatMap((values, row) =>
      values.map((value, column) => [
        of,
        ...period,
        row,
        column,
        value,
        found?.measured.energies[row]?.[column],
        ratio,
        found?.measured.ratio,
        found?.chance,
        found?.correlation,
        found?.lineIndex,
        found?.holds,
      ]),
    );
  };
  return csvText([
    [...head.split(','), 'correlation', 'line_index', 'holds'],
    ...input.flatMap((one) => phases('input', one)),
    ...output.flatMap((one) => phases('output', one)),
  ]);
}
