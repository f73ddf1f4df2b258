/** @file Readers on the real data sets, against what is published of them. */
import { describe, expect, it } from 'vitest';
import type { ImageArray } from '../src/data/dataset.ts';
import { openDataset } from '../src/data/open-dataset.ts';
import { toImageArray } from '../src/data/to-image-array.ts';
import { hasSharedData, sharedPath } from './support/shared-data.ts';

function countsOf({ labels, classNames }: ImageArray): number[] {
  const counts = classNames.map(() => 0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}

/** Mean and standard deviation of each channel's values in [0, 1]. */
function statistics({ shape: [n, c, h, w], pixels }: ImageArray): { mean: number[]; std: number[] } {
  const mean = new Array<number>(c).fill(0);
  const square = new Array<number>(c).fill(0);
  for (let i = 0; i < n * c; i++) {
    for (let j = i * h * w; j < (i + 1) * h * w; j++) {
      const value = pixels[j]! / 255;
      mean[i % c]! += value / (n * h * w);
      square[i % c]! += value ** 2 / (n * h * w);
    }
  }
  return { mean, std: mean.map((m, k) => Math.sqrt(square[k]! - m ** 2)) };
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `${value} for ${expected[i]}`).toBeLessThan(tolerance);
  });
}

describe.skipIf(!hasSharedData)('the real data sets (skipped where shared/data is absent)', () => {
  it('MNIST has its published counts, first labels, mean .1307 and standard deviation .3081', async () => {
    const spec = `mnist:${sharedPath('datasets/mnist')}`;
    const train = await toImageArray(await openDataset(spec));
    expect(train.shape).toEqual([60_000, 1, 28, 28]);
    expect(countsOf(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    const { mean, std } = statistics(train);
    expectClose([...mean, ...std], [0.1307, 0.3081], 1e-4);

    const test = await toImageArray(await openDataset(spec, { split: 'test' }));
    expect(countsOf(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...test.labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  });

  it("CIFAR-10's first test images have their published labels", async () => {
    const test = await toImageArray(await openDataset(sharedPath('datasets/cifar10'), { split: 'test' }));
    expect(test.shape).toEqual([1000, 3, 32, 32]);
    const names = [...test.labels.subarray(0, 6)].map((label) => test.classNames[label]);
    expect(names).toEqual(['cat', 'ship', 'ship', 'airplane', 'frog', 'frog']);
    // The published mean of the test set is .4942 .4851 .4504; a tenth of it lies near.
    expectClose(statistics(test).mean, [0.4942, 0.4851, 0.4504], 0.01);
  });

  it("CIFAR-10's training images as JPEG have its classes, mean and standard deviation", async () => {
    const set = await openDataset(`cifar10:${sharedPath('datasets/cifar10')}`);
    expect(set.length).toBe(50_000);
    // Every tenth image: the decoding of all takes some 15 s.
    const tenth = {
      ...set,
      length: 5000,
      image: (i: number) => set.image(10 * i),
      label: (i: number) => set.label(10 * i),
    };
    const train = await toImageArray(tenth);
    expect(countsOf(train)).toEqual(new Array(10).fill(500));
    const { mean, std } = statistics(train);
    expectClose(mean, [0.4914, 0.4822, 0.4465], 0.01);
    expectClose(std, [0.247, 0.2435, 0.2616], 0.01);
  });
});
