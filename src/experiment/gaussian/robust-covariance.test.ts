/** @file The formula of robust covariances against a numerical robust optimum, and what it says of normals and accuracy. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import {
  accuracyUnderAttack,
  angleBetween,
  budgetOf,
  multiplierOf,
  normalOf,
  robustVariances,
} from './robust-covariance.ts';
import { robustOptimum } from './robust-optimum.ts';

const variances = [4, 1, 0.3, 0.01];
const mean = [0.5, 0.4, 0.3, 0.2];

it.each([0.05, 0.3, 1, 3])('the formula is the numerical robust optimum to 1e-9 at a budget of %d', (epsilon) => {
  const lambda = multiplierOf(variances, epsilon);
  const found = robustOptimum(variances, epsilon);
  robustVariances(variances, lambda).forEach((r, i) => {
    expect(Math.abs(found.variances[i]! / r - 1)).toBeLessThan(1e-9);
  });
  expect(Math.abs(found.lambda / lambda - 1)).toBeLessThan(1e-9);
});

it('without an adversary it is maximum likelihood, and under a strong one all directions are alike', () => {
  expect([...robustVariances(variances, multiplierOf(variances, 0))]).toEqual(variances);
  const strong = robustVariances(variances, multiplierOf(variances, 1e4));
  expect(strong[0]! / strong[3]!).toBeLessThan(1.001);
});

it('budget and multiplier belong to each other', () => {
  for (const epsilon of [1e-3, 0.1, 1, 50])
    expect(budgetOf(variances, multiplierOf(variances, epsilon)) / epsilon).toBeCloseTo(1, 9);
});

it('the normal turns towards the difference of the classes as the budget grows', () => {
  const angles = [0, 0.05, 0.2, 1, 5, 50].map((epsilon) =>
    angleBetween(normalOf(mean, robustVariances(variances, multiplierOf(variances, epsilon))), mean),
  );
  expect(angles[0]).toBeGreaterThan(45);
  for (const [i, angle] of angles.slice(1).entries()) expect(angle).toBeLessThan(angles[i]!);
  expect(angles.at(-1)).toBeLessThan(2);
});

it('accuracy under attack is what samples say', () => {
  const w = [0.3, -0.1, 0.4, 2];
  const radius = 0.1;
  const { normal } = randomStream(3);
  const length = Math.hypot(...w);
  let right = 0;
  const count = 40_000;
  for (let n = 0; n < count; n++) {
    const score = w.reduce((sum, wi, i) => sum + wi * (mean[i]! + Math.sqrt(variances[i]!) * normal()), 0);
    right += Number(score - radius * length > 0);
  }
  expect(Math.abs(right / count - accuracyUnderAttack(w, mean, variances, radius))).toBeLessThan(0.01);
});
