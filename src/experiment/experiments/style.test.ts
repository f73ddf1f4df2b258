/** @file Style transfer on the embedded networks of shapes. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { shapes } from '../../data/shapes/shapes.ts';
import { toImageArray } from '../../data/to-image-array.ts';
import { style } from './style.ts';

it('a few steps bring the style nearer by the network’s own word, with more high frequencies from the standard one', async () => {
  const settings = { pairs: 2, steps: 25, rate: 0.02, styleWeight: 8, epsilon: 0.5, fragilitySteps: 4 };
  const test = await toImageArray(shapes({ length: 4, split: 'test' }));
  const { summaries } = await runToy(style, { settings, kind: 'shapes', test });
  const of = (role: string, what: string) => summaries.of(`${role}: ${what}`).mean;
  expect(of('standard', 'mean fragility of layers')).toBeGreaterThan(1.5 * of('robust', 'mean fragility of layers'));
  for (const role of ['standard', 'robust']) {
    expect(of(role, 'style gained, by itself')).toBeGreaterThan(0.3);
    expect(of(role, 'distance of content, by itself')).toBeLessThan(1);
  }
  expect(of('standard', 'energy of the change in high frequencies')).toBeGreaterThan(
    of('robust', 'energy of the change in high frequencies'),
  );
});

it('leaves what a single pair of pictures gives open, in the numbers and in the statements', async () => {
  const settings = { pairs: 1, steps: 3, rate: 0.02, styleWeight: 8, epsilon: 0.5, fragilitySteps: 1 };
  const test = await toImageArray(shapes({ length: 2, split: 'test' }));
  const { summaries, verdicts } = await runToy(style, { settings, kind: 'shapes', test, seeds: 2 });
  expect(summaries.of('robust: style gained, by a second network').mean).toBeNaN();
  expect(verdicts.filter(({ statement, holds }) => !statement.includes('fragile') && holds)).toEqual([]);
});
