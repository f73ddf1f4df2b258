/** @file ONNX in and out: files as functions of tensors, and tensors as files. */
export { GraphBuilder } from './file/graph-builder.ts';
export { ModelFileError } from './file/model-file-error.ts';
export { encodeModel, parseModel } from './file/parse-model.ts';
export {
  handlers,
  type ImportedGraph,
  type ImportOptions,
  importGraph,
  UnknownShapeError,
  UnsupportedOpsError,
} from './import/import-graph.ts';
export { ImportError } from './import/node-context.ts';
export { type OpenGraph, type OpenGraphOptions, openGraph } from './open-graph.ts';
export { type NamedOutput, targetOpset, type WrittenGraph, writeGraph } from './write-graph.ts';
