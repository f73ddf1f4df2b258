/** @file Named weights from any of the files that people keep them in: PyTorch's, numpy's .npz, safetensors. */
import { DataError } from '../dataset.ts';
import { readNpy } from './npy.ts';
import { decodeTensors, type NamedTensor } from './safetensors.ts';
import { readTorchWeights } from './torch-weights.ts';
import { isZip, unzip } from './zip.ts';

/**
 * Weights by name; the bytes tell which kind of file it is.
 * @throws DataError if the file is of no kind that is read, damaged, or holds more than weights
 */
export async function readWeights(bytes: Uint8Array, name: string): Promise<Map<string, NamedTensor>> {
  if (isZip(bytes)) {
    const arrays = [...unzip(bytes, name)].filter(([path]) => path.endsWith('.npy'));
    return arrays.length === 0 ? readTorchWeights(bytes, name) : readArrays(arrays, name);
  }
  // Pickles of protocol 2 and later begin with 0x80; safetensors have their header's brace behind its length.
  if (bytes[0] === 0x80) return readTorchWeights(bytes, name);
  if (bytes[8] === 0x7b) return new Map(Object.entries(decodeTensors(bytes, name).tensors));
  throw new DataError(`${name} holds no weights: expected a file of PyTorch's (.pth, .pt), .npz or .safetensors.`);
}

async function readArrays(arrays: readonly (readonly [string, () => Promise<Uint8Array>])[], name: string) {
  const weights = new Map<string, NamedTensor>();
  for (const [path, open] of arrays) {
    const { shape, values, type } = readNpy(await open(), `${path} in ${name}`);
    if (!/^f[248]$/.test(type)) throw new DataError(`${path} in ${name} holds ${type}; weights are floating-point.`);
    weights.set(path.slice(0, -'.npy'.length), { shape, data: Float32Array.from(values as Float32Array) });
  }
  return weights;
}
