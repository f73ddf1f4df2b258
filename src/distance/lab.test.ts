/** @file Delta E 2000 against the pairs that its authors published for implementers, and colours against known ones. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input } from '../tensor/tensor.ts';
import { deltaE2000, labOf } from './lab.ts';

/** L*, a*, b* of two colours and their difference: table 1 of Sharma, Wu and Dalal 2005. */
const pairs: readonly (readonly number[])[] = [
  [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
  [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
  [50, 2.8361, -74.02, 50, 0, -82.7485, 3.4412],
  [50, -1.3802, -84.2814, 50, 0, -82.7485, 1],
  [50, -1.1848, -84.8006, 50, 0, -82.7485, 1],
  [50, -0.9009, -85.5211, 50, 0, -82.7485, 1],
  [50, 0, 0, 50, -1, 2, 2.3669],
  [50, -1, 2, 50, 0, 0, 2.3669],
  [50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792],
  [50, 2.49, -0.001, 50, -2.49, 0.001, 7.1792],
  [50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195],
  [50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195],
  [50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045],
  [50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045],
  [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461],
  [50, 2.5, 0, 50, 0, -2.5, 4.3065],
  [50, 2.5, 0, 73, 25, -18, 27.1492],
  [50, 2.5, 0, 61, -5, 29, 22.8977],
  [50, 2.5, 0, 56, -27, -3, 31.903],
  [50, 2.5, 0, 58, 24, 15, 19.4535],
  [50, 2.5, 0, 50, 3.1736, 0.5854, 1],
  [50, 2.5, 0, 50, 3.2972, 0, 1],
  [50, 2.5, 0, 50, 1.8634, 0.5757, 1],
  [50, 2.5, 0, 50, 3.2592, 0.335, 1],
  [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
  [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.263],
  [61.2901, 3.7196, -5.3901, 61.4292, 2.248, -4.962, 1.8731],
  [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
  [22.7233, 20.0904, -46.694, 23.0331, 14.973, -42.5619, 2.0373],
  [36.4612, 47.858, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
  [90.8027, -2.0831, 1.441, 91.1528, -1.6435, 0.0447, 1.4441],
  [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
  [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
  [2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082],
];

const shape = [1, 1, 1, pairs.length];
const names = ['l1', 'a1', 'b1', 'l2', 'a2', 'b2'];
const [l1, a1, b1, l2, a2, b2] = names.map((name) => input(name, shape, 'float64'));
const colours = [
  { l: l1!, a: a1!, b: b1! },
  { l: l2!, a: a2!, b: b2! },
] as const;
const feeds = (rows: readonly (readonly number[])[]) =>
  Object.fromEntries(
    names.map((name, i) => [
      name,
      hostTensor(
        rows.map((row) => row[i]!),
        shape,
        'float64',
      ),
    ]),
  );

describe('deltaE2000', () => {
  it('has the published value for all 34 pairs, either way round', () => {
    for (const [one, two] of [colours, [colours[1], colours[0]] as const]) {
      const [differences] = interpret([deltaE2000(one, two)], feeds(pairs));
      for (const [i, row] of pairs.entries())
        expect(Math.abs(differences!.data[i]! - row[6]!), `pair ${i + 1}`).toBeLessThan(5e-5);
    }
  });

  it('is the same either way round where the hues of two blues lie exactly opposite', () => {
    // scikit-image 0.19 gives 51.58839743 for both; its formula turns the sign of the hue difference with the order.
    const rows = [
      [50, 20, -0.01, 50, -40, 0.02],
      [50, -40, 0.02, 50, 20, -0.01],
    ];
    const [differences] = interpret([deltaE2000(...colours)], feeds(pairs.map((_, i) => rows[i % 2]!)));
    expect(differences!.data[0]).toBeCloseTo(51.58839743, 6);
    expect(differences!.data[1]).toBeCloseTo(51.58839743, 6);
  });

  it('has finite slopes for all pairs, for equal colours and for none', () => {
    const equal = pairs.map((row, i) =>
      i % 2 === 0 ? [...row.slice(0, 3), ...row.slice(0, 3)] : [50, 0, 0, 50, 0, 0],
    );
    const slopes = grad(reduceSum(deltaE2000(...colours)), [l1!, a1!, b1!, l2!, a2!, b2!]);
    for (const rows of [pairs, equal])
      for (const { data } of interpret(slopes, feeds(rows))) expect([...data].every(Number.isFinite)).toBe(true);
  });
});

describe('labOf', () => {
  it('gives sRGB primaries and greys their known places', () => {
    const x = input('x', [1, 3, 1, 4], 'float64');
    const rgb = [
      [1, 0, 0],
      [0, 0, 1],
      [1, 1, 1],
      [0.5, 0.5, 0.5],
    ];
    const { l, a, b } = labOf(x);
    const values = interpret([l, a, b], {
      x: hostTensor(
        [0, 1, 2].flatMap((c) => rgb.map((colour) => colour[c]!)),
        [1, 3, 1, 4],
        'float64',
      ),
    });
    const known = [
      [53.24, 80.09, 67.2],
      [32.3, 79.19, -107.86],
      [100, 0, 0],
      [53.39, 0, 0],
    ];
    for (const [i, row] of known.entries())
      for (const [k, value] of row.entries()) expect(Math.abs(values[k]!.data[i]! - value)).toBeLessThan(0.02);
  });
});
