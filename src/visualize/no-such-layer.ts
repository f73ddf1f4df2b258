/** @file What is thrown where a model has no layer of a name. */
import { layerNames } from '../model/layer-names.ts';
import type { Model } from '../model/model.ts';
import { VisualizeError } from './check-options.ts';

/** The error, with names that hold it, or begin alike. */
export function noSuchLayer(model: Model, wanted: string): VisualizeError {
  const names = [...layerNames(model.file).keys()];
  const low = wanted.toLowerCase();
  const holding = names.filter((name) => name.toLowerCase().includes(low));
  const alike = names.filter((name) => name.toLowerCase().startsWith(low.slice(0, 3)));
  const near = [...new Set([...holding, ...alike])].slice(0, 5);
  return new VisualizeError(
    `${model.name} has no layer "${wanted}"${near.length > 0 ? `; near matches: ${near.join(', ')}` : ''}. "pareidolia inspect --layers" lists them; Relu#3 is the third of its kind.`,
  );
}
