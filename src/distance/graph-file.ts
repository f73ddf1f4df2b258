/** @file An ONNX file opened for its expressions alone: no session, pictures of any size. */
import type { ModelProto } from 'onnx-buf';
import * as fileSystem from '#files';
import { externalFiles } from '../model/external-files.ts';
import { ModelError } from '../model/model-error.ts';
import { readMetadata, readSidecar } from '../model/model-settings.ts';
import type { Sidecar } from '../model/sidecar.ts';
import { modelAddress } from '../model/zoo.ts';
import { parseModel } from '../onnx/file/parse-model.ts';
import { importGraph } from '../onnx/import/import-graph.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DistanceError } from './distance.ts';

/** A network's file, and its values as expressions. */
export interface GraphFile {
  /** The file's name, for messages. */
  readonly name: string;
  readonly file: ModelProto;
  /** What its sidecar and its metadata say of how it is used. */
  readonly settings: readonly [sidecar: Sidecar | undefined, metadata: Sidecar | undefined];
  /**
   * Values of a part of the graph by name, computed in float32 and pointing into the file.
   * @throws DistanceError if that cannot be done for inputs of these shapes
   */
  values(part: ModelProto, inputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor>;
}

let opened = 0;

/**
 * Opens a path, an address, an embedded model (`zoo:NAME`) or the bytes of a file.
 * @throws ModelFileError if the bytes are no ONNX model; ModelError if there is no such file
 */
export async function openGraphFile(source: string | URL | Uint8Array): Promise<GraphFile> {
  const path = source instanceof Uint8Array ? undefined : modelAddress(String(source));
  const bytes = source instanceof Uint8Array ? source : await fileSystem.readFile(path!);
  const file = parseModel(bytes);
  const name = path?.split(/[\\/]/).at(-1) ?? 'the network';
  // Graphs of several files may become one program, in which each file needs a name of its own.
  const unique = (location: string) => `features-${opened}-${location}`.replace(/[^\w.-]/g, '_');
  const model = { location: unique(name), bytes, ...(path === undefined ? {} : { path }) };
  const beside = await externalFiles(file, path);
  const external = new Map(beside.map((one) => [one.location, { ...one, location: unique(one.location) }]));
  const settings = [await readSidecar(path), readMetadata(file)] as const;
  opened++;
  const files = {
    model,
    external: (location: string) => {
      const found = external.get(location);
      if (found === undefined) throw new ModelError(`The external data file "${location}" of ${name} is missing.`);
      return found;
    },
  };
  return {
    name,
    file,
    settings,
    values(part, inputs) {
      try {
        return importGraph(part, inputs, { files, singlePrecision: true }).values;
      } catch (error) {
        const shapes = [...inputs.values()].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
        const reason = error instanceof Error ? error.message : String(error);
        throw new DistanceError(`${name} cannot be used on ${shapes}: ${reason}`);
      }
    },
  };
}

/**
 * The smallest side up to `known` at which an attempt does not throw. Powers of two are tried first, since some networks take multiples
 * of one only.
 */
export function smallestSize(known: number, attempt: (side: number) => unknown): number {
  const works = (side: number) => {
    try {
      attempt(side);
      return true;
    } catch {
      return false;
    }
  };
  let high = 1;
  while (high < known && !works(high)) high *= 2;
  let low = Math.floor(high / 2) + 1;
  high = Math.min(high, known);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (works(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
