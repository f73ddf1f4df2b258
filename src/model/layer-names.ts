/** @file What layers of a model are called: by the value's name in the file, by the node's, or by op and number (Relu#3 is the third). */
import type { ModelProto } from 'onnx-buf';

/** Every name of a layer, in the graph's order, with the value that it means. A value's own name is never another's. */
export function layerNames(file: ModelProto): ReadonlyMap<string, string> {
  const nodes = file.graph!.node.filter(({ output }) => (output[0] ?? '') !== '');
  const values = new Set(nodes.map(({ output }) => output[0]!));
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { name, opType, output } of nodes) {
    const count = (counts.get(opType) ?? 0) + 1;
    counts.set(opType, count);
    names.set(output[0]!, output[0]!);
    for (const other of [name, `${opType}#${count}`])
      if (other !== '' && !values.has(other) && !names.has(other)) names.set(other, output[0]!);
  }
  return names;
}
