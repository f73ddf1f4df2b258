/** @file Nodes that the importer does not know: they run as they are in the file, and have no gradient. */
import { AttributeProto_AttributeType } from 'onnx-buf';
import { type Attrs, defineOp, type OnnxAttrs, type Op, type OpaqueAttr, type Spec } from '../../tensor/op.ts';
import { applyMany, type Tensor, topologicalOrder } from '../../tensor/tensor.ts';
import type { RawAttribute } from '../file/graph-builder.ts';
import type { NodeContext } from './node-context.ts';

/** A node as the file has it. */
interface CarriedNode extends OpaqueAttr {
  readonly kind: 'carried node';
  readonly attributes: OnnxAttrs;
  readonly wanted: readonly boolean[];
  readonly specs: readonly Spec[];
  /** For each input of the node, which tensor it is, or -1 where it is omitted. */
  readonly slots: readonly number[];
}

interface CarriedAttrs extends Attrs {
  readonly opType: string;
  readonly domain: string;
  readonly carried: CarriedNode;
}

/** Any ONNX op, written out as it was read. */
export const carriedOp: Op<CarriedAttrs> = defineOp<CarriedAttrs>({
  name: 'carried',
  infer: (_inputs, { carried }) => carried.specs,
  gradient: 'none',
  lower: ({ e, inputs, attrs: { opType, domain, carried } }) =>
    e
      .nodes(
        opType,
        carried.slots.map((slot) => inputs[slot] ?? ''),
        carried.attributes,
        carried.wanted,
        domain,
      )
      .filter((_, i) => carried.wanted[i]),
  samples: [{ name: 'checked through models that hold it', inputs: [] }],
});

/** Attributes that say in the opset we write what a node of an older file means without them. */
function defaultsOfOpset(c: NodeContext): OnnxAttrs {
  const shifted = c.node.opType === 'RoiAlign' && c.opset < 16;
  return shifted ? { coordinate_transformation_mode: 'output_half_pixel' } : {};
}

/** The outputs of a node that is carried through, undefined where they are not wanted; shapes and types of the others are given. */
export function carryThrough(c: NodeContext, specs: readonly Spec[]): readonly (Tensor | undefined)[] {
  const { node } = c;
  const inputs: Tensor[] = [];
  const slots = node.input.map((_, i) => {
    const x = c.optional(i);
    return x === undefined ? -1 : inputs.push(x) - 1;
  });
  const attributes = Object.fromEntries(
    c.attributes
      .filter((attribute) => attribute.type !== AttributeProto_AttributeType.UNDEFINED)
      .map((attribute): [string, RawAttribute] => [attribute.name, { kind: 'onnx attribute', attribute }]),
  );
  const carried: CarriedNode = {
    kind: 'carried node',
    attributes: { ...attributes, ...defaultsOfOpset(c) },
    slots,
    specs,
    wanted: node.output.map((name) => name !== ''),
  };
  const outputs = applyMany(carriedOp, inputs, { opType: node.opType, domain: node.domain, carried }).values();
  return carried.wanted.map((wanted) => (wanted ? outputs.next().value : undefined));
}

/** Types of the nodes under some outputs that are carried through, each once. */
export function carriedTypes(outputs: readonly Tensor[]): string[] {
  const nodes = topologicalOrder(outputs).filter(({ op }) => op.name === carriedOp.name);
  return [...new Set(nodes.map(({ attrs }) => [attrs.domain, attrs.opType].filter((part) => part !== '').join('.')))];
}
