/** @file What a network sees of pictures, as objectives ask for it: class scores, and any value of the graph by its name. */
import { layerNames } from '../model/layer-names.ts';
import type { Model, TracedModel } from '../model/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { noSuchLayer } from './no-such-layer.ts';
import type { Seen } from './objectives/objective.ts';

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
  const names = layerNames(model.file);
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
      throw noSuchLayer(model, layer);
    },
  };
}
