/** @file Learning from errors alone, at toy size. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import type { ImageArray } from '../../data/dataset.ts';
import { randomStream } from '../../random/random-stream.ts';
import { mistakes } from './mistakes.ts';

/** Which of four corners is a little brighter, in so much noise that nobody can be sure. */
function faintCorners(count: number, seed: number): ImageArray {
  const { normal } = randomStream(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const pixels = Uint8Array.from({ length: 64 * count }, (_, at) => {
    const [i, y, x] = [Math.floor(at / 64), Math.floor(at / 8) % 8, at % 8];
    const corner = 2 * Math.floor(y / 4) + Math.floor(x / 4);
    return Math.round(Math.min(255, Math.max(0, 128 + 20 * normal() + (corner === labels[i] ? 8 : 0))));
  });
  return { name: 'faint corners', classNames: ['a', 'b', 'c', 'd'], shape: [count, 1, 8, 8], pixels, labels };
}

it('errors of an early network teach, wrong labels at random do not', async () => {
  const settings = {
    ...{
      pictures: 1200,
      testPictures: 400,
      net: 'linear',
      width: 4,
      teacherEpochs: 4,
      studentEpochs: 4,
      batchSize: 128,
      learningRate: 0.1,
    },
    ...{ planes: 1, points: 16, planeEpochs: 40, planeEpsilon: 0.12 },
  };
  const { summaries } = await runToy(mistakes, { settings, train: faintCorners(1200, 1), test: faintCorners(400, 2) });
  const of = (measure: string) => summaries.of(measure).mean;
  expect(of('errors that bear their true label')).toBe(0);
  // Labels that are never true put a student who follows them below chance.
  expect(of('student of random wrong labels: clean accuracy')).toBeLessThan(0.25);
  expect(of('student of errors: clean accuracy')).toBeGreaterThan(of('teacher: clean accuracy') - 0.06);
  expect(of('student of errors: clean accuracy')).toBeGreaterThan(0.3);
});
