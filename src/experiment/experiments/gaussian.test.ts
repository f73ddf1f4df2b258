/** @file The Gaussian model, in the plane and on pictures. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { gaussian } from './gaussian.ts';

it('in the plane all that the model says holds', async () => {
  const settings = gaussian.scales.quick.none!;
  const { verdicts, summaries } = await runToy(gaussian, { settings, kind: 'none' });
  expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
  // mu lies across the long axis: 36 degrees of tilt, variances 1 and 1/25.
  const exact = (Math.atan2(...normalOfPlane()) * 180) / Math.PI;
  expect(summaries.of('budget 0: angle between normal and class difference, degrees').mean).toBeCloseTo(exact, -1);
});

/** Sigma⁻¹ mu of the plane that samples are drawn from, as its parts across and along mu. */
function normalOfPlane(): [number, number] {
  const [mu, tilt] = [[1.3, 0.25] as const, Math.PI / 5];
  const along = mu[0] * Math.cos(tilt) + mu[1] * Math.sin(tilt);
  const across = 25 * (-mu[0] * Math.sin(tilt) + mu[1] * Math.cos(tilt));
  const w = [along * Math.cos(tilt) - across * Math.sin(tilt), along * Math.sin(tilt) + across * Math.cos(tilt)];
  return [Math.abs(w[0]! * mu[1] - w[1]! * mu[0]), w[0]! * mu[0] + w[1]! * mu[1]];
}

it('on pictures the normal loses its high frequencies and turns to the class difference', async () => {
  const settings = { samples: 400, testPictures: 100, side: 8, classes: [0, 1], budgets: [0, 0.2, 1], radius: 0.3 };
  const { summaries, findings } = await runToy(gaussian, { settings, train: halves(400, { size: 16 }), seeds: 2 });
  const of = (epsilon: number, what: string) => summaries.of(`budget ${epsilon}: ${what}`).mean;
  expect(of(1, 'angle between normal and class difference, degrees')).toBeLessThan(
    of(0, 'angle between normal and class difference, degrees') / 2,
  );
  expect(of(1, 'energy of the normal in high frequencies')).toBeLessThan(
    of(0, 'energy of the normal in high frequencies') / 2,
  );
  // The classes are far apart, so pictures that were not seen are told apart, and less so when attacked.
  expect(of(1, 'accuracy on test pictures')).toBeGreaterThan(0.9);
  expect(of(0, 'accuracy on attacked test pictures')).toBeLessThan(of(1, 'accuracy on attacked test pictures'));
  // Seeds draw other pictures of the set.
  const angles = summaries.of('budget 0: angle between normal and class difference, degrees').values;
  expect(new Set(angles).size).toBe(2);
  expect(findings[0]!.figures!.map(({ name }) => name)).toEqual(['angle', 'normals']);
});

it('brings pictures whose side is no multiple to one that fits and says which, also of fewer pictures than pixels', async () => {
  const settings = { samples: 100, testPictures: 40, side: 8, classes: [0, 1], budgets: [0, 1], radius: 0.3 };
  const toy = { settings, train: halves(100, { size: 12 }), test: halves(40, { size: 12, seed: 2 }) };
  const { findings } = await runToy(gaussian, toy);
  expect(findings[0]!.notes!.join()).toContain('at 6 x 6 pixels, as 8 does not divide their side.');
  const pictures = findings[0]!.figures!.flatMap((figure) => (figure.kind === 'pictures' ? figure.rows : []));
  expect(pictures.flatMap((row) => row.pictures.map(({ height }) => height))).toEqual([6, 6, 6, 6]);
});
