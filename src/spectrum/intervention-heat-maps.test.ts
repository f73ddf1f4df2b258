/** @file Heat maps under interventions: those of the networks that answer, on one set of waves and labels. */
import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { stridedNetwork } from '../../test/support/strided.ts';
import { loadModel } from '../model/load-model.ts';
import { heatMap } from './heat-map.ts';
import { intervene } from './intervention.ts';
import { interventionHeatMaps } from './intervention-heat-maps.ts';
import { plainAnswers } from './plain-answers.ts';

const random = pseudoRandom(3);
const pictures = (side: number) =>
  Array.from({ length: 12 }, () => Float32Array.from({ length: 3 * side * side }, () => random()));

it('are those of the network before and after, held against what it answered before', async () => {
  await using model = await loadModel(smallNetwork(3), { preprocessing: 'none' });
  const images = pictures(16);
  const maps = await interventionHeatMaps(model, images, undefined, { seed: 4 });
  expect(maps.map(({ name }) => name)).toEqual(['none', 'blurpool3', 'blurpool5']);
  await using blurred = await intervene(model, { kind: 'blurpool', size: 5 });
  const [before, after] = [await plainAnswers(model, images), await plainAnswers(blurred, images)];
  const changed = before.filter((label, i) => label !== after[i]).length;
  expect(changed).toBeGreaterThan(0);
  expect([maps[0]!.map.cleanError, maps[2]!.map.cleanError]).toEqual([0, changed / 12]);
  // An eighth of a cycle a pixel is 2 periods of 16 pixels: 9 x 9 places, of which opposite ones are one.
  const { cells } = await heatMap(blurred, images, before, { step: 2, seed: 4 });
  expect(maps[2]!.map.cells).toEqual(cells);
  expect(cells.length).toBe(34);
  expect(maps[0]!.map.cells).not.toEqual(cells);
});

it('is one where no intervention changes an answer', async () => {
  await using linear = await loadModel(linearNetwork(pictures(16)[0]!, -1), { preprocessing: 'none' });
  expect((await interventionHeatMaps(linear, pictures(16), undefined)).length).toBe(1);
  await using strided = await loadModel(stridedNetwork({ kernel: 3, stride: 2 }), { preprocessing: 'none' });
  const gradients = { interventions: [{ kind: 'blur', size: 3 } as const], step: 16 };
  expect((await interventionHeatMaps(strided, pictures(32), undefined, gradients)).map(({ name }) => name)).toEqual([
    'none',
  ]);
});
