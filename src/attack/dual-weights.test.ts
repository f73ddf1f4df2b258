/** @file The dual variables of PDGD and PDPGD against their closed forms. */
import { expect, it } from 'vitest';
import { dualWeights, lossSlope, primalDualSettings, primalStepSize } from './dual-weights.ts';

const settings = primalDualSettings({ steps: 11 });

it('weights start at the first ratio and sum to 1', () => {
  const { first } = dualWeights({ ...settings, ratio: 0.25 });
  expect(first.norm).toBeCloseTo(0.2, 12);
  expect(first.loss).toBeCloseTo(0.8, 12);
});

it('a step moves the logit by theta, and the mean by a tenth of the way', () => {
  for (const fools of [false, true]) {
    const dual = dualWeights({ ...settings, ratio: 1 });
    const moved = 1 / (1 + Math.exp(fools ? 0.1 : -0.1));
    const { norm, loss } = dual.next(0, fools);
    expect(loss).toBeCloseTo(0.9 * 0.5 + 0.1 * moved, 12);
    expect(norm + loss).toBeCloseTo(1, 12);
  }
});

it('theta falls to a tenth at the last step', () => {
  const dual = dualWeights({ ...settings, ratio: 1 });
  expect(dual.next(10, false).loss).toBeCloseTo(0.45 + 0.1 / (1 + Math.exp(-0.01)), 12);
});

it('neither weight vanishes, however long the picture resists or fools', () => {
  for (const fools of [false, true]) {
    const dual = dualWeights({ ...settings, dualStepSize: 5 });
    let last = dual.first;
    for (let i = 0; i < 500; i++) last = dual.next(0, fools);
    expect(Math.min(last.norm, last.loss)).toBeCloseTo(1e-6, 8);
  }
});

it('the step size falls to a hundredth, and the loss slopes as a softplus', () => {
  expect(primalStepSize(settings, 0)).toBe(0.1);
  expect(primalStepSize(settings, 11)).toBeCloseTo(0.001, 12);
  const softplus = (excess: number) => Math.log1p(Math.exp(-excess));
  for (const excess of [-3, 0, 2])
    expect(lossSlope(excess)).toBeCloseTo((softplus(excess - 1e-5) - softplus(excess + 1e-5)) / 2e-5, 6);
});
