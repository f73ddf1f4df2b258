/** @file The model's own file run as it is by ONNX Runtime, apart from everything that we derive from it. */
import { clone, create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { encodeModel } from '../onnx/file/parse-model.ts';
import type { DeviceRuntime, Session, TensorData } from '../runtime/runtime.ts';
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
  const changed = withFloatBorder(model, extraOutputs);
  try {
    return await device.createSession(changed === model ? bytes : encodeModel(changed), { external });
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

  const copy = {
    ...model,
    graph: { ...graph, node: [...graph.node], input: [...graph.input], output: [...graph.output] },
  };
  const castNode = (from: string, to: string, type: number) =>
    create(NodeProtoSchema, {
      opType: 'Cast',
      input: [from],
      output: [to],
      attribute: [{ name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(type) }],
    });
  const asFloat = (info: (typeof graph.input)[number], name: string) => {
    const changed = clone(ValueInfoProtoSchema, info);
    changed.name = name;
    if (changed.type?.value.case === 'tensorType') changed.type.value.value.elemType = TensorProto_DataType.FLOAT;
    return changed;
  };
  // The names that callers use stay those of the file, so the half-precision values are renamed inside.
  const renamed = new Map<string, string>();
  copy.graph.input = graph.input.map((info) => {
    if (!isHalf(info)) return info;
    renamed.set(info.name, `${info.name}__half`);
    copy.graph.node.unshift(castNode(info.name, `${info.name}__half`, elementType(info)));
    return asFloat(info, info.name);
  });
  copy.graph.output = graph.output.map((info) => {
    if (!isHalf(info)) return info;
    renamed.set(info.name, `${info.name}__half`);
    copy.graph.node.push(castNode(`${info.name}__half`, info.name, TensorProto_DataType.FLOAT));
    return asFloat(info, info.name);
  });
  const original = new Set(graph.node);
  const rename = (name: string) => renamed.get(name) ?? name;
  copy.graph.node = copy.graph.node.map((node) =>
    original.has(node) ? { ...node, input: node.input.map(rename), output: node.output.map(rename) } : node,
  );
  for (const name of extraOutputs) copy.graph.output.push(create(ValueInfoProtoSchema, { name }));
  return create(ModelProtoSchema, copy);
}

/** Feeds of a session's inputs by name. */
export type PlainFeeds = Readonly<Record<string, TensorData>>;
