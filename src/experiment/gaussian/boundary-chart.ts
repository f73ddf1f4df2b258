/** @file The plane of a Gaussian model: samples, curves of equal distance under two covariances, and the normals that follow. */
import type { Figure } from '../experiment.ts';
import type { GaussianClasses } from './gaussian-classes.ts';

/** A solution of the model. */
export interface Solution {
  readonly epsilon: number;
  readonly robust: ArrayLike<number>;
  readonly w: ArrayLike<number>;
}

/** Both axes have one scale: the drawing's frame is 498 wide and 304 high. */
const [height, width] = [3, (3 * 498) / 304];

/** The figure: ellipses of distance 1 around both means without an adversary and with a budget, and normals from the middle. */
export function boundaryChart(classes: GaussianClasses, solutions: readonly Solution[]): Figure {
  const plain = solutions[0]!;
  // A larger budget's curves leave the frame.
  const robust = solutions.find(({ epsilon }) => epsilon >= 1) ?? solutions.at(-1)!;
  const at = (v: readonly number[]): readonly [number, number] => {
    const [x, y] = classes.inPixels(v);
    return [x!, y!];
  };
  const [m0, m1] = classes.mean;
  const ellipse = ({ robust: r }: Solution, sign: number) =>
    Array.from({ length: 73 }, (_, i) => {
      const t = (i * Math.PI) / 36;
      return at([sign * m0! + Math.sqrt(r[0]!) * Math.cos(t), sign * m1! + Math.sqrt(r[1]!) * Math.sin(t)]);
    });
  const arrow = ({ w }: Solution) => {
    const length = Math.hypot(w[0]!, w[1]!);
    return [at([0, 0]), at([(2 * w[0]!) / length, (2 * w[1]!) / length])];
  };
  const { rows } = classes.samples;
  const inside = rows.slice(0, 200).filter(([x, y]) => Math.abs(x!) < width && Math.abs(y!) < height);
  const ticks = (end: number) =>
    [-end, -2, 0, 2, end].map((value) => ({ at: value, label: Math.abs(value) === end ? '' : String(value) }));
  const line = (name: string, tone: 'first' | 'second' | 'third', points: readonly (readonly [number, number])[]) =>
    ({ name, tone, points, shown: 'line' }) as const;
  return {
    kind: 'chart',
    name: 'plane',
    caption: `Curves of distance 1 from the class means under the covariance learnt without an adversary and with a budget of ${robust.epsilon}, and from the middle the normal of either boundary. The difference of the classes runs from one centre to the other.`,
    chart: {
      alt: 'Without an adversary the curves are thin ellipses and the normal stands across them; with one they are nearly round and the normal points from class to class.',
      x: { title: 'first coordinate', ticks: ticks(width) },
      y: { title: 'second coordinate', ticks: ticks(height) },
      series: [
        { name: 'samples', tone: 'reference', points: inside.map(([x, y]) => [x!, y!]), shown: 'points' },
        line('without an adversary: class 1', 'first', ellipse(plain, 1)),
        line('class -1', 'first', ellipse(plain, -1)),
        line('its normal', 'first', arrow(plain)),
        line(`budget ${robust.epsilon}: class 1`, 'second', ellipse(robust, 1)),
        line('class -1', 'second', ellipse(robust, -1)),
        line('its normal', 'second', arrow(robust)),
      ],
    },
  };
}
