import { describe, expect, test } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { hostTensor } from '../tensor/host.ts';
import { input } from '../tensor/tensor.ts';
import { contrastSensitivity, csf, csfAt } from './csf.ts';

const [h, w] = [24, 30];

/** Distance and map of a flat grey picture from itself with something added. */
function ofAdded(distance: typeof csf, added: (row: number, column: number) => number) {
  const shape = [1, 1, h, w];
  const [x, y] = [input('x', shape, 'float64'), input('y', shape, 'float64')];
  const grey = new Float64Array(h * w).fill(0.5);
  const feeds = {
    x: hostTensor(grey, shape, 'float64'),
    y: hostTensor(
      grey.map((v, at) => v + added(Math.floor(at / w), at % w)),
      shape,
      'float64',
    ),
  };
  const [d, map] = interpret([distance.distance(x, y), distance.map!(x, y)], feeds);
  return { distance: d!.data[0]!, map: map!.data };
}

describe.each([
  [32, csf],
  [60, csfAt(60)],
] as const)('csf at %i pixels a degree', (pixelsPerDegree, distance) => {
  test.each([
    [0, 5],
    [3, 0],
    [2, 7],
    [11, 13],
  ])('weighs a grating of %i and %i periods by the sensitivity to it', (ky, kx) => {
    const amplitude = 0.1;
    const wave = (row: number, column: number) =>
      amplitude * Math.sin(2 * Math.PI * ((ky * row) / h - (kx * column) / w) + 0.3);
    const sensitivity = contrastSensitivity(pixelsPerDegree * Math.hypot(ky / h, kx / w));
    const result = ofAdded(distance, wave);
    expect(result.distance).toBeCloseTo(sensitivity * amplitude * Math.sqrt((h * w) / 2), 9);
    result.map.forEach((value, at) => {
      expect(value).toBeCloseTo(sensitivity * Math.abs(wave(Math.floor(at / w), at % w)), 9);
    });
  });

  test('sees little of a change of brightness everywhere', () => {
    expect(ofAdded(distance, () => 0.1).distance).toBeCloseTo(2.6 * 0.0192 * 0.1 * Math.sqrt(h * w), 9);
  });
});

test('sensitivity has its peak of 0.98 near 8 cycles a degree', () => {
  const frequencies = Array.from({ length: 600 }, (_, i) => i / 10);
  const values = frequencies.map(contrastSensitivity);
  const peak = Math.max(...values);
  expect(peak).toBeCloseTo(0.98, 2);
  expect(frequencies[values.indexOf(peak)]!).toBeGreaterThan(7);
  expect(frequencies[values.indexOf(peak)]!).toBeLessThan(9);
});
