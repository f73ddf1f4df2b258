/** @file Attacks on real networks: what falls, what resists, and that PNG files hold it. */
import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { openRuntime } from '#runtime';
import { pgd } from '../src/attack/pgd.ts';
import type { AttackResult } from '../src/attack/result.ts';
import { fitPicture } from '../src/model/fit-picture.ts';
import { type LoadOptions, loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';
import { cifar10Test } from './support/cifar10.ts';
import { hasSharedData, sharedData, sharedFile, sharedPath } from './support/shared-data.ts';

const device = hasSharedData ? await openRuntime('cpu') : undefined;
afterAll(() => device?.dispose());

/** The adversarial pictures read back from PNG files, asked of the plain model. */
async function answersOfPngs(model: Model, results: readonly AttackResult[]): Promise<number[]> {
  const answers: number[] = [];
  for (const { adversarial } of results) {
    const png = await encodePng({
      data: adversarial,
      channels: model.channels,
      height: model.height,
      width: model.width,
    });
    answers.push((await model.predictPlain((await decodePicture(png)).data)).label);
  }
  return answers;
}

async function attackCifar(file: string, preprocessing: NonNullable<LoadOptions['preprocessing']>) {
  await using model = await loadModel(sharedPath(`models/cifar10/${file}.onnx`), { preprocessing, device: device! });
  const { images, labels } = await cifar10Test(200);
  const right: number[] = [];
  for (let i = 0; right.length < 100; i++)
    if ((await model.predictPlain(images[i]!)).label === labels[i]) right.push(i);
  const chosen = right.map((i) => labels[i]!);
  const results = await pgd(
    model,
    right.map((i) => images[i]!),
    chosen,
    { epsilon: 8 / 255, steps: 40, batch: 32 },
  );
  const answers = await answersOfPngs(model, results);
  return {
    stillRight: answers.filter((answer, i) => answer === chosen[i]).length,
    results,
    accuracyOf: right.length / (right.at(-1)! + 1),
  };
}

describe.skipIf(!hasSharedData)('real networks (skipped: the shared data is not beside the checkout)', () => {
  it.each([
    ['resnet20', 'imagenet', 0.85],
    ['mlperf_resnet8', 'raw255', 0.83],
  ] as const)(
    'PGD-40 at 8/255 leaves none of 100 CIFAR-10 images right for %s',
    async (file, preprocessing, accuracy) => {
      const { stillRight, results, accuracyOf } = await attackCifar(file, preprocessing);
      expect(accuracyOf).toBeGreaterThan(accuracy);
      expect(stillRight).toBe(0);
      expect(
        results.every((result) => result.success && result.success8 && result.distances.linf <= 8 / 255 + 1e-6),
      ).toBe(true);
    },
  );

  it.each([
    ['vit_pgd_2_3_16', 'cifar10', 5, 40],
    ['cnn_a_adv_robust', { mean: [0.4914, 0.4822, 0.4465], std: [0.2, 0.2, 0.2] }, 5, 40],
  ] as const)(
    '%s, trained against attacks, keeps a part of them even far beyond its training budget',
    async (file, preprocessing, least, most) => {
      const { stillRight } = await attackCifar(file, preprocessing);
      expect(stillRight).toBeGreaterThanOrEqual(least);
      expect(stillRight).toBeLessThanOrEqual(most);
    },
  );

  it('none of 20 ImageNet images resists 4/255 on SqueezeNet 1.1', async () => {
    const model = await loadModel(sharedPath('models/imagenet/squeezenet1.1.onnx'), {
      preprocessing: 'caffe-bgr',
      classes: sharedPath('labels/imagenet_1000.txt'),
      device: device!,
    });
    const images: Float32Array[] = [];
    const labels: number[] = [];
    for (const name of readdirSync(new URL('images/imagenet/', sharedData)).sort()) {
      const image = fitPicture(await decodePicture(sharedFile(`images/imagenet/${name}`)), model);
      const label = model.classOf(name.slice(0, 9));
      if ((await model.predictPlain(image)).label !== label) continue;
      images.push(image);
      labels.push(label);
      if (images.length === 20) break;
    }
    const results = await pgd(model, images, labels, { epsilon: 4 / 255, steps: 40, batch: 8 });
    const answers = await answersOfPngs(model, results);
    expect(answers.filter((answer, i) => answer === labels[i])).toEqual([]);
    expect(results.length).toBe(20);
    await model[Symbol.asyncDispose]();
  });
});
