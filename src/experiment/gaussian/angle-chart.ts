/** @file The chart of how far the normal of a boundary turns towards the difference of the classes. */
import type { Figure } from '../experiment.ts';

/** The figure, from budgets and angles in degrees. */
export function angleChart(points: readonly (readonly [number, number])[]): Figure {
  const budgets = points.map(([epsilon]) => epsilon);
  return {
    kind: 'chart',
    name: 'angle',
    caption: 'Angle between the normal of the boundary and the difference of the classes.',
    chart: {
      alt: `The angle falls from ${points[0]![1].toFixed(0)} to ${points.at(-1)![1].toFixed(0)} degrees as the budget grows.`,
      x: {
        title: 'budget of the adversary (root mean square, l2)',
        ticks: [0, 1 / 4, 1 / 2, 3 / 4, 1].map((t) => ({
          at: t * Math.max(...budgets),
          label: String(Number((t * Math.max(...budgets)).toPrecision(3))),
        })),
      },
      y: { title: 'degrees', ticks: [0, 30, 60, 90].map((at) => ({ at, label: String(at) })) },
      series: [{ name: 'robust solution', tone: 'first', points }],
    },
  };
}
