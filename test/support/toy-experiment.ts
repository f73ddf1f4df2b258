/** @file Runs experiments at toy size: on pictures built by code, with sources that are linear classifiers trained in a moment. */
import { openRuntime } from '#runtime';
import type { ImageArray } from '../../src/data/dataset.ts';
import { datasetOf } from '../../src/data/image-array.ts';
import { openContexts } from '../../src/experiment/context.ts';
import type { Experiment, Settings } from '../../src/experiment/experiment.ts';
import { robustLinear } from '../../src/experiment/linear/robust-linear.ts';
import { type ExperimentResult, runExperiment } from '../../src/experiment/run-experiment.ts';
import type { SourceRole } from '../../src/experiment/sources.ts';
import { memoryStore } from '../../src/experiment/store.ts';
import { halves } from './tiny-data.ts';

/** What a toy run is made of. */
export interface Toy<S extends Settings> {
  readonly settings: S;
  readonly train?: ImageArray;
  readonly test?: ImageArray;
  readonly kind?: 'none' | 'other' | 'shapes';
  /** One unless given. */
  readonly seeds?: number;
  readonly sources?: Readonly<Partial<Record<SourceRole, Uint8Array>>>;
}

/** Runs an experiment. */
export async function runToy<S extends Settings>(experiment: Experiment<S>, toy: Toy<S>): Promise<ExperimentResult> {
  const {
    settings,
    train = halves(200),
    test = halves(100, { seed: 2 }),
    kind = 'other',
    seeds = 1,
    sources = {},
  } = toy;
  return runExperiment(experiment as unknown as Experiment, {
    kind,
    scale: 'quick',
    seeds,
    settings,
    device: await openRuntime('cpu', { threads: 1 }),
    store: memoryStore(),
    sources,
    openData: async (split) => datasetOf(split === 'train' ? train : test),
  });
}

/** A context on toy pictures, for parts of experiments. */
export async function toyContext(train: ImageArray = halves(200), test: ImageArray = halves(100, { seed: 2 })) {
  const contexts = openContexts({
    kind: 'other',
    device: await openRuntime('cpu', { threads: 1 }),
    store: memoryStore(),
    openData: async (split) => datasetOf(split === 'train' ? train : test),
  });
  return contexts.at(1);
}

/** A linear classifier's file, trained for a radius in l2. */
export async function linearSource(epsilon: number, seed = 1, train: ImageArray = halves(200)): Promise<Uint8Array> {
  const kept = new Map<string, Uint8Array>();
  const context = { ...(await toyContext(train)), seed };
  const store = { ...memoryStore(), write: async (key: string, bytes: Uint8Array) => void kept.set(key, bytes) };
  await robustLinear({ ...context, store }, await context.pictures('train', train.shape[0]), { epsilon, epochs: 10 });
  return [...kept.values()][0]!;
}
