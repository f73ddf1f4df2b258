/** @file Presets of changes draw what their sources say, leave the last picture as it is, and join. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { robustnessNamed, robustnessPresets } from './robustness.ts';

const size = [3, 160, 160] as const;
const open = (name: string) => robustnessNamed(name, size, [64, 64]);

/** Angle in degrees, scale and moves in pixels of many draws of a sampling's matrix. */
function placements(name: string) {
  const random = randomStream(1);
  return Array.from({ length: 3000 }, () => {
    const { theta } = open(name).transform!.draw(random) as { theta: number[] };
    const [a, b, x, c, d, y] = theta as [number, number, number, number, number, number];
    const scale = 1 / Math.hypot(a, c);
    // The centre of the source lies where a u + b v + x = 0 and c u + d v + y = 0, in units of half a side.
    const determinant = a * d - b * c;
    const [u, v] = [(b * y - d * x) / determinant, (c * x - a * y) / determinant];
    return { angle: (Math.atan2(c, a) * 180) / Math.PI, scale, right: 80 * u, down: 80 * v };
  });
}

describe.each([
  ['lucid', { angle: 10, scales: 11, least: 0.9, most: 1.1, move: 6, upright: 6 / 26 }],
  ['distill', { angle: 5, scales: 5, least: 0.95, most: 1.05, move: 12, upright: 1 / 11 }],
])('%s', (name, expected) => {
  const all = placements(name);
  it('turns, scales and moves as far as its source', () => {
    expect(Math.max(...all.map(({ angle }) => Math.abs(angle)))).toBeCloseTo(expected.angle, 4);
    expect(new Set(all.map(({ angle }) => angle.toFixed(2).replace('-0.00', '0.00'))).size).toBe(
      2 * expected.angle + 1,
    );
    expect(new Set(all.map(({ scale }) => scale.toFixed(4))).size).toBe(expected.scales);
    expect(Math.min(...all.map(({ scale }) => scale))).toBeCloseTo(expected.least, 5);
    expect(Math.max(...all.map(({ scale }) => scale))).toBeCloseTo(expected.most, 5);
    for (const moves of [all.map(({ right }) => right), all.map(({ down }) => down)]) {
      expect(Math.max(...moves)).toBeCloseTo(expected.move, 4);
      expect(Math.min(...moves)).toBeCloseTo(-expected.move, 4);
    }
    const upright = all.filter(({ angle }) => Math.abs(angle) < 1e-6).length / all.length;
    expect(Math.abs(upright - expected.upright)).toBeLessThan(0.03);
  });
});

it('maco makes six views, which come last in a sum', () => {
  expect(open('maco').views).toBe(6);
  expect(open('flip+maco').views).toBe(6);
  expect(() => open('maco+flip')).toThrow('makes views before its end');
});

it('sums are their parts one after another', () => {
  expect(open('jitter+flip').transform!.key).toBe(
    `(${open('jitter').transform!.key}, then ${open('flip').transform!.key})`,
  );
  expect(open('none+flip').transform!.key).toBe(open('flip').transform!.key);
  expect(() => open('jitter+flop')).toThrow('There is no robustness "flop"; there are none, jitter, lucid');
});

it.each(Object.keys(robustnessPresets).filter((name) => name !== 'none'))('%s draws what its data says', (name) => {
  const { transform } = open(name);
  expect(Object.keys(transform!.draw(randomStream(2))).sort()).toEqual(Object.keys(transform!.data).sort());
});
