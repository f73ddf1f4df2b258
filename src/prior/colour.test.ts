/** @file Decorrelated colours: Lucid's matrix, a set's own, eigenvectors. */
import { expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { colourMatrixOf, imagenetColours } from './colour.ts';

it("ImageNet's matrix is Lucid's: its longest column has length 1, the first channel is lightness", () => {
  const lengths = [0, 1, 2].map((c) => Math.hypot(...imagenetColours.map((row) => row[c]!)));
  expect(Math.max(...lengths)).toBeCloseTo(1, 12);
  expect(lengths[0]).toBe(Math.max(...lengths));
  expect(imagenetColours[0]![0]).toBeCloseTo(0.26 / 0.461952378, 6);
  expect(imagenetColours[2]![1]).toBeCloseTo(-0.09 / 0.461952378, 6);
});

it("a set's matrix has its covariance as its square, but for one factor", () => {
  const random = randomStream(3);
  const mixing = [
    [0.2, 0.1, 0],
    [0.25, 0, -0.03],
    [0.22, -0.08, 0.05],
  ];
  const pictures = Array.from({ length: 4 }, () => {
    const picture = new Float32Array(3 * 2500);
    for (let p = 0; p < 2500; p++) {
      const t = [random.normal(), random.normal(), random.normal()];
      for (let c = 0; c < 3; c++) picture[c * 2500 + p] = 0.5 + mixing[c]!.reduce((sum, m, k) => sum + m * t[k]!, 0);
    }
    return picture;
  });
  const found = colourMatrixOf(pictures);
  const square = (m: readonly (readonly number[])[], a: number, b: number) =>
    m[a]!.reduce((sum, v, k) => sum + v * m[b]![k]!, 0);
  const factor = square(mixing, 0, 0) / square(found, 0, 0);
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      expect(Math.abs(factor * square(found, a, b) - square(mixing, a, b))).toBeLessThan(0.002);
  expect(found.every((row) => row[0] > 0)).toBe(true);
});
