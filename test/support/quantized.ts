/** @file A model's file with 8-bit weights and activations, as quantisers for deployment write it: QuantizeLinear and DequantizeLinear (QDQ). */
import { create } from '@bufbuild/protobuf';
import { NodeProtoSchema, type TensorProto, TensorProtoSchema } from 'onnx-buf';
import type { Model } from '../../src/model/model.ts';
import { changed } from '../../src/onnx/file/changed.ts';
import { encodeModel, parseModel } from '../../src/onnx/file/parse-model.ts';
import { compile } from '../../src/runtime/compile.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { onnxTypeNumber } from '../../src/tensor/ops/cast.ts';
import { reduceMax, reduceMin } from '../../src/tensor/ops/reduce-extrema.ts';

const weighted = new Set(['Conv', 'Gemm', 'MatMul']);

/**
 * The file of a model whose convolutions and products take int8 weights (a scale for each output channel, symmetric) and uint8 inputs,
 * scaled by the range seen on pictures.
 */
export async function quantizedFile(
  bytes: Uint8Array,
  model: Model,
  pictures: readonly Float32Array[],
): Promise<Uint8Array> {
  const file = parseModel(bytes);
  const graph = file.graph!;
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const chosen = graph.node.filter(({ opType, input }) => weighted.has(opType) && weights.has(input[1]!));
  const ranges = await rangesOf(model, pictures, [...new Set(chosen.map(({ input }) => input[0]!))]);
  const initializers: TensorProto[] = [];
  const constant = (name: string, dtype: DType, values: readonly number[], shape: readonly number[]) => {
    initializers.push(
      create(TensorProtoSchema, {
        name,
        dataType: onnxTypeNumber[dtype],
        dims: shape.map(BigInt),
        rawData: toBytes(hostTensor(values, shape, dtype)),
      }),
    );
    return name;
  };
  const node = (opType: string, input: readonly string[], output: string, axis?: number) =>
    create(NodeProtoSchema, {
      opType,
      name: `${opType} of ${output}`,
      input: [...input],
      output: [output],
      attribute: axis === undefined ? [] : [{ name: 'axis', type: 2, i: BigInt(axis) }],
    });
  const nodes = graph.node.flatMap((each) => {
    if (!chosen.includes(each)) return [each];
    const [x, w] = each.input as [string, string];
    const [low, high] = ranges.get(x)!;
    const scale = (high - low) / 255;
    const xParts = [
      constant(`${x} scale ${each.output[0]}`, 'float32', [scale], []),
      constant(`${x} zero ${each.output[0]}`, 'uint8', [Math.round(-low / scale)], []),
    ];
    const axis = each.opType === 'Conv' || each.attribute.some(({ name, i }) => name === 'transB' && i === 1n) ? 0 : 1;
    const { values, shape } = floatsOf(weights.get(w)!);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const channelOf = (i: number) => Math.floor(i / inner) % shape[axis]!;
    const largest = new Array<number>(shape[axis]!).fill(1e-9);
    values.forEach((value, i) => {
      largest[channelOf(i)] = Math.max(largest[channelOf(i)]!, Math.abs(value));
    });
    const whole = Array.from(values, (value, i) => Math.round((127 * value) / largest[channelOf(i)]!));
    const wParts = [
      constant(`${w} int8`, 'int8', whole, shape),
      constant(
        `${w} scales`,
        'float32',
        largest.map((value) => value / 127),
        [shape[axis]!],
      ),
      constant(`${w} zeros`, 'int8', new Array<number>(shape[axis]!).fill(0), [shape[axis]!]),
    ];
    const [q, back, weight] = [`${x} q ${each.output[0]}`, `${x} dq ${each.output[0]}`, `${w} dq`];
    return [
      node('QuantizeLinear', [x, ...xParts], q),
      node('DequantizeLinear', [q, ...xParts], back),
      node('DequantizeLinear', wParts, weight, axis),
      changed(each, { input: [back, weight, ...each.input.slice(2)] }),
    ];
  });
  const replaced = new Set(chosen.map(({ input }) => input[1]));
  const kept = graph.initializer.filter(({ name }) => !replaced.has(name));
  return encodeModel(
    changed(file, { graph: changed(graph, { node: nodes, initializer: [...kept, ...initializers] }) }),
  );
}

function floatsOf({ rawData, dims, floatData }: TensorProto): { values: Float32Array; shape: number[] } {
  const values = rawData.length > 0 ? new Float32Array(Uint8Array.from(rawData).buffer) : Float32Array.from(floatData);
  return { values, shape: dims.map(Number) };
}

/** Smallest and largest number of values over pictures, 0 among them. */
async function rangesOf(
  model: Model,
  pictures: readonly Float32Array[],
  names: readonly string[],
): Promise<Map<string, [number, number]>> {
  const { channels, height, width } = model;
  const program = await compile(
    ({ x }) => {
      const { values } = model.trace(x!);
      return Object.fromEntries(
        names.flatMap((name) => [
          [`low ${name}`, reduceMin(values.get(name)!)],
          [`high ${name}`, reduceMax(values.get(name)!)],
        ]),
      );
    },
    { x: { shape: [pictures.length, channels, height, width], dtype: 'float32' } },
    { device: model.device },
  );
  const x = new Float32Array(pictures.length * channels * height * width);
  for (const [i, picture] of pictures.entries()) x.set(picture, i * picture.length);
  const results = await program.run({ x });
  await program.release();
  return new Map(
    names.map((name) => [
      name,
      [Math.min(0, Number(results[`low ${name}`]!.data[0])), Math.max(0, Number(results[`high ${name}`]!.data[0]))],
    ]),
  );
}
