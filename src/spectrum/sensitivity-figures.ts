/** @file Figures of measurements of frequencies, of one model or of several side by side. */
import type { BandAttackResult } from './band-attack.ts';
import type { CurveFigure } from './curve-figure.ts';
import type { FilteredAccuracies } from './filtered-accuracy.ts';
import type { FourierAttackResult } from './fourier-attack.ts';
import type { HeatMap } from './heat-map.ts';
import type { MapFigure } from './map-figure.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const circles = 'Circles: where the low band ends (4 periods over 32 pixels), and the middle band (10).';

/** Errors under plane waves, on a scale from 0 to 1; with `increase`, what they are above the error on clean pictures, to the largest. */
export function heatMapFigure(maps: readonly HeatMap[], { increase = false } = {}): MapFigure {
  const { norm, pictures } = maps[0]!;
  const words = increase ? 'Error over that on clean pictures,' : 'Error';
  const largest = Math.max(
    0.1,
    ...maps.flatMap(({ error, cleanError }) => error.flat().map((value) => value - cleanError)),
  );
  return {
    heading: `${words} under plane waves of l2 length ${Number(norm.toFixed(2))} a channel, ${pictures} pictures`,
    scale: increase ? { title: 'increase', from: 0, to: largest } : { title: 'error', from: 0, to: 1 },
    panels: maps.map(({ model, grid, error, cleanError, bands }) => ({
      title: model,
      grid,
      numbers: increase ? error.map((row) => row.map((value) => value - cleanError)) : error,
      caption: [
        `clean ${percent(cleanError)}`,
        ...Object.entries(bands).map(([name, band]) => `${name} ${percent(increase ? band.increase : band.error)}`),
      ].join(', '),
    })),
    notes: [circles, ...maps[0]!.notes],
  };
}

/** Shares of answers that single waves change, on a scale to the largest. */
export function waveFigure(results: readonly Omit<FourierAttackResult, 'perturbation' | 'perturbation8'>[]): MapFigure {
  const { norm, epsilon, pictures } = results[0]!;
  const size = norm === 'linf' ? `${Number((255 * epsilon).toFixed(2))}/255` : `${epsilon}`;
  const most = Math.max(0.01, ...results.flatMap(({ rates }) => rates.flat()));
  return {
    heading: `Share of answers that one wave changes, ${norm} ${size}, best phase, ${pictures} pictures`,
    scale: { title: 'changed', from: 0, to: most },
    panels: results.map(({ model, grid, rates, top }) => {
      const [best] = top;
      const others = best?.heldOutRate === undefined ? '' : `, ${percent(best.heldOutRate)} of others`;
      return {
        title: model,
        grid,
        numbers: rates,
        ...(best === undefined ? {} : { caption: `best (${best.i}, ${best.j}): ${percent(best.rate)}${others}` }),
      };
    }),
    notes: [circles, ...results[0]!.notes],
  };
}

/** Accuracy against budget, by band. */
export function bandFigure(results: readonly BandAttackResult[]): CurveFigure {
  const { norm, steps, pictures, curves } = results[0]!;
  const label = (epsilon: number) => (norm === 'linf' ? `${Number((255 * epsilon).toFixed(2))}/255` : `${epsilon}`);
  const clean = (shares: readonly number[], accuracy: number) => [accuracy, ...shares];
  return {
    heading: `Accuracy under PGD of ${steps} steps that changes one band, ${norm}, ${pictures} pictures`,
    across: { title: `budget, ${norm}`, labels: ['0', ...curves[0]!.points.map(({ epsilon }) => label(epsilon))] },
    up: 'accuracy',
    panels: results.map(({ model, cleanAccuracy, curves: own }) => ({
      title: model,
      curves: own.map(({ name, points }) => ({
        name,
        shares: clean(
          points.map(({ accuracy }) => accuracy),
          cleanAccuracy,
        ),
      })),
    })),
  };
}

/** Accuracy against the radius of filters; pictures are not clipped. */
export function filteredFigure(results: readonly FilteredAccuracies[]): CurveFigure {
  const { pictures, rows } = results[0]!;
  const radii = [...new Set(rows.map(({ radius }) => radius))];
  const kinds = [
    ['up to the radius', 'low', 'none'],
    ['above, mean colour kept', 'high', 'colour'],
    ['above, mid-grey for the mean', 'high', 'grey'],
    ['above, no mean', 'high', 'none'],
  ] as const;
  return {
    heading: `Accuracy with a part of the spectrum, ${pictures} pictures`,
    across: { title: 'radius, periods over the picture', labels: radii.map(String) },
    up: 'accuracy',
    panels: results.map(({ model, cleanAccuracy, rows: own }) => ({
      title: model,
      curves: [
        { name: 'whole pictures', shares: radii.map(() => cleanAccuracy) },
        ...kinds.map(([name, keeps, fill]) => ({
          name,
          shares: radii.map(
            (radius) =>
              own.find((row) => row.keeps === keeps && row.fill === fill && !row.clipped && row.radius === radius)!
                .accuracy,
          ),
        })),
      ],
    })),
    notes: ['Values may leave [0, 1] here; tables have clipped pictures as well.'],
  };
}
