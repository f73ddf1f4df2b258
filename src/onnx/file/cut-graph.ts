/** @file The part of a graph that some of its values need. */
import type { ModelProto, NodeProto } from 'onnx-buf';
import { changed } from './changed.ts';
import { ModelFileError } from './model-file-error.ts';

/**
 * A model whose outputs are the named values, without the nodes and weights that they do not need. Inputs stay.
 * @throws ModelFileError naming what the graph does not have
 */
export function cutGraph(file: ModelProto, outputs: readonly string[]): ModelProto {
  const graph = file.graph!;
  const producer = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const missing = outputs.filter((name) => !producer.has(name));
  if (missing.length > 0) {
    throw new ModelFileError(
      `The graph has no value ${missing.map((name) => `"${name}"`).join(', ')}; its values are ${some([...producer.keys()])}.`,
    );
  }
  const needed = new Set<string>();
  const kept = new Set<NodeProto>();
  const stack = [...outputs];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const node = producer.get(name);
    if (node === undefined || kept.has(node)) continue;
    kept.add(node);
    stack.push(...node.input, ...innerNames(node));
  }
  const info = new Map([...graph.valueInfo, ...graph.output].map((value) => [value.name, value]));
  // An output without a type: what it holds is inferred anew.
  const untyped = changed(graph.output[0]!, {});
  delete untyped.type;
  return changed(file, {
    graph: changed(graph, {
      node: graph.node.filter((node) => kept.has(node)),
      initializer: graph.initializer.filter(({ name }) => needed.has(name)),
      output: outputs.map((name) => info.get(name) ?? changed(untyped, { name })),
    }),
  });
}

/** Names that a node's own graphs use (branches, bodies of loops); those of values inside of them do no harm. */
function innerNames(node: NodeProto): string[] {
  const graphs = node.attribute.flatMap(({ g, graphs: several }) => [...(g === undefined ? [] : [g]), ...several]);
  return graphs.flatMap((graph) => [
    ...graph.output.map(({ name }) => name),
    ...graph.node.flatMap((inner) => [...inner.input, ...innerNames(inner)]),
  ]);
}

/** The first few of a list. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}
