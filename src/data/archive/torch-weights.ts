/**
 * @file Weights as PyTorch saves them (`torch.save` of a state dict): its zip archives and the older form, pickles one after another
 * with the buffers behind them. Nothing is run; float32 and float64 are read.
 */
import { sizeOf } from '../../tensor/shape.ts';
import { DataError } from '../dataset.ts';
import { type PickleDialect, readPickles } from './pickle.ts';
import { isKind, type Pickled, type PickledStorage, type PickledTensor, pickledText } from './pickled.ts';
import type { NamedTensor } from './safetensors.ts';
import { isZip, unzip } from './zip.ts';

/** Bytes of a value of each of PyTorch's buffers that are read. */
const storageTypes: Readonly<Record<string, 4 | 8>> = { 'torch.FloatStorage': 4, 'torch.DoubleStorage': 8 };

/** All buffers that a pickle may name; those of other types are refused by their name. */
const storageNames = ['Float', 'Double', 'Half', 'BFloat16', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map(
  (type) => `torch.${type}Storage`,
);

/** What comes first in the older form: a magic number, a version, a description of the system. */
const preambles = 3;

/**
 * Weights by name, as float32 in C order.
 * @throws DataError if the file is damaged, holds more than weights, or weights of another type than float32 and float64
 */
export async function readTorchWeights(bytes: Uint8Array, name: string): Promise<Map<string, NamedTensor>> {
  const { root, buffers } = isZip(bytes) ? await fromArchive(bytes, name) : fromPickles(bytes, name);
  const weights = new Map<string, NamedTensor>();
  if (isKind(root, 'dict')) {
    for (const [key, value] of root.entries) {
      if (isKind(value, 'tensor')) weights.set(key, read(value, buffers.get(value.storage.key), name));
    }
  }
  if (weights.size === 0) throw new DataError(`${name} holds no weights by name (a state dict).`);
  return weights;
}

interface Parts {
  readonly root: Pickled | undefined;
  readonly buffers: ReadonlyMap<string, Uint8Array>;
}

async function fromArchive(bytes: Uint8Array, name: string): Promise<Parts> {
  const entries = unzip(bytes, name);
  const path = [...entries.keys()].find((entry) => entry.endsWith('/data.pkl'));
  if (path === undefined) throw new DataError(`${name} is a zip archive without the data.pkl of PyTorch's.`);
  const folder = path.slice(0, -'data.pkl'.length);
  const order = await entries.get(`${folder}byteorder`)?.();
  if (order !== undefined && new TextDecoder().decode(order) !== 'little') {
    throw new DataError(`${name} was saved on a big-endian machine, which is not read.`);
  }
  const storages = new Map<string, PickledStorage>();
  const { values } = readPickles(await entries.get(path)!(), name, 1, dialectOf(name, storages));
  const buffers = new Map<string, Uint8Array>();
  for (const key of storages.keys()) {
    const buffer = await entries.get(`${folder}data/${key}`)?.();
    if (buffer !== undefined) buffers.set(key, buffer);
  }
  return { root: values[0], buffers };
}

function fromPickles(bytes: Uint8Array, name: string): Parts {
  const storages = new Map<string, PickledStorage>();
  const { values, end } = readPickles(bytes, name, preambles + 2, dialectOf(name, storages));
  const [root, keys] = values.slice(preambles);
  if (!Array.isArray(keys)) throw new DataError(`${name} is damaged: its list of buffers is missing.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const buffers = new Map<string, Uint8Array>();
  let at = end;
  for (const key of keys.map((each) => pickledText(each) ?? String(each))) {
    const storage = storages.get(key);
    if (storage === undefined) throw new DataError(`${name} is damaged: nothing says what its buffer ${key} holds.`);
    const count = at + 8 > bytes.length ? -1 : Number(view.getBigInt64(at, true));
    const start = at + 8;
    at = start + count * storageTypes[storage.type]!;
    if (count < 0 || at > bytes.length) throw new DataError(`${name} is cut off.`);
    buffers.set(key, bytes.subarray(start, at));
  }
  return { root, buffers };
}

/** How PyTorch's pickles refer to buffers; those that are met are put into `storages`. */
function dialectOf(name: string, storages: Map<string, PickledStorage>): PickleDialect {
  return {
    globals: new Set(storageNames),
    reducers: {
      'collections.OrderedDict': ([pairs = []]) => {
        if (!Array.isArray(pairs)) return undefined;
        const entries = pairs.map((pair): [string, Pickled] => {
          const [key = null, value = null] = Array.isArray(pair) ? pair : [];
          return [pickledText(key) ?? String(key), value];
        });
        return { kind: 'dict', entries: new Map(entries) };
      },
      'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) =>
        isKind(storage, 'storage') && isCount(offset) && areCounts(shape) && areCounts(strides)
          ? { kind: 'tensor', storage, offset, shape, strides }
          : undefined,
      'torch._utils._rebuild_parameter': ([data]) => data,
    },
    persistent: (id) => {
      const [, type, key] = Array.isArray(id) ? id : [];
      if (!isKind(type, 'global') || key === undefined) return undefined;
      if (storageTypes[type.name] === undefined) {
        throw new DataError(`${name} holds ${type.name}; weights are read as float32 or float64.`);
      }
      const storage: PickledStorage = { kind: 'storage', type: type.name, key: pickledText(key) ?? String(key) };
      storages.set(storage.key, storage);
      return storage;
    },
  };
}

function isCount(value: Pickled | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function areCounts(value: Pickled | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** Values of a strided view in C order. */
function read(tensor: PickledTensor, buffer: Uint8Array | undefined, name: string): NamedTensor {
  const { storage, offset, shape, strides } = tensor;
  if (buffer === undefined) throw new DataError(`${name} is damaged: its buffer ${storage.key} is missing.`);
  const width = storageTypes[storage.type]!;
  const count = sizeOf(shape);
  const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis]!, offset);
  if (shape.length !== strides.length || Math.max(last + 1, count) * width > buffer.length) {
    throw new DataError(`${name} is damaged: a weight is larger than its buffer.`);
  }
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let [rest, at] = [i, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    data[i] = width === 4 ? view.getFloat32(at * 4, true) : view.getFloat64(at * 8, true);
  }
  return { data, shape };
}
