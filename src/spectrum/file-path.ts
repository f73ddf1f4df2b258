/** @file A file's graph as a path from its first input to its first output, whatever it computes: generators and networks from pictures to pictures. */
import type { ModelProto } from 'onnx-buf';
import { graphInputs } from '../model/picture-input.ts';
import { importGraph } from '../onnx/import/import-graph.ts';
import { isFloat } from '../tensor/dtype.ts';
import { zeros } from '../tensor/ops/basic.ts';
import { cast } from '../tensor/ops/cast.ts';
import { input, type WeightFile } from '../tensor/tensor.ts';
import type { TracedPath } from './overlap-map.ts';
import { SpectrumError } from './spectrum-error.ts';

/**
 * Imports a graph without running it. Open sizes are taken as 1 for the batch and `openSize` elsewhere; inputs but the first are zeros.
 * @throws ImportError if the graph cannot be imported; SpectrumError if nothing goes from numbers to numbers
 */
export function filePath(
  file: ModelProto,
  bytes: Uint8Array,
  external: readonly WeightFile[] = [],
  openSize = 224,
): TracedPath {
  const inputs = graphInputs(file);
  const sizes = inputs.map(({ shape }) => shape.map((size, axis) => size ?? (axis === 0 ? 1 : openSize)));
  const first = inputs.findIndex(({ dtype }) => isFloat(dtype) || dtype === 'uint8');
  if (first === -1) throw new SpectrumError('The file has no input of numbers, so there is no path to follow.');
  const source = input(inputs[first]!.name, sizes[first]!);
  const fed = new Map(
    inputs.map(({ name, dtype }, i) => [
      name,
      i === first ? (dtype === 'uint8' ? cast(source, 'uint8') : source) : zeros(sizes[i]!, dtype),
    ]),
  );
  const files = {
    model: { location: 'model', bytes },
    external: (location: string) => {
      const found = external.find((one) => one.location === location);
      if (found === undefined) throw new SpectrumError(`The model's external data file "${location}" is missing.`);
      return found;
    },
  };
  const graph = importGraph(file, fed, { files, singlePrecision: true });
  const output = graph.outputs.find(({ dtype }) => isFloat(dtype));
  if (output === undefined) throw new SpectrumError('The file has no output of floating-point numbers.');
  return { source, output, describe: graph.describe };
}
