/** @file What an experiment is given: pictures, source models, a store, its seed, and a place to say how far it is. */
import { contentHash } from '../data/content-hash.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import { loadModel } from '../model/load-model.ts';
import type { Model } from '../model/model.ts';
import type { Denoiser } from '../prior/denoiser.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import type { DataKind, Experiment } from './experiment.ts';
import { type PictureSet, somePictures } from './picture-set.ts';
import type { DataShape } from './source-fit.ts';
import { type ClassifierRole, checkDeclared, openSources, type SourceRole } from './sources.ts';
import type { Store } from './store.ts';

/** A model whose features are studied, with what tells it from any other. */
export interface KnownModel {
  readonly model: Model;
  readonly hash: string;
}

/** Says how much of a step is done. */
export type Tick = (done: number, total: number) => void;

/** Given to an experiment for each seed. */
export interface ExperimentContext {
  /** Decides what is drawn anew for every seed: weights and order of trainings, and whatever the experiment says. */
  readonly seed: number;
  readonly kind: DataKind;
  readonly device: DeviceRuntime;
  readonly store: Store;
  readonly signal: AbortSignal | undefined;
  /** Pictures of the data set: the same ones for the same number, all seeds and experiments. */
  pictures(split: Split, count: number): Promise<PictureSet>;
  /**
   * A classifier trained beforehand on the data.
   * @throws ExperimentError where the data have none, or the one given is of other data; TypeError where the experiment's `sources` do not declare it
   */
  source(role: ClassifierRole): Promise<KnownModel>;
  /** A denoiser trained beforehand on the data. @throws likewise */
  denoiser(): Promise<Denoiser>;
  /** A model from its file's bytes, released at the end of the run. */
  open(bytes: Uint8Array, name: string): Promise<KnownModel>;
  /** Runs a part of the experiment, whose progress is shown under a title with the time that is left for it. */
  step<T>(title: string, work: (tick: Tick) => Promise<T>): Promise<T>;
}

/** What a context is made from. */
export interface ContextOptions {
  readonly kind: DataKind;
  readonly device: DeviceRuntime;
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
  /** Opens a part of the data set; never called by experiments that take no pictures. */
  openData(split: Split): Promise<Dataset>;
  /** Networks trained beforehand in the place of the embedded ones: ONNX bytes. */
  readonly sources?: Readonly<Partial<Record<SourceRole, Uint8Array>>>;
  readonly onProgress?: (text: string) => void;
}

/** What a run was given, by its content: 32 hexadecimal digits, the first half of a SHA-256. */
export interface Inputs {
  /** The networks trained beforehand, of their files. */
  readonly models: readonly { readonly role: SourceRole; readonly hash: string }[];
  /** The pictures that were taken, of pixels and labels. */
  readonly pictures: readonly { readonly split: Split; readonly count: number; readonly hash: string }[];
}

/** Contexts of all seeds of a run. They share what they opened; dispose it when the run is over. */
export interface Contexts extends AsyncDisposable {
  /**
   * Opens the networks that an experiment declares, and a picture of the data, so that what does not fit is told before any work; from then on
   * no others are given out.
   * @throws ExperimentError where a model is missing, is none, or is of other data; DataError where the data cannot be read
   */
  prepare(experiment: Pick<Experiment, 'name' | 'sources'>): Promise<void>;
  at(seed: number): ExperimentContext;
  /** What experiments have asked for so far. */
  inputs(): Promise<Inputs>;
}

/** Opens contexts. */
export function openContexts(options: ContextOptions): Contexts {
  const { kind, device, store, signal, sources = {}, onProgress } = options;
  const models = new Map<string, Promise<KnownModel>>();
  const sets = new Map<string, Promise<PictureSet>>();
  let looked: Promise<DataShape> | undefined;
  const open = async (bytes: Uint8Array, name: string, size: { height?: number; width?: number } = {}) => {
    const hash = await contentHash(bytes);
    return remembered(models, `${hash} ${size.height} ${size.width}`, async () => ({
      model: await loadModel(bytes, { device, name, ...size }),
      hash,
    }));
  };
  const look = (): Promise<DataShape> => {
    looked ??= (async () => {
      const { array } = await somePictures(await options.openData('test'), 1, signal);
      const [, channels, height, width] = array.shape;
      return { name: array.name, channels, height, width, classCount: array.classNames.length };
    })();
    return looked;
  };
  const networks = openSources({ kind, own: sources, open, look });
  let studying: Pick<Experiment, 'name' | 'sources'> | undefined;
  const checked = <R extends SourceRole>(role: R): R => {
    if (studying !== undefined) checkDeclared(studying, role);
    return role;
  };
  return {
    at: (seed) => ({
      seed,
      kind,
      device,
      store,
      signal,
      open,
      pictures: (split, count) =>
        remembered(sets, `${split} ${count}`, async () => {
          onProgress?.(`Reading ${split} pictures`);
          return somePictures(await options.openData(split), count, signal);
        }),
      source: async (role) => networks.classifier(checked(role)),
      denoiser: async () => {
        checked('denoiser');
        return networks.denoiser();
      },
      step: async (title, work) => {
        signal?.throwIfAborted();
        const began = performance.now();
        const words = `seed ${seed}, ${title}`;
        onProgress?.(words);
        return work((done, total) => {
          const left = ((performance.now() - began) / 1000 / Math.max(1, done)) * (total - done);
          onProgress?.(`${words}: ${done} of ${total}${done === 0 ? '' : `, ${timeInWords(left)} left`}`);
        });
      },
    }),
    async prepare(experiment) {
      studying = experiment;
      await networks.checkFiles();
      if (kind === 'none') return;
      onProgress?.('Opening the data');
      await look();
      for (const role of experiment.sources ?? [])
        if (role === 'denoiser') await networks.denoiser();
        else await networks.classifier(role);
    },
    inputs: async () => ({
      models: Array.from(networks.opened, ([role, hash]) => ({ role, hash })),
      pictures: await Promise.all(
        Array.from(sets, async ([key, made]) => {
          const { array, hash } = await made;
          return { split: key.split(' ')[0] as Split, count: array.shape[0], hash };
        }),
      ),
    }),
    async [Symbol.asyncDispose]() {
      for (const opening of models.values()) await (await opening.catch(() => undefined))?.model[Symbol.asyncDispose]();
    },
  };
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/** Seconds in words: 40 s, 12 min, 1.6 h. */
export function timeInWords(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
}
