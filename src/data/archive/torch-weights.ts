/**
 * @file Weights as PyTorch saves them (`torch.save` of a state dict): its zip archives and the older form, pickles one after another
 * with the buffers behind them. Nothing is run; float32 and float64 are read.
 */
import { DataError } from '../dataset.ts';
import { type PickleDialect, readPickles } from './pickle.ts';
import { isKind, type Pickled, type PickledStorage, type PickledTensor, pickledText } from './pickled.ts';
import { isZip, unzip } from './zip.ts';

/** A weight: its values in C order. */
export interface NamedWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Bytes of a value of each of PyTorch's buffers that are read. */
const storageTypes: Readonly<Record<string, 4 | 8>> = { 'torch.FloatStorage': 4, 'torch.DoubleStorage': 8 };

/** What makes the older form: a magic number, a version, a description of the system. */
const preambles = 3;

/**
 * Weights by name.
 * @throws DataError if the file is damaged, holds more than weights, or weights of another type than float32 and float64
 */
export async function readTorchWeights(bytes: Uint8Array, name: string): Promise<Map<string, NamedWeight>> {
  const dialect = torchDialect(name);
  const { root, buffers } = isZip(bytes) ? await fromArchive(bytes, name, dialect) : fromPickles(bytes, name, dialect);
  if (!isKind(root, 'dict')) throw new DataError(`${name} holds no weights by name (a state dict).`);
  const weights = new Map<string, NamedWeight>();
  for (const [key, value] of root.entries) {
    if (isKind(value, 'tensor')) weights.set(key, read(value, buffers, name));
  }
  if (weights.size === 0) throw new DataError(`${name} holds no weights by name (a state dict).`);
  return weights;
}

type Buffers = (storage: PickledStorage) => Uint8Array;

async function fromArchive(bytes: Uint8Array, name: string, dialect: PickleDialect) {
  const entries = unzip(bytes, name);
  const path = [...entries.keys()].find((entry) => entry.endsWith('/data.pkl'));
  if (path === undefined)
    throw new DataError(`${name} is a zip archive but none that PyTorch saved: it has no data.pkl.`);
  const { values } = readPickles(await entries.get(path)!(), name, 1, dialect);
  const folder = `${path.slice(0, -'data.pkl'.length)}data/`;
  const held = new Map<string, Uint8Array>();
  for (const [entry, open] of entries) {
    if (entry.startsWith(folder)) held.set(entry.slice(folder.length), await open());
  }
  return { root: values[0]!, buffers: lookUp(held, name) };
}

function fromPickles(bytes: Uint8Array, name: string, dialect: PickleDialect) {
  const { values, end } = readPickles(bytes, name, preambles + 2, dialect);
  const [root, keys] = values.slice(preambles);
  if (!Array.isArray(keys)) throw new DataError(`${name} is damaged: its list of buffers is missing.`);
  const sizes = storagesOf(root!);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const held = new Map<string, Uint8Array>();
  let at = end;
  for (const key of keys.map(pickledText)) {
    const type = sizes.get(key ?? '')?.type;
    if (key === undefined || type === undefined || at + 8 > bytes.length) break;
    const length = Number(view.getBigInt64(at, true)) * storageTypes[type]!;
    held.set(key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  if (at > bytes.length) throw new DataError(`${name} is cut off.`);
  return { root: root!, buffers: lookUp(held, name) };
}

function lookUp(held: ReadonlyMap<string, Uint8Array>, name: string): Buffers {
  return ({ key }) => {
    const found = held.get(key);
    if (found === undefined) throw new DataError(`${name} is damaged: its buffer ${key} is missing.`);
    return found;
  };
}

/** The buffers that a dict of tensors refers to, by key. */
function storagesOf(root: Pickled): Map<string, PickledStorage> {
  const tensors = isKind(root, 'dict') ? [...root.entries.values()].filter((value) => isKind(value, 'tensor')) : [];
  return new Map(tensors.map(({ storage }) => [storage.key, storage]));
}

function torchDialect(name: string): PickleDialect {
  const numbers = (value: Pickled | undefined) =>
    Array.isArray(value) && value.every((each) => typeof each === 'number') ? value : undefined;
  return {
    globals: new Set(Object.keys(storageTypes)),
    reducers: {
      'collections.OrderedDict': ([pairs]) => ({
        kind: 'dict',
        entries: new Map(
          Array.isArray(pairs)
            ? pairs.flatMap((pair) =>
                Array.isArray(pair) ? [[pickledText(pair[0]) ?? String(pair[0]), pair[1]!]] : [],
              )
            : [],
        ),
      }),
      'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) => {
        const [sizes, steps] = [numbers(shape), numbers(strides)];
        if (!isKind(storage, 'storage') || typeof offset !== 'number' || !sizes || !steps) return undefined;
        return { kind: 'tensor', storage, offset, shape: sizes, strides: steps };
      },
      'torch._utils._rebuild_parameter': ([data]) => data,
    },
    persistent: (id) => {
      if (!Array.isArray(id)) return undefined;
      const [, type, key] = id;
      if (!isKind(type, 'global')) return undefined;
      if (storageTypes[type.name] === undefined)
        throw new DataError(`${name} holds ${type.name}; weights are read as float32 or float64.`);
      return { kind: 'storage', type: type.name, key: pickledText(key) ?? String(key) };
    },
  };
}

/** Values of a strided view in C order. */
function read({ storage, offset, shape, strides }: PickledTensor, buffers: Buffers, name: string): NamedWeight {
  const bytes = buffers(storage);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = storageTypes[storage.type]!;
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < values.length; i++) {
    let [rest, at] = [i, offset];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    if ((at + 1) * width > bytes.length) throw new DataError(`${name} is cut off.`);
    values[i] = width === 4 ? view.getFloat32(at * 4, true) : view.getFloat64(at * 8, true);
  }
  return { shape, values };
}
