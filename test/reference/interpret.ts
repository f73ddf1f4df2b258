/** @file Evaluates any expression in float64 by loops: the second implementation that ops and gradients are held against. */
import type { HostTensor } from '../../src/tensor/host.ts';
import type { HostData, Op } from '../../src/tensor/op.ts';
import { hostValue, isConstant, type Node, type Tensor, topologicalOrder } from '../../src/tensor/tensor.ts';
import { references as batchNorm } from './batch-norm.ts';
import { references as gridSample } from './grid-sample.ts';
import type { Reference } from './types.ts';
import { references as window } from './window.ts';

const heavy: Readonly<Record<string, Reference>> = { ...window, ...gridSample, ...batchNorm };

/** An op's reference: loops of the test's own where the op is heavy, else the op's float64 value on the host. */
export function referenceOf(op: Op): Reference | undefined {
  return heavy[op.name] ?? op.evaluate?.bind(op);
}

/** Values of outputs, given the values of inputs by name. */
export function interpret(outputs: readonly Tensor[], inputs: Readonly<Record<string, HostTensor>>): HostTensor[] {
  const values = new Map<Node, readonly HostTensor[]>();
  for (const node of topologicalOrder(outputs)) values.set(node, evaluate(node, values, inputs));
  return outputs.map((x) => values.get(x.node)![x.index]!);
}

function evaluate(
  node: Node,
  values: ReadonlyMap<Node, readonly HostTensor[]>,
  inputs: Readonly<Record<string, HostTensor>>,
): readonly HostTensor[] {
  const y = node.outputs[0]!;
  if (isConstant(y)) return [hostValue(y)!];
  if (node.op.name === 'input') return [inputs[String(node.attrs.name)]!];
  const reference = referenceOf(node.op);
  if (reference === undefined) throw new Error(`No reference for ${node.op.name}.`);
  const result = reference(
    node.inputs.map((x) => values.get(x.node)![x.index]!),
    node.attrs,
    node.outputs,
  );
  const parts = (typeof result[0] === 'object' ? result : [result]) as HostData[];
  return node.outputs.map(({ shape, dtype }, i) => ({ shape, dtype, data: Float64Array.from(parts[i]!) }));
}
