/** @file What CIFAR's Python files hold: a dict with the images of a batch, or with the names of the classes. */
import { readPickle } from '../archive/pickle.ts';
import { type Pickled, PickledArray, pickledText } from '../archive/pickled.ts';
import { DataError } from '../dataset.ts';

/** Images of a batch, one after another, with their labels. */
export interface PickledBatch {
  readonly pixels: Uint8Array;
  readonly labels: readonly number[];
}

/** Images and labels of a batch; `size` is the number of bytes of an image. @throws DataError if they do not fit. */
export function readPickledBatch(bytes: Uint8Array, name: string, labelKey: string, size: number): PickledBatch {
  const entries = dictOf(bytes, name);
  const [data, labels] = [entries.get('data'), entries.get(labelKey)];
  if (!(data instanceof PickledArray) || !Array.isArray(labels)) {
    throw new DataError(`${name}: expected "data" and "${labelKey}", got ${[...entries.keys()].join(', ')}.`);
  }
  if (data.descr !== '|u1' && data.descr !== 'u1') {
    throw new DataError(`${name}: expected images of bytes (u1), got ${data.descr}.`);
  }
  if (data.fortran || data.shape.length !== 2 || data.shape[1] !== size) {
    throw new DataError(`${name}: expected images [N, ${size}], got [${data.shape.join(', ')}].`);
  }
  if (data.bytes.length !== data.shape[0]! * size) {
    throw new DataError(`${name}: expected ${data.shape[0]! * size} bytes of images, got ${data.bytes.length}.`);
  }
  if (labels.length !== data.shape[0]) {
    throw new DataError(`${name}: expected ${data.shape[0]} labels, got ${labels.length}.`);
  }
  return { pixels: data.bytes, labels: labels.map((label) => (typeof label === 'number' ? label : Number.NaN)) };
}

/** Names of the classes. @throws DataError if they are not a list of text. */
export function readPickledNames(bytes: Uint8Array, name: string, key: string): string[] {
  const names = dictOf(bytes, name).get(key);
  const texts = Array.isArray(names) ? names.map(pickledText) : [undefined];
  if (texts.some((text) => text === undefined)) throw new DataError(`${name}: expected a list of names in "${key}".`);
  return texts as string[];
}

function dictOf(bytes: Uint8Array, name: string): ReadonlyMap<string, Pickled> {
  const value = readPickle(bytes, name);
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'dict') return value.entries;
  throw new DataError(`${name}: expected a pickled dict.`);
}
