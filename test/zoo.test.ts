import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { recipes } from '../scripts/zoo/recipes.ts';
import { pgd } from '../src/attack/pgd.ts';
import { shapes } from '../src/data/shapes/shapes.ts';
import { loadModel } from '../src/model/load-model.ts';
import { modelAddress, zoo } from '../src/model/zoo.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { noiseBatch } from '../src/train/random-fill.ts';
import { cifar10Test } from './support/cifar10.ts';
import { hasSharedData } from './support/shared-data.ts';

const folder = new URL('../models/', import.meta.url);
const fileOf = (name: string, ending = 'onnx') => new URL(`${name}.${ending}`, folder);
let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

/** What a test's name says where it may be skipped. */
const withoutData = (data: 'shapes' | 'cifar10') =>
  data === 'cifar10' ? ' (skipped where shared/data is absent)' : '';

/** The cells of a card's row that begins with a phrase. */
function statedRow(name: string, phrase: string): string[] {
  const card = readFileSync(fileOf(name, 'md'), 'utf8');
  const row = card.split('\n').find((line) => line.startsWith(`| ${phrase}`));
  if (row === undefined) throw new Error(`The card of ${name} does not state "${phrase}".`);
  return row.split('|');
}

/** The number that a card states after a phrase. */
function stated(name: string, phrase: string): number {
  return Number.parseFloat(statedRow(name, phrase)[2]!);
}

async function testImages(data: 'shapes' | 'cifar10', count: number) {
  if (data === 'cifar10') return cifar10Test(count);
  const set = shapes({ split: 'test' });
  const images: Float32Array[] = [];
  for (let i = 0; i < count; i++) images.push((await set.image(i)).data);
  return { images, labels: images.map((_, i) => set.label(i)) };
}

async function accuracy(name: string, data: 'shapes' | 'cifar10', count: number): Promise<number> {
  await using model = await loadModel(`zoo:${name}`, { device });
  const { images, labels } = await testImages(data, count);
  let right = 0;
  for (const [i, image] of images.entries()) right += Number((await model.predictPlain(image)).label === labels[i]);
  return right / count;
}

describe('the embedded models', () => {
  test('are all there with card, log and recipe, each below 2 MB, all together below 8 MB', () => {
    let total = 0;
    for (const name of Object.keys(zoo)) {
      for (const ending of ['onnx', 'md', 'log.json'])
        expect(existsSync(fileOf(name, ending)), `${name}.${ending}`).toBe(true);
      expect(recipes[name], name).toBeDefined();
      const { size } = statSync(fileOf(name));
      expect(size, name).toBeLessThan(2e6);
      total += size;
    }
    expect(total).toBeLessThan(8e6);
    const files = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
    expect(files.sort()).toEqual(
      Object.keys(zoo)
        .map((name) => `${name}.onnx`)
        .sort(),
    );
  });

  test('load by name alone, with classes and without a guess', async () => {
    for (const [name, { kind }] of Object.entries(zoo)) {
      if (kind !== 'classifier') continue;
      await using model = await loadModel(`zoo:${name}`, { device });
      expect(model.preprocessingOrigin, name).toBe('metadata');
      expect(model.classNames, name).toHaveLength(10);
      expect(model.notes, name).toEqual([]);
    }
  });

  test('are listed where a name is not known', async () => {
    await expect(loadModel('zoo:shapes')).rejects.toThrow(
      /no embedded model "shapes"; there are shapes-standard, shapes-robust/,
    );
    expect(modelAddress('model.onnx')).toBe('model.onnx');
  });
});

describe('classifiers are as good as their cards say', () => {
  const classifiers = Object.entries(zoo).filter(([, { kind }]) => kind === 'classifier');
  describe.each(classifiers)('%s', (name, { data }) => {
    test.skipIf(data === 'cifar10' && !hasSharedData)(`on test pictures of ${data}${withoutData(data)}`, async () => {
      const count = data === 'shapes' ? 400 : 1000;
      const measured = 100 * (await accuracy(name, data, count));
      // Four standard deviations of a part of the pictures; all of them where they are the card's own.
      const slack = data === 'shapes' ? 4 : 0.06;
      expect(Math.abs(measured - stated(name, 'accuracy, '))).toBeLessThanOrEqual(slack);
    });
  });

  test('shapes are learnt by a small convolutional network to more than 95 %', () => {
    expect(stated('shapes-standard', 'accuracy, ')).toBeGreaterThan(95);
    expect(stated('shapes-second', 'accuracy, ')).toBeGreaterThan(95);
  });

  test('CIFAR-10 at 85 %, and 35 % under PGD-50 at 60 % for the robust one', () => {
    expect(stated('cifar10-standard', 'accuracy, ')).toBeGreaterThanOrEqual(85);
    expect(stated('cifar10-robust', 'accuracy, ')).toBeGreaterThanOrEqual(60);
    expect(stated('cifar10-robust', 'accuracy under PGD-50, l∞ 8/255')).toBeGreaterThanOrEqual(35);
  });

  describe.each(['shapes', 'cifar10'] as const)('of %s', (data) => {
    test.skipIf(data === 'cifar10' && !hasSharedData)(
      `the robust one resists where the other does not${withoutData(data)}`,
      async () => {
        const { images, labels } = await testImages(data, 50);
        const left: number[] = [];
        for (const name of [`${data}-standard`, `${data}-robust`]) {
          await using model = await loadModel(`zoo:${name}`, { device });
          const results = await pgd(model, images, labels, { epsilon: 8 / 255, steps: 20, batch: 50 });
          left.push(
            results.filter(({ success8, misclassifiedBefore }) => !success8 && !misclassifiedBefore).length / 50,
          );
        }
        expect(left[0]).toBeLessThanOrEqual(0.1);
        const expected = stated(`${data}-robust`, 'accuracy under PGD-50, l∞ 8/255') / 100;
        expect(Math.abs(left[1]! - expected)).toBeLessThan(0.25);
        expect(left[1]! - left[0]!).toBeGreaterThan(0.15);
      },
      120_000,
    );
  });
});

describe('denoisers', () => {
  /** Decibels won at a deviation of the noise, by the row of the card: "| 0.1 | 20.0 dB | 25.5 dB |". */
  function statedGain(name: string, sigma: number): number {
    const [noisy, denoised] = statedRow(name, `${sigma} |`).slice(2, 4).map(Number.parseFloat);
    return denoised! - noisy!;
  }

  describe.each(['shapes', 'cifar10'] as const)('of %s', (data) => {
    const name = `${data}-denoiser`;
    test.skipIf(data === 'cifar10' && !hasSharedData)(
      `brings noisy pictures nearer to the clean ones at every level of noise, as far as the card says${withoutData(data)}`,
      async () => {
        const { images } = await testImages(data, 20);
        const noise = noiseBatch({ name: 'test', shape: [20, 3072], kind: 'normal' }, [...images.keys()], 1, 0);
        const clean = Float32Array.from(images.flatMap((image) => [...image]));
        const session = await device.createSession(readFileSync(fileOf(name)));
        const error = (x: Float32Array) => x.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0) / x.length;
        for (const sigma of [0.05, 0.1, 0.2, 0.3]) {
          const noisy = clean.map((value, i) => value + sigma * noise[i]!);
          const { denoised } = await session.run({ x: { data: noisy, shape: [20, 3, 32, 32], dtype: 'float32' } });
          const gain = 10 * Math.log10(error(noisy) / error(denoised!.data as Float32Array));
          expect(gain, `at ${sigma}`).toBeGreaterThan(1);
          expect(Math.abs(gain - statedGain(name, sigma)), `at ${sigma}`).toBeLessThan(1);
        }
        await session.release();
      },
    );
  });
});

describe('generators', () => {
  test.each(['shapes-generator', 'cifar10-generator'])(
    '%s draws different pictures in [0, 1] from different codes',
    async (name) => {
      const session = await device.createSession(readFileSync(fileOf(name)));
      const size = session.inputs[0]!.shape[1]!;
      const z = noiseBatch({ name: 'test', shape: [8, size], kind: 'normal' }, [0, 1, 2, 3, 4, 5, 6, 7], 1, 0);
      const { x } = await session.run({ z: { data: z, shape: [8, size], dtype: 'float32' } });
      expect(x!.shape).toEqual([8, 3, 32, 32]);
      const pixels = x!.data as Float32Array;
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (let i = 1; i < 8; i++) {
        let sum = 0;
        for (let p = 0; p < 3072; p++) sum += (pixels[p]! - pixels[i * 3072 + p]!) ** 2;
        expect(Math.sqrt(sum / 3072)).toBeGreaterThan(0.03);
      }
      await session.release();
    },
  );
});
