/** @file Transfer attacks: the named ones against their loops written down again, who is asked what, and what cannot go wrong. */
import { describe, expect, it } from 'vitest';
import { attack } from '../../src/attack/attack.ts';
import { transferAttack } from '../../src/attack/transfer-attack.ts';
import { type TransferName, transferPresets } from '../../src/attack/transfer-methods.ts';
import type { TransferOptions } from '../../src/attack/transfer-options.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { loadModel } from '../../src/model/load-model.ts';
import type { Model } from '../../src/model/model.ts';
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import { compile } from '../../src/runtime/compile.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { add, div } from '../../src/tensor/ops/arithmetic.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { resizeAndPad } from '../../src/transform/resize-and-pad.ts';
import { sometimes } from '../../src/transform/sequence.ts';
import { shuffleBlocks } from '../../src/transform/shuffle-blocks.ts';
import { spectrum } from '../../src/transform/spectrum.ts';
import type { Transform } from '../../src/transform/transform.ts';
import { pseudoRandom } from '../random.ts';
import { cifar10Test } from '../support/cifar10.ts';
import { maskedNetwork, smallNetwork } from '../support/network.ts';
import { plainTransfer } from '../support/plain-transfer.ts';
import { hasSharedData, sharedFile } from '../support/shared-data.ts';

const [small, other] = [
  await loadModel(smallNetwork(1), { preprocessing: 'none', name: 'small' }),
  await loadModel(smallNetwork(2), { preprocessing: 'none', name: 'other' }),
];
const epsilon = 16 / 255;

/** Pictures on the 8-bit grid, away from black and white. */
function pictures(count: number, seed = 1): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
  );
}

/** Share of values in which a picture is another rounded to 8 bits. */
function agreement(found: Float32Array, expected: Float32Array): number {
  const alike = found.filter((value, i) => Math.abs(value - expected[i]!) < 0.51 / 255);
  return alike.length / found.length;
}

/** A victim of scores alone that counts what it is asked. */
function counted(model: Model) {
  const asked = { pictures: 0 };
  const victim = opaqueModel({
    name: 'a service',
    channels: 3,
    height: 16,
    width: 16,
    classCount: 5,
    scores: (pixels, count) => {
      asked.pictures += count;
      return model.predict(pixels, count);
    },
  });
  return { victim, asked };
}

describe('the loop of the paper, written down again, ends at the same picture', () => {
  const named: readonly (readonly [TransferName, Partial<TransferOptions>, Transform | undefined])[] = [
    ['mi-fgsm', {}, undefined],
    ['ni-fgsm', { nesterov: true }, undefined],
    ['si-fgsm', { scales: 5 }, undefined],
    ['si-ni-fgsm', { nesterov: true, scales: 5 }, undefined],
    ['di-fgsm', { diversity: 0.5 }, sometimes(0.5, resizeAndPad({ scale: [1 / 1.1, 1] }, [16, 16]))],
    ['ti-fgsm', { kernel: 5 }, undefined],
    ['vmi-fgsm', { neighbours: 4 }, undefined],
    ['admix', { scales: 5, mixes: 3, pool: { images: pictures(4, 77) } }, undefined],
    ['ssm', { spectra: 4 }, spectrum({ rho: 0.5, sigma: epsilon }, [3, 16, 16])],
    ['bsr', { shuffles: 4 }, shuffleBlocks({ blocks: 2, angle: 24 }, [16, 16])],
  ];

  it.each(named)('as %s', async (name, options, transform) => {
    // Numbers of copies and the kernel's side are smaller here; what the presets themselves say is held below.
    const images = pictures(2, 5);
    const results = await attack(small, images, undefined, { method: name, epsilon, ...options });
    for (const [i, { success8, adversarial, label }] of results.entries()) {
      expect(success8).toBe(true);
      const expected = await plainTransfer(
        { networks: [small.logits], device: small.device, options, transform },
        images[i]!,
        label,
      );
      expect(agreement(adversarial, expected)).toBeGreaterThan(0.99);
    }
  });

  it.each([
    ['logits', [(x: Tensor) => div(add(small.logits(x), other.logits(x)), 2)]],
    ['losses', [small.logits, other.logits]],
  ] as const)('on two surrogates, the mean of their %s', async (fusion, networks) => {
    const [image] = pictures(1, 6);
    const options = { epsilon, surrogates: [small, other], fusion, spectra: 3 };
    const [result] = await transferAttack(small, [image!], undefined, options);
    expect([result!.success8, result!.forwards - 4, result!.backwards]).toEqual([true, 60, 60]);
    const transform = spectrum({ rho: 0.5, sigma: epsilon }, [3, 16, 16]);
    const expected = await plainTransfer({ networks, device: small.device, options, transform }, image!, result!.label);
    expect(agreement(result!.adversarial, expected)).toBeGreaterThan(0.99);
  });

  it('of one surrogate or the other differs from both together', async () => {
    const image = pictures(1, 6);
    const ends: Float32Array[] = [];
    for (const surrogates of [[small], [other], [small, other]])
      ends.push((await transferAttack(small, image, undefined, { epsilon: 0.2, surrogates }))[0]!.adversarial);
    expect(agreement(ends[0]!, ends[1]!)).toBeLessThan(0.9);
    expect(agreement(ends[0]!, ends[2]!)).toBeLessThan(0.95);
    expect(agreement(ends[1]!, ends[2]!)).toBeLessThan(0.95);
  });
});

describe('the numbers of the papers', () => {
  it.each([
    ['mi-fgsm', 10],
    ['ni-fgsm', 10],
    ['si-fgsm', 50],
    ['si-ni-fgsm', 50],
    ['di-fgsm', 10],
    ['ti-fgsm', 10],
    // 10 + 20 at each step; the last step's variance is of no use.
    ['vmi-fgsm', 190],
    ['admix', 150],
    ['ssm', 200],
    ['bsr', 200],
  ] as const)('%s takes %i passes of the surrogate', async (method, passes) => {
    const [result] = await attack(small, pictures(1), undefined, { method, epsilon });
    expect(result!.backwards).toBe(passes);
  });

  it('are those of the presets', () => {
    expect(transferPresets).toMatchObject({
      'ti-fgsm': { kernel: 15 },
      'di-fgsm': { diversity: 0.5 },
      'vmi-fgsm': { neighbours: 20 },
      admix: { scales: 5, mixes: 3 },
    });
  });
});

describe('the victim', () => {
  it('is asked about the picture before and about the end, nothing on the way', async () => {
    const { victim, asked } = counted(other);
    const images = pictures(3, 2);
    const results = await transferAttack(victim, images, undefined, { epsilon: 2 / 255, surrogates: [small] });
    // Before and at the end; where that fools, rounded as well, and that again to confirm it.
    expect(asked.pictures).toBe(results.reduce((sum, { success }) => sum + (success ? 4 : 2), 0));
    expect(results.map(({ path }) => path.length)).toEqual([1, 1, 1]);
  });

  it('may be opaque, and judges what surrogates found', async () => {
    const { victim } = counted(small);
    const results = await transferAttack(victim, pictures(4, 3), undefined, { epsilon, surrogates: [small] });
    const own = await transferAttack(small, pictures(4, 3), undefined, { epsilon });
    expect(results.map(({ success8 }) => success8)).toEqual([true, true, true, true]);
    expect(results.map(({ adversarial }) => adversarial)).toEqual(own.map(({ adversarial }) => adversarial));
  });

  it('may take pictures of another size than its surrogates', async () => {
    const program = await compile(
      ({ x }) => ({ scores: small.logits(x!) }),
      { x: { shape: [1, 3, 24, 20], dtype: 'float32' } },
      { device: small.device },
    );
    const victim = opaqueModel({
      channels: 3,
      height: 24,
      width: 20,
      classCount: 5,
      scores: async (pixels) => (await program.run({ x: pixels })).scores!.data as Float32Array,
    });
    const random = pseudoRandom(4);
    const image = Float32Array.from({ length: 3 * 480 }, () => Math.round(60 + 135 * random()) / 255);
    const options = { epsilon: 0.15, surrogates: [small], spectra: 2, shuffles: 2, diversity: 0.5, kernel: 3 };
    const [result] = await transferAttack(victim, [image], undefined, options);
    expect([result!.success8, result!.backwards]).toEqual([true, 20]);
    await program.release();
  });

  it('keeps the best on the way where that is asked for, and the last otherwise', async () => {
    const images = pictures(6, 9);
    const options = { epsilon, steps: 6, diversity: 1, momentum: 0 };
    const last = await transferAttack(small, images, undefined, options);
    const best = await transferAttack(small, images, undefined, { ...options, keepBest: true });
    for (const [i, { path }] of best.entries()) {
      expect([path.length >= 6, last[i]!.path.length]).toEqual([true, 1]);
      const way = path.slice(0, 6).map(({ excess }) => excess);
      expect(way.at(-1)).toBeCloseTo(last[i]!.path[0]!.excess, 5);
    }
    expect(best.filter(({ success }) => success).length).toBeGreaterThanOrEqual(
      last.filter(({ success }) => success).length,
    );
  });
});

/** White pixels in a corner silence one of two scores: it has a gradient only where something darkens the corner. */
function dormantNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: readonly number[], shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const corner = Array.from({ length: 768 }, (_, i) => (i % 256 < 64 && i % 16 < 4 ? -1 / 48 : 0));
  const [flat] = graph.node('Flatten', ['picture']);
  const [sum] = graph.node('Gemm', [flat!, floats(corner, [768, 1]), floats([0.97], [1])]);
  const [active] = graph.node('Relu', [sum!]);
  graph.node('Gemm', [active!, floats([0, 100], [1, 2]), floats([1, 0], [2])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

/** Grey pictures, two classes with linear scores. */
function greyNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  const random = pseudoRandom(12);
  const weights = Array.from({ length: 512 }, (_, i) => (i % 2) * (0.7 + random()));
  graph.input('picture', 'float32', ['N', 1, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  const bias = weights.reduce((sum, w) => sum + w, 0) * 0.5;
  const [w, b] = [
    graph.initializer('float32', [256, 2], toBytes(hostTensor(weights, [256, 2]))),
    graph.initializer('float32', [2], toBytes(hostTensor([bias, 0]))),
  ];
  graph.node('Gemm', [flat!, w, b], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

describe('gradients that say nothing, and any number of channels', () => {
  it('momentum is not lost at a zero gradient, as it is where 0 / 0 enters it', async () => {
    await using dormant = await loadModel(dormantNetwork(), { preprocessing: 'none' });
    const image = new Float32Array(768).fill(1);
    const options = { epsilon: 0.2, diversity: 0.5, enlargement: 1.3, seed: 3 };
    const [result] = await transferAttack(dormant, [image], [0], options);
    const zeros = Number(/exactly zero at (\d+) of 10/.exec(result!.notes.join())?.[1]);
    expect(zeros).toBeGreaterThan(0);
    expect(zeros).toBeLessThan(10);
    expect(result!.success8).toBe(true);
    expect(result!.adversarial.some(Number.isNaN)).toBe(false);
  });

  it('where all gradients are zero the picture stays, finite, and it is said', async () => {
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    for (const preset of Object.values(transferPresets)) {
      const few = {
        neighbours: preset.neighbours ? 2 : 0,
        spectra: preset.spectra ? 2 : 0,
        shuffles: preset.shuffles ? 2 : 0,
      };
      const image = new Float32Array(768).fill(125 / 255);
      const options = { ...preset, ...few, epsilon, steps: 3 };
      const [result] = await transferAttack(masked, [image], undefined, options);
      expect([result!.success, result!.path[0]!.distance]).toEqual([false, 0]);
      expect(result!.notes.join()).toMatch(/exactly zero/);
    }
  });

  it('gradients of grey pictures are smoothed by the usual kernel', async () => {
    await using grey = await loadModel(greyNetwork(), { preprocessing: 'none' });
    const random = pseudoRandom(2);
    const image = Float32Array.from({ length: 256 }, () => Math.round(90 + 60 * random()) / 255);
    const [result] = await transferAttack(grey, [image], undefined, { epsilon: 0.2, kernel: 15 });
    expect(result!.success8).toBe(true);
  });
});

describe('what cannot be', () => {
  const image = pictures(1);
  const ask = (options: Partial<TransferOptions>, victim: Parameters<typeof transferAttack>[0] = small) =>
    transferAttack(victim, image, undefined, { epsilon, ...options });

  it.each<[Partial<TransferOptions>, RegExp]>([
    [{ surrogates: [] }, /list of at least one model/],
    [{ kernel: 4 }, /odd.*got 4/],
    [{ blocks: 17 }, /17 blocks do not fit into 16 x 16/],
    [{ diversity: 1.5 }, /probability of diversity must be a number from 0 to 1, got 1.5/],
    [{ momentum: Number.NaN }, /Momentum must be a number of at least 0, got NaN/],
    [{ stepSize: 0 }, /Step size must be a positive number, got 0/],
    [{ neighbours: 1.5 }, /number of neighbours must be a whole number/],
    [{ mixes: 2, pool: { images: [] } }, /is empty/],
    [{ keepBest: true, surrogates: [other] }, /leave out keepBest, or the surrogates/],
  ])('%o is refused in a sentence', async (options, message) => {
    await expect(ask(options)).rejects.toThrow(message);
  });

  it('gradients of an opaque victim, or surrogates of other classes', async () => {
    const { victim } = counted(small);
    await expect(ask({}, victim)).rejects.toThrow(
      /transfer needs gradients, which a service does not give; name models/,
    );
    await using two = await loadModel(maskedNetwork(), { preprocessing: 'none', name: 'two' });
    await expect(ask({ surrogates: [two] })).rejects.toThrow(/Surrogate two knows 2 classes, small 5/);
  });
});

/** Pictures that all models know. */
async function known(
  models: readonly Model[],
  images: readonly Float32Array[],
  labels: readonly number[],
  count: number,
) {
  const found: number[] = [];
  for (let i = 0; i < images.length && found.length < count; i++) {
    const answers = await Promise.all(models.map((model) => model.predictPlain(images[i]!)));
    if (answers.every(({ label }) => label === labels[i])) found.push(i);
  }
  return { images: found.map((i) => images[i]!), labels: found.map((i) => labels[i]!) };
}

/** How many pictures fool the victim, and by how much the ends do on average. */
async function transferred(
  victim: Model,
  { images, labels }: Awaited<ReturnType<typeof known>>,
  options: TransferOptions,
) {
  const results = await transferAttack(victim, images, labels, options);
  return {
    fooled: results.filter(({ success8 }) => success8).length,
    excess: results.reduce((sum, { path }) => sum + path[0]!.excess, 0) / results.length,
  };
}

describe('pictures made on one network and shown to another', () => {
  it('fool it more often with momentum, between the embedded classifiers of shapes', async () => {
    await using surrogate = await loadModel('zoo:shapes-second');
    await using victim = await loadModel('zoo:shapes-standard');
    const set = shapes({ split: 'test' });
    const images = await Promise.all(Array.from({ length: 80 }, async (_, i) => (await set.image(i)).data));
    const labels = images.map((_, i) => set.label(i));
    const pair = await known([surrogate, victim], images, labels, 60);
    const options = { epsilon: 4 / 255, surrogates: [surrogate] };
    const still = await transferred(victim, pair, { ...options, momentum: 0 });
    const moving = await transferred(victim, pair, options);
    expect(moving.fooled).toBeGreaterThan(still.fooled);
    expect(moving.excess).toBeGreaterThan(still.excess);
  }, 60_000);

  it.skipIf(!hasSharedData)(
    'fool it more often still by diverse copies and variance tuning, on CIFAR-10 (skipped where shared/data is absent)',
    async () => {
      const file = sharedFile('models/cifar10/resnet20.onnx');
      await using surrogate = await loadModel(file, { preprocessing: 'imagenet' });
      await using victim = await loadModel('zoo:cifar10-second');
      const { images, labels } = await cifar10Test(80);
      const pair = await known([surrogate, victim], images, labels, 50);
      const options = { epsilon: 8 / 255, surrogates: [surrogate] };
      const still = await transferred(victim, pair, { ...options, momentum: 0 });
      const moving = await transferred(victim, pair, options);
      const tuned = await transferred(victim, pair, { ...options, diversity: 0.5, neighbours: 4 });
      expect(moving.fooled).toBeGreaterThan(still.fooled);
      expect(tuned.fooled).toBeGreaterThan(moving.fooled);
      expect(moving.excess).toBeGreaterThan(still.excess + 0.2);
      expect(tuned.excess).toBeGreaterThan(moving.excess + 0.2);
    },
    120_000,
  );
});
