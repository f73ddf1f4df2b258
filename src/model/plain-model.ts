/** @file The model's own file run as it is by ONNX Runtime, apart from everything that we derive from it. */
import { clone, create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { changed } from '../onnx/file/changed.ts';
import { encodeModel } from '../onnx/file/parse-model.ts';
import type { DeviceRuntime, Session } from '../runtime/runtime.ts';
import type { WeightFile } from '../tensor/tensor.ts';
import { ModelError } from './model-error.ts';

const halves: readonly number[] = [TensorProto_DataType.FLOAT16, TensorProto_DataType.BFLOAT16];

/** A session on the model's own graph. */
export async function openPlainModel(
  model: ModelProto,
  bytes: Uint8Array,
  external: readonly WeightFile[],
  device: DeviceRuntime,
  extraOutputs: readonly string[] = [],
): Promise<Session> {
  const bordered = withFloatBorder(model, extraOutputs);
  try {
    return await device.createSession(bordered === model ? bytes : encodeModel(bordered), { external });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError(`ONNX Runtime cannot load this model: ${reason.replace(/\s+/g, ' ').slice(0, 300)}`);
  }
}

/**
 * The model with half-precision inputs and outputs cast to float32 at the border, since JavaScript bindings do not
 * take them, and with further values as outputs. The graph between is untouched.
 */
function withFloatBorder(model: ModelProto, extraOutputs: readonly string[]): ModelProto {
  const graph = model.graph!;
  const elementType = (info: (typeof graph.input)[number]) =>
    info.type?.value.case === 'tensorType' ? info.type.value.value.elemType : 0;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const isHalf = (info: (typeof graph.input)[number]) => halves.includes(elementType(info)) && !weights.has(info.name);
  if (!graph.input.some(isHalf) && !graph.output.some(isHalf) && extraOutputs.length === 0) return model;

  const before: NodeProto[] = [];
  const after: NodeProto[] = [];
  const castNode = (from: string, to: string, type: number) =>
    create(NodeProtoSchema, {
      opType: 'Cast',
      input: [from],
      output: [to],
      attribute: [{ name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(type) }],
    });
  const asFloat = (info: (typeof graph.input)[number], name: string) => {
    const float = clone(ValueInfoProtoSchema, info);
    float.name = name;
    if (float.type?.value.case === 'tensorType') float.type.value.value.elemType = TensorProto_DataType.FLOAT;
    return float;
  };
  // The names that callers use stay those of the file, so the half-precision values are renamed inside.
  const renamed = new Map<string, string>();
  const input = graph.input.map((info) => {
    if (!isHalf(info)) return info;
    renamed.set(info.name, `${info.name}__half`);
    before.push(castNode(info.name, `${info.name}__half`, elementType(info)));
    return asFloat(info, info.name);
  });
  const output = graph.output.map((info) => {
    if (!isHalf(info)) return info;
    renamed.set(info.name, `${info.name}__half`);
    after.push(castNode(`${info.name}__half`, info.name, TensorProto_DataType.FLOAT));
    return asFloat(info, info.name);
  });
  const rename = (name: string) => renamed.get(name) ?? name;
  const inner = graph.node.map((node) =>
    changed(node, { input: node.input.map(rename), output: node.output.map(rename) }),
  );
  const extra = extraOutputs.map((name) => create(ValueInfoProtoSchema, { name }));
  return changed(model, {
    graph: changed(graph, { node: [...before, ...inner, ...after], input, output: [...output, ...extra] }),
  });
}
