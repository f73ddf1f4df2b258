import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { classifierNames } from '../src/cli/network-names.ts';
import type { ImageArray } from '../src/data/dataset.ts';
import { pixelsOf } from '../src/data/image-array.ts';
import { loadModel } from '../src/model/load-model.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import type { CheckpointStore } from '../src/train/checkpoint.ts';
import { exportNetwork } from '../src/train/export-network.ts';
import { fileCheckpoint } from '../src/train/file-checkpoint.ts';
import { denoiser, discriminator, generator } from '../src/train/networks/autoencoder.ts';
import { linearModel } from '../src/train/networks/classic.ts';
import { buildNetwork, networks } from '../src/train/networks/network.ts';
import { runNetwork } from '../src/train/run-network.ts';
import type { Task } from '../src/train/task.ts';
import { classification } from '../src/train/tasks/classification.ts';
import { denoising } from '../src/train/tasks/denoising.ts';
import { adversarialGeneration, variational } from '../src/train/tasks/generation.ts';
import { type TrainOptions, train } from '../src/train/train.ts';
import { halves } from './support/tiny-data.ts';

const pixels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const convnet = (width = 4) => buildNetwork('convnet', { classes: 4, width, ...pixels });
const adam = { kind: 'adam' } as const;

let device: DeviceRuntime;
let folder: string;
beforeAll(async () => {
  device = await openRuntime('cpu');
  folder = await mkdtemp(join(tmpdir(), 'pareidolia-train-'));
});
afterAll(() => rm(folder, { recursive: true }));

function options(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    data: halves(96),
    validation: halves(32, { seed: 2 }),
    epochs: 2,
    batchSize: 32,
    optimizer: adam,
    learningRate: 5e-3,
    augmentation: { crop: 1 },
    averageDecay: 0.9,
    seed: 3,
    device,
    ...changes,
  };
}

/** A checkpoint store in memory. */
function memory(): CheckpointStore & { bytes: Uint8Array | undefined } {
  return {
    name: 'memory',
    bytes: undefined,
    async read() {
      return this.bytes;
    },
    async write(bytes) {
      this.bytes = bytes;
    },
  };
}

/** Trains until the given number of steps has run, then cancels. */
async function interrupted(task: Task, changes: Partial<TrainOptions>, steps: number, checkpoint: CheckpointStore) {
  const controller = new AbortController();
  let done = 0;
  const onProgress = () => {
    done++;
    if (done === steps) controller.abort();
  };
  await expect(train(task, options({ ...changes, checkpoint, signal: controller.signal, onProgress }))).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  );
  return done;
}

describe('a training', () => {
  test('of the same seed ends at the same weights, of another seed at others', async () => {
    const task = classification(convnet());
    const [a, b, c] = [
      await train(task, options()),
      await train(task, options()),
      await train(task, options({ seed: 4 })),
    ];
    expect(a.parameters).toEqual(b.parameters);
    expect(a.statistics).toEqual(b.statistics);
    expect(a.history.map(({ train: metrics }) => metrics)).toEqual(b.history.map(({ train: metrics }) => metrics));
    expect(a.parameters).not.toEqual(c.parameters);
  });

  // Three steps an epoch: stopped in the middle of an epoch and at the end of one.
  test.each([2, 3])('stopped after %i steps and resumed ends where an uninterrupted one does', async (steps) => {
    const task = classification(convnet(), { adversary: { norm: 'linf', epsilon: 0.1, steps: 1 } });
    const whole = await train(task, options());
    const checkpoint = memory();
    expect(await interrupted(task, {}, steps, checkpoint)).toBe(steps);
    let resumed = 0;
    const rest = await train(task, options({ checkpoint, onProgress: () => void resumed++ }));
    expect(resumed).toBe(6 - steps);
    expect(rest.parameters).toEqual(whole.parameters);
    expect(rest.statistics).toEqual(whole.statistics);
    const numbers = (trained: typeof whole) => trained.history.map(({ train: t, validation }) => ({ t, validation }));
    expect(numbers(rest)).toEqual(numbers(whole));
  });

  test('does not go on from the checkpoint of another training, and says what differs', async () => {
    const checkpoint = memory();
    await train(classification(convnet()), options({ epochs: 1, checkpoint }));
    const other = train(classification(convnet()), options({ epochs: 1, learningRate: 0.1, checkpoint }));
    await expect(other).rejects.toThrow(
      /memory belongs to a training with other settings \(learningRate 0.005 there, 0.1 here\)/,
    );
    const same = { epochs: 1, averageDecay: 0.9 };
    const another = buildNetwork('convnet-k4s2', { classes: 4, width: 4, ...pixels });
    await expect(train(classification(another), options({ ...same, checkpoint }))).rejects.toThrow(
      /parameters \d+ there/,
    );
    await expect(
      train(classification(convnet()), options({ ...same, data: halves(96, { seed: 5 }), checkpoint })),
    ).rejects.toThrow(/memory belongs to a training with other settings \(data "\w{32}" there, "\w{32}" here\)/);
    await expect(
      train(classification(convnet()), options({ ...same, validation: halves(32, { seed: 5 }), checkpoint })),
    ).rejects.toThrow(/\(validation "/);
    checkpoint.bytes = checkpoint.bytes!.slice(0, 100);
    await expect(train(classification(convnet()), options({ epochs: 1, checkpoint }))).rejects.toThrow(
      /memory is not a readable/,
    );
  });

  test('whose loss is no number ends with the step and the way out', async () => {
    const diverging = train(
      classification(linearModel(4)),
      options({
        optimizer: { kind: 'sgd', momentum: 0 },
        learningRate: 1e38,
        epochs: 3,
        schedule: { kind: 'constant' },
      }),
    );
    await expect(diverging).rejects.toThrow(/Training diverged: .* in epoch \d, step \d.*Lower the learning rate/);
  });

  test('refuses data that make no batch, and validation pictures of another size', async () => {
    const task = classification(convnet());
    await expect(train(task, options({ batchSize: 97 }))).rejects.toThrow(
      /halves has 96 pictures, fewer than a batch of 97/,
    );
    const small = halves(32, { size: 6 });
    await expect(train(task, options({ validation: small }))).rejects.toThrow(/pictures of \[3,6,6\]/);
    await expect(train(task, options({ epochs: 0 }))).rejects.toThrow(/epochs expects a whole number from 1, got 0/);
  });

  test('with patience stops when validation gets no better, and returns the best weights', async () => {
    const task = classification(convnet());
    const trained = await train(task, options({ epochs: 60, patience: 2 }));
    expect(trained.stoppedEarly).toBe(true);
    const values = trained.history.map(({ validation }) => validation!.accuracy!);
    const best = values.indexOf(Math.max(...values));
    expect(trained.history.length).toBe(best + 1 + 3);
    const checkpoint = memory();
    await train(task, options({ epochs: 60, patience: 2, checkpoint }));
    const again = await train(task, options({ epochs: 60, patience: 2, checkpoint }));
    expect(again.parameters).toEqual(trained.parameters);
    expect(again.history.length).toBe(trained.history.length);
  });
});

describe('losses fall', () => {
  const draw = generator({ channels: 3, size: 8, width: 4 });
  const cases: readonly (readonly [string, () => Task, string])[] = [
    ['cross-entropy', () => classification(convnet()), 'loss'],
    [
      'cross-entropy with smoothing and noise',
      () => classification(convnet(), { labelSmoothing: 0.1, noise: 0.1 }),
      'loss',
    ],
    [
      'on pictures attacked in l2',
      () => classification(convnet(), { adversary: { norm: 'l2', epsilon: 0.3, steps: 3 } }),
      'loss',
    ],
    [
      'TRADES',
      () => classification(convnet(), { adversary: { norm: 'linf', epsilon: 0.05, steps: 2 }, tradesBeta: 3 }),
      'loss',
    ],
    ['denoising', () => denoising(denoiser(4)), 'loss'],
    ['variational', () => variational(draw, { codeSize: 4, width: 4 }), 'loss'],
    [
      'hinge game, of the discriminator',
      () => adversarialGeneration(draw, discriminator(4), { codeSize: 4, discriminatorRate: 1000 }),
      'discriminator',
    ],
    [
      'non-saturating game, of the discriminator',
      () =>
        adversarialGeneration(draw, discriminator(4), { codeSize: 4, loss: 'non-saturating', discriminatorRate: 1000 }),
      'discriminator',
    ],
  ];
  test.each(cases)('%s', async (_, task, metric) => {
    // The game's own balance is no loss that falls: the generator all but stands still here.
    const learningRate = metric === 'discriminator' ? 1e-5 : 5e-3;
    const { history } = await train(task(), options({ epochs: 12, learningRate, averageDecay: 0.5 }));
    expect(history.at(-1)!.train[metric]!).toBeLessThan(0.98 * history[0]!.train[metric]!);
  });
});

describe('closed forms', () => {
  test('a linear model on two separable points reaches the optimum of its decayed loss', async () => {
    // Pixels 0 and 1 are -1 and 1 inside. By symmetry the weights are (-w, w) and the margin is 2w; the loss log(1 + e^(-2w)) with the
    // decay d of each weight is smallest where sigmoid(-2w) = d w.
    const decay = 0.02;
    let [low, high] = [0, 100];
    for (let i = 0; i < 100; i++) {
      const w = (low + high) / 2;
      if (1 / (1 + Math.exp(2 * w)) > decay * w) low = w;
      else high = w;
    }
    const data: ImageArray = {
      name: 'points',
      shape: [2, 1, 1, 1],
      pixels: Float32Array.of(0, 1),
      labels: Int32Array.of(0, 1),
      classNames: ['dark', 'bright'],
    };
    const { parameters } = await train(
      classification(buildNetwork('linear', { classes: 2, mean: [0.5], std: [0.5] })),
      {
        data,
        epochs: 600,
        batchSize: 2,
        optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: decay },
        learningRate: 0.5,
        schedule: { kind: 'constant' },
        device,
      },
    );
    const [w0, w1, b0, b1] = parameters;
    expect(w1! - w0!).toBeCloseTo(2 * low, 3);
    expect(b1! - b0!).toBeCloseTo(0, 3);
  });
});

test('the command line names every network', () => {
  expect([...classifierNames]).toEqual(Object.keys(networks));
});

describe('an exported network', () => {
  const classifiers = Object.keys(networks).filter((name) => name !== 'resnet18' && name !== 'lenet');
  test.each([...classifiers.map((name) => [name, 8] as const), ['lenet', 16] as const])(
    '%s answers in plain ONNX Runtime as in training, for any number of pictures, folded or not',
    async (name, size) => {
      const data = halves(8, { size });
      const width = name === 'vit' ? 16 : name === 'mlp' ? 8 : 4;
      const task = classification(buildNetwork(name, { classes: 4, width, ...pixels }));
      const trained = await train(task, options({ data, batchSize: 8, epochs: 1, validation: data }));
      const x = pixelsOf(data, [0, 1, 2]);
      const expected = await runNetwork(trained, x, 3, device);
      for (const foldBatchNorm of [true, false]) {
        const { bytes } = await exportNetwork(trained, { device, foldBatchNorm });
        const session = await device.createSession(bytes);
        expect(session.inputs[0]!.shape).toEqual([undefined, 3, size, size]);
        const each = x.length / 3;
        const run = async (from: number, to: number) => {
          const feed = {
            data: x.slice(from * each, to * each),
            shape: [to - from, 3, size, size],
            dtype: 'float32' as const,
          };
          return [...((await session.run({ x: feed })).logits!.data as Float32Array)];
        };
        const [together, alone] = [await run(0, 3), await run(1, 2)];
        together.forEach((value, i) => {
          expect(value).toBeCloseTo(expected[i]!, 4);
        });
        alone.forEach((value, i) => {
          expect(value).toBeCloseTo(expected[4 + i]!, 4);
        });
        const ops = parseModel(bytes).graph!.node.map(({ opType }) => opType);
        const hasBatchNorm = name.startsWith('resnet') || name.startsWith('convnet');
        expect(ops.includes('BatchNormalization')).toBe(hasBatchNorm && !foldBatchNorm);
        await session.release();
      }
    },
  );

  test('loads with its classes and preprocessing, has the units of its layers, and keeps no training ops', async () => {
    const data = halves(64);
    const trained = await train(
      classification(buildNetwork('resnet8', { classes: 4, width: 4, ...pixels })),
      options({ data }),
    );
    const { bytes, sidecar } = await exportNetwork(trained, { device, notes: { by: 'test' } });
    expect(sidecar.classes).toEqual(data.classNames);
    await using model = await loadModel(bytes, { device });
    expect(model.classNames).toEqual(data.classNames);
    expect(model.preprocessingOrigin).toBe('metadata');
    expect(model.notes).toEqual([]);
    const values = parseModel(bytes).graph!.node.flatMap(({ output }) => output);
    expect(values).toEqual(expect.arrayContaining(['relu1', 'layer1.0', 'layer3.0', 'pool']));
    const weights = parseModel(bytes).graph!.initializer.map(({ name }) => name);
    expect(weights).toEqual(expect.arrayContaining(['conv1.weight', 'layer2.0.conv1.weight', 'fc.weight']));
    expect(new Set(weights).size).toBe(weights.length);
    const [pixel, expected] = [pixelsOf(data, [5]), await runNetwork(trained, pixelsOf(data, [5]), 1, device)];
    const { scores } = await model.predictPlain(pixel);
    scores.forEach((score, i) => {
      expect(score).toBeCloseTo(expected[i]!, 4);
    });
  });

  test('of a generator draws from codes, of a denoiser keeps the picture size', async () => {
    const draw = generator({ channels: 3, size: 8, width: 4 });
    const gan = await train(adversarialGeneration(draw, discriminator(4), { codeSize: 5 }), options({ epochs: 1 }));
    const { bytes } = await exportNetwork(gan, { device });
    const session = await device.createSession(bytes);
    const z = { data: new Float32Array(10).fill(0.3), shape: [2, 5], dtype: 'float32' as const };
    const { x } = await session.run({ z });
    expect(x!.shape).toEqual([2, 3, 8, 8]);
    expect((x!.data as Float32Array).every((value) => value > 0 && value < 1)).toBe(true);
    expect(bytes.length).toBeLessThan(gan.parameters.byteLength);
    await session.release();
  });
});

describe('a checkpoint file', () => {
  test.skipIf(!existsSync('/dev/full'))(
    'that cannot be written to a full disk leaves the one before, and says so (skipped where there is no /dev/full)',
    async () => {
      const path = join(folder, 'full.checkpoint');
      const store = fileCheckpoint(path);
      await store.write(Uint8Array.of(1, 2, 3));
      await symlink('/dev/full', `${path}.part`);
      await expect(store.write(new Uint8Array(1 << 16))).rejects.toThrow(
        /Cannot write .*full\.checkpoint: the disk is full/,
      );
      expect([...(await readFile(path))]).toEqual([1, 2, 3]);
      await store.write(Uint8Array.of(4));
      expect([...(await store.read())!]).toEqual([4]);
    },
  );

  test('carries a training over to another process', async () => {
    const store = fileCheckpoint(join(folder, 'a', 'b.checkpoint'));
    expect(await store.read()).toBeUndefined();
    const task = classification(convnet());
    await interrupted(task, {}, 4, store);
    const whole = await train(task, options());
    const rest = await train(task, options({ checkpoint: fileCheckpoint(join(folder, 'a', 'b.checkpoint')) }));
    expect(rest.parameters).toEqual(whole.parameters);
    await writeFile(join(folder, 'a', 'b.checkpoint'), 'nonsense');
    await expect(train(task, options({ checkpoint: store }))).rejects.toThrow(/b\.checkpoint is not a readable/);
  });
});
