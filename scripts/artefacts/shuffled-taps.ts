/**
 * @file A network with the elements of every kernel shuffled in place: each kernel keeps its numbers, so its length and its layer's scale stay,
 * and loses which place had which. What training has put into the order of elements is gone; what strides do to any kernel is left.
 */
import { changed } from '../../src/onnx/file/changed.ts';
import { encodeModel, parseModel } from '../../src/onnx/file/parse-model.ts';
import { randomStream } from '../../src/random/random-stream.ts';

/** The file with its initialisers of four axes (kernels [K, C, kh, kw] in float32) shuffled, each kernel by itself. */
export function shuffledTaps(bytes: Uint8Array, seed: number): Uint8Array {
  const file = parseModel(bytes);
  const graph = file.graph!;
  const initializer = graph.initializer.map((weight, number) => {
    const size = Number(weight.dims.at(-1) ?? 1) * Number(weight.dims.at(-2) ?? 1);
    if (weight.dims.length !== 4 || size === 1 || weight.dataType !== 1) return weight;
    const random = randomStream(seed, number);
    const values =
      weight.floatData.length > 0
        ? Float32Array.from(weight.floatData)
        : new Float32Array(Uint8Array.from(weight.rawData).buffer);
    for (let from = 0; from < values.length; from += size)
      for (let i = size - 1; i > 0; i--) {
        const j = Math.floor(random.uniform() * (i + 1));
        [values[from + i], values[from + j]] = [values[from + j]!, values[from + i]!];
      }
    return changed(weight, { floatData: [], rawData: new Uint8Array(values.buffer) });
  });
  return encodeModel(changed(file, { graph: changed(graph, { initializer }) }));
}
