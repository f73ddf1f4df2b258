/** @file The training loop: epochs of shuffled batches through one compiled step, with validation, checkpoints and a clean stop. */
import { openRuntime } from '#runtime';
import { batches } from '../data/batches.ts';
import { hashOfImages } from '../data/content-hash.ts';
import type { ImageArray } from '../data/dataset.ts';
import type { Program } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import type { AugmentationOptions } from './augmentation.ts';
import { checkOptions, fitting } from './check-options.ts';
import {
  type CheckpointStore,
  decodeCheckpoint,
  type EpochRecord,
  encodeCheckpoint,
  type TrainingState,
} from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { Feeder } from './feeder.ts';
import { initialValues } from './initializer.ts';
import type { Layout } from './layout.ts';
import { type OptimizerOptions, optimizerOf } from './optimizer.ts';
import { hashOfName } from './random-fill.ts';
import { type Schedule, scheduleFactor } from './schedule.ts';
import type { Task } from './task.ts';
import { type BatchShape, compileStep, names, taskLayout } from './train-step.ts';
import { TrainingError } from './training-error.ts';

/** How a task is trained. */
export interface TrainOptions {
  readonly data: ImageArray;
  /** Held-out pictures, looked at after each epoch. */
  readonly validation?: ImageArray;
  readonly epochs: number;
  /** 128 unless given. */
  readonly batchSize?: number;
  readonly optimizer: OptimizerOptions;
  /** Largest learning rate of the schedule. */
  readonly learningRate: number;
  /** One cycle unless given. */
  readonly schedule?: Schedule;
  readonly augmentation?: AugmentationOptions;
  readonly clipNorm?: number;
  /** Decay of the running average of the weights, which then is what is evaluated and exported; none unless given. */
  readonly averageDecay?: number;
  /** 0 unless given. */
  readonly seed?: number;
  /** Stop after this many epochs without a better validation, and return the best; needs `validation`. */
  readonly patience?: number;
  readonly device?: DeviceRuntime;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  readonly checkpoint?: CheckpointStore;
  /** Besides the end of each epoch, a checkpoint is written after this many minutes; 5 unless given. */
  readonly checkpointMinutes?: number;
}

/** Where a running training stands. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Means over the epoch so far. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A trained network: what `exportNetwork` writes. */
export interface TrainedNetwork {
  readonly task: Task;
  readonly layout: Layout;
  /** [C, H, W] of its pictures. */
  readonly imageShape: readonly [number, number, number];
  readonly classNames: readonly string[];
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  readonly history: readonly EpochRecord[];
  /** Whether it stopped before its last epoch because validation had not got better. */
  readonly stoppedEarly: boolean;
}

/** Prefix of the vectors that hold the best state. */
const bestPrefix = 'best ';

/**
 * Trains a task. The same options, data and seed give the same result on one device, also when the training was interrupted and goes on
 * from its checkpoint.
 * @throws DataError if the data are not sound or cannot make a batch, or the checkpoint belongs to another training; TrainingError if options do not fit
 * or the loss is no longer a number; the signal's reason if it was cancelled, after a checkpoint
 */
export async function train(task: Task, options: TrainOptions): Promise<TrainedNetwork> {
  const { data, validation, epochs, batchSize = 128, seed = 0, signal, checkpoint, patience } = options;
  const { learningRate, schedule = { kind: 'one-cycle' }, averageDecay, checkpointMinutes = 5 } = options;
  checkOptions(task, options, batchSize);
  const device = options.device ?? (await openRuntime('cpu'));
  const shape: BatchShape = {
    images: [batchSize, data.shape[1], data.shape[2], data.shape[3]],
    classes: data.classNames.length,
    bytes: data.pixels instanceof Uint8Array,
  };
  const layout = fitting(task, options, () => taskLayout(task, shape));
  const optimizer = optimizerOf(options.optimizer);
  const configuration = checkpoint === undefined ? '' : await configurationOf(task, options, batchSize, layout);
  const saved = await checkpoint?.read();
  const state: Mutable<TrainingState> =
    saved === undefined || checkpoint === undefined
      ? startingState(layout, optimizer.slots, averageDecay !== undefined, seed)
      : { ...decodeCheckpoint(saved, configuration, checkpoint.name) };

  const clip = options.clipNorm === undefined ? {} : { clipNorm: options.clipNorm };
  const program = await compileStep(
    task,
    shape,
    layout,
    { optimizer, ...clip, average: averageDecay !== undefined },
    device,
  );
  const steps = Math.floor(data.shape[0] / batchSize);
  const feeder = new Feeder(data, shape, layout, options.augmentation, seed);
  const save = async () => checkpoint?.write(encodeCheckpoint(state, configuration));
  const current = () => weightsOf(state.vectors, averageDecay !== undefined);
  let lastSaved = performance.now();
  // After epoch e, counted from 1: whether that many epochs have gone by without a better one.
  const hasWaited = (e: number) =>
    patience !== undefined && state.best !== undefined && e - state.best.epoch > patience;
  let stoppedEarly = hasWaited(state.epoch);
  try {
    for (; state.epoch < epochs && !stoppedEarly; state.epoch++, state.step = 0) {
      const order = [...batches(data.shape[0], { size: batchSize, seed, epoch: state.epoch, last: 'drop' })];
      const began = performance.now() - state.seconds * 1000;
      const firstStep = state.step;
      const firstTime = performance.now();
      let feeds = feeder.batch(order[state.step] ?? order[0]!, state.epoch);
      while (state.step < steps) {
        if (signal?.aborted) {
          state.seconds = (performance.now() - began) / 1000;
          await save();
          signal.throwIfAborted();
        }
        const t = state.epoch * steps + state.step;
        const rate = learningRate * scheduleFactor(schedule, t, epochs * steps);
        const running = program.run({
          ...feeds,
          ...stepFeeds(state.vectors),
          ...scalarFeeds(optimizer.scalars(t + 1)),
          [names.learningRate]: rate,
          [names.progress]: t / (epochs * steps),
          ...(averageDecay === undefined ? {} : { [names.averageDecay]: Math.min(averageDecay, (1 + t) / (10 + t)) }),
        });
        // The next batch is made ready while this one runs.
        const following = order[state.step + 1];
        if (following !== undefined) feeds = feeder.batch(following, state.epoch);
        takeResults(state, await running);
        state.step++;
        const elapsed = (performance.now() - firstTime) / 1000;
        const perStep = elapsed / (state.step - firstStep);
        options.onProgress?.({
          epoch: state.epoch,
          epochs,
          step: state.step,
          steps,
          imagesPerSecond: batchSize / perStep,
          secondsLeft: perStep * (epochs * steps - (state.epoch * steps + state.step)),
          metrics: means(state.sums, state.step),
        });
        if (checkpoint !== undefined && performance.now() - lastSaved > checkpointMinutes * 60_000) {
          state.seconds = (performance.now() - began) / 1000;
          await save();
          lastSaved = performance.now();
        }
      }
      const place = `epoch ${state.epoch + 1}`;
      if (!current().parameters.every(Number.isFinite)) throw diverged('a weight', 'no number', place);
      const looked =
        validation === undefined
          ? undefined
          : await evaluate({ ...current(), task, layout }, validation, { device, seed });
      for (const [metric, value] of Object.entries(looked ?? {}))
        if (!Number.isFinite(value)) throw diverged(`held-out ${metric}`, value, place);
      const record: EpochRecord = {
        epoch: state.epoch + 1,
        learningRate: learningRate * scheduleFactor(schedule, (state.epoch + 1) * steps - 1, epochs * steps),
        seconds: (performance.now() - began) / 1000,
        train: means(state.sums, steps),
        ...(looked === undefined ? {} : { validation: looked }),
      };
      state.history = [...state.history, record];
      Object.assign(state, { sums: {}, seconds: 0 });
      if (patience !== undefined && looked !== undefined) keepBest(state, task, looked, current());
      stoppedEarly = hasWaited(state.epoch + 1);
      await options.onEpoch?.(record);
      if (checkpoint !== undefined) {
        await checkpoint.write(encodeCheckpoint({ ...state, epoch: state.epoch + 1, step: 0 }, configuration));
        lastSaved = performance.now();
      }
    }
  } finally {
    await program.release();
  }
  const final = patience === undefined ? current() : (bestWeights(state.vectors) ?? current());
  const [, channels, height, width] = data.shape;
  return {
    task,
    layout,
    ...final,
    imageShape: [channels, height, width],
    classNames: data.classNames,
    history: state.history,
    stoppedEarly,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What must be the same for a checkpoint to be gone on from, as text: of data the content, whatever they are called. */
async function configurationOf(task: Task, options: TrainOptions, batchSize: number, layout: Layout): Promise<string> {
  const { data, validation, epochs, optimizer, learningRate, schedule, augmentation, clipNorm, averageDecay } = options;
  return JSON.stringify({
    task: task.name,
    settings: task.settings,
    parameters: layout.parameterCount,
    network: hashOfName(JSON.stringify(layout.parameters.map(({ name, shape }) => [name, shape]))),
    data: await hashOfImages(data),
    validation: validation && (await hashOfImages(validation)),
    ...{ epochs, batchSize, optimizer, learningRate, schedule, augmentation, clipNorm, averageDecay },
    ...{ seed: options.seed ?? 0, patience: options.patience },
  });
}

function startingState(
  layout: Layout,
  slots: readonly string[],
  average: boolean,
  seed: number,
): Mutable<TrainingState> {
  const filled = (specs: Layout['parameters'] | Layout['statistics'], size: number, label: number) => {
    const values = new Float32Array(size);
    specs.forEach(({ initial, shape, offset }, i) => {
      values.set(initialValues(initial, shape, seed, label, i), offset);
    });
    return values;
  };
  const parameters = filled(layout.parameters, layout.parameterCount, 1);
  const statistics = filled(layout.statistics, layout.statisticCount, 2);
  const vectors: Record<string, Float32Array> = { [names.parameters]: parameters };
  for (const slot of slots) vectors[slot] = new Float32Array(layout.parameterCount);
  if (average) vectors[names.average] = parameters.slice();
  if (layout.statisticCount > 0) {
    vectors[names.statistics] = statistics;
    if (average) vectors[names.averageStatistics] = statistics.slice();
  }
  return { epoch: 0, step: 0, sums: {}, seconds: 0, history: [], vectors };
}

/** Names under which a step is fed the vectors that it hands on under their own. */
const fedAsThemselves: ReadonlySet<string> = new Set([
  names.parameters,
  names.statistics,
  names.average,
  names.averageStatistics,
]);

function stepFeeds(vectors: TrainingState['vectors']): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(vectors)
      .filter(([name]) => !name.startsWith(bestPrefix))
      .map(([name, values]) => [fedAsThemselves.has(name) ? name : names.state + name, values]),
  );
}

function scalarFeeds(scalars: Readonly<Record<string, number>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, [value]]));
}

function takeResults(state: Mutable<TrainingState>, results: Awaited<ReturnType<Program['run']>>): void {
  const vectors: Record<string, Float32Array> = { ...state.vectors };
  const sums: Record<string, number> = { ...state.sums };
  for (const [name, { data }] of Object.entries(results)) {
    if (name.startsWith(names.next)) vectors[name.slice(names.next.length)] = data as Float32Array;
    if (!name.startsWith(names.metric)) continue;
    const metric = name.slice(names.metric.length);
    const value = Number(data[0]);
    if (!Number.isFinite(value)) throw diverged(metric, value, `epoch ${state.epoch + 1}, step ${state.step + 1}`);
    sums[metric] = (sums[metric] ?? 0) + value;
  }
  Object.assign(state, { vectors, sums });
}

function diverged(what: string, value: number | string, where: string): TrainingError {
  return new TrainingError(
    `Training diverged: ${what} is ${value} in ${where}. Lower the learning rate or clip the gradient.`,
  );
}

function means(sums: Readonly<Record<string, number>>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}

interface Weights {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

function weightsOf(vectors: TrainingState['vectors'], averaged: boolean): Weights {
  return {
    parameters: vectors[averaged ? names.average : names.parameters]!,
    statistics: vectors[averaged ? names.averageStatistics : names.statistics] ?? new Float32Array(0),
  };
}

function bestWeights(vectors: TrainingState['vectors']): Weights | undefined {
  const parameters = vectors[bestPrefix + names.parameters];
  return parameters && { parameters, statistics: vectors[bestPrefix + names.statistics] ?? new Float32Array(0) };
}

function keepBest(
  state: Mutable<TrainingState>,
  { goal }: Task,
  looked: Readonly<Record<string, number>>,
  { parameters, statistics }: Weights,
): void {
  const value = looked[goal.metric]!;
  const better =
    state.best === undefined || (goal.better === 'higher' ? value > state.best.value : value < state.best.value);
  if (!better) return;
  state.best = { epoch: state.epoch + 1, value };
  state.vectors = {
    ...state.vectors,
    [bestPrefix + names.parameters]: parameters.slice(),
    ...(statistics.length === 0 ? {} : { [bestPrefix + names.statistics]: statistics.slice() }),
  };
}
