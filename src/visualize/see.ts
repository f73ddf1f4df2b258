/** @file What a network sees of pictures, as objectives ask for it: class scores, and any value of the graph by its name. */
import type { Model, TracedModel } from '../model/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { VisualizeError } from './check-options.ts';
import type { Seen } from './objectives/objective.ts';

/** Names that come near to a wanted one: those that hold it, or begin alike. */
function near(wanted: string, names: readonly string[]): string[] {
  const low = wanted.toLowerCase();
  const holding = names.filter((name) => name.toLowerCase().includes(low));
  const alike = names.filter((name) => name.toLowerCase().startsWith(low.slice(0, 3)));
  return [...new Set([...holding, ...alike])].slice(0, 5);
}

/** Names of layers of a model in its order, with what users may call them: a value's name, its node's, or its op and number. */
export function layerNames(model: Model): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const node of model.file.graph!.node) {
    const value = node.output[0] ?? '';
    const count = (counts.get(node.opType) ?? 0) + 1;
    counts.set(node.opType, count);
    names.set(`${node.opType}#${count}`, value);
    if (node.name !== '') names.set(node.name, value);
    names.set(value, value);
  }
  return names;
}

/**
 * What the network sees of views, for objectives.
 * @param views [samples x group x views, C, H, W]
 */
export function see(
  model: Model,
  pictures: Tensor,
  views: Tensor,
  { group, viewCount }: { readonly group: number; readonly viewCount: number },
): Seen {
  let traced: TracedModel | undefined;
  const names = layerNames(model);
  return {
    pictures,
    group,
    views: viewCount,
    get logits() {
      return model.logits(views);
    },
    at(layer) {
      traced ??= model.trace(views);
      const value = traced.values.get(names.get(layer) ?? layer);
      if (value !== undefined) return value;
      const others = near(layer, [...names.keys()]);
      throw new VisualizeError(
        `${model.name} has no layer "${layer}"${others.length > 0 ? `; near matches: ${others.join(', ')}` : ''}. "pareidolia inspect" lists them; Relu#3 is the third of its kind.`,
      );
    },
  };
}
