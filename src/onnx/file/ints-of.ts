/** @file Lists of integers among a node's attributes: strides, pads, dilations. */
import type { NodeProto } from 'onnx-buf';

/** The integers of an attribute; undefined where the node has none of the name. */
export function intsOf({ attribute }: Pick<NodeProto, 'attribute'>, name: string): number[] | undefined {
  return attribute.find((one) => one.name === name)?.ints.map(Number);
}
