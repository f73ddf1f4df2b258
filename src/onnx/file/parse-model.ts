/** @file ONNX bytes to their protobuf message and back. The message keeps fields that we do not know. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type GraphProto, type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { describeBytes, ModelFileError } from './model-file-error.ts';

/**
 * Reads an ONNX file. Weights stored as raw data stay views into `bytes`.
 * @throws ModelFileError if the bytes are no ONNX model, or a truncated one.
 */
export function parseModel(bytes: Uint8Array): ModelProto {
  const looksLike = describeBytes(bytes);
  if (looksLike !== undefined) throw new ModelFileError(`Expected an ONNX model, got ${looksLike}.`);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelFileError(
      `Expected an ONNX model, got ${bytes.length} bytes that do not parse as one (${reason}); the file is truncated or of another kind.`,
    );
  }
  const { graph } = model;
  if (graph === undefined || (model.irVersion === 0n && model.opsetImport.length === 0)) {
    throw new ModelFileError(
      `Expected an ONNX model, got ${bytes.length} bytes without a graph; the file is truncated or of another kind.`,
    );
  }
  refuseTruncated(graph, model);
  return model;
}

/** Writes a model message as the bytes of an ONNX file. */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, model);
}

/** A cut at a field's end still parses; what is missing then shows in what the graph refers to. */
function refuseTruncated(graph: GraphProto, model: ModelProto): void {
  if (graph.output.length === 0) throw new ModelFileError('The ONNX graph has no outputs; the file is truncated.');
  if (model.opsetImport.length === 0) throw new ModelFileError('The ONNX model names no opset; the file is truncated.');
  const known = new Set(['', ...graph.input.map((x) => x.name), ...graph.initializer.map((x) => x.name)]);
  for (const sparse of graph.sparseInitializer) known.add(sparse.values?.name ?? '');
  for (const node of graph.node) for (const name of node.output) known.add(name);
  const used = [...graph.node.flatMap((node) => node.input), ...graph.output.map((x) => x.name)];
  const missing = used.find((name) => !known.has(name));
  if (missing !== undefined) {
    throw new ModelFileError(
      `The ONNX graph uses "${missing}", which nothing in it produces; the file is truncated or damaged.`,
    );
  }
}
