/** @file Robust networks as priors, on the embedded networks of shapes. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { shapes } from '../../data/shapes/shapes.ts';
import { toImageArray } from '../../data/to-image-array.ts';
import { priors } from './priors.ts';

it('the robust network draws and points with less of the high frequencies', async () => {
  const settings = {
    classes: 2,
    images: 1,
    steps: 25,
    stepLength: 0.5,
    testPictures: 12,
    sigma: 0.1,
    pictures: 60,
    directions: 10,
  };
  const train = await toImageArray(shapes({ length: 60 }));
  const test = await toImageArray(shapes({ length: 12, split: 'test' }));
  const { summaries, findings } = await runToy(priors, { settings, kind: 'shapes', train, test });
  const of = (role: string, what: string) => summaries.of(`${role}: ${what}`).mean;
  for (const what of ['energy of class images in high frequencies', 'energy of gradients in high frequencies'])
    expect(of('robust', what)).toBeLessThan(of('standard', what) / 1.2);
  expect(of('robust', 'energy of gradients in principal directions')).toBeGreaterThan(
    2 * of('standard', 'energy of gradients in principal directions'),
  );
  expect(of('standard', 'class images read by itself')).toBe(1);
  expect(findings[0]!.figures!.map(({ name }) => name)).toEqual(['class-images', 'gradients']);
});
