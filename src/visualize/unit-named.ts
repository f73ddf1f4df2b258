/** @file Units by the names that people give them: a class, `layer:channel`, `layer:channel:row,column`, or a whole layer. */
import { layerNames } from '../model/layer-names.ts';
import type { Model } from '../model/model.ts';
import { noSuchLayer } from './no-such-layer.ts';
import type { Objective } from './objectives/objective.ts';
import { channel, classScore, neuron, type Tokens, wholeLayer } from './objectives/unit.ts';

/** Options of `unitNamed`. */
export interface UnitOptions {
  /** For classes: the score, or its lead over all others. */
  readonly score?: 'logit' | 'margin';
  /** For layers of a transformer: all tokens, or one. */
  readonly tokens?: Tokens;
}

/** A unit with what it is called. */
export interface NamedUnit {
  readonly name: string;
  readonly objective: Objective;
  /** The class, where it is one. */
  readonly label?: number;
  /** The layer that it is of, where it is none. */
  readonly layer?: string;
}

/**
 * The unit of a name: `class:NAME`, a class's name or number, `layer:17`, `layer:17:3,4` (a neuron), or `layer`.
 * @throws VisualizeError or ModelError with near matches where there is none
 */
export function unitNamed(
  model: Model,
  name: string,
  { score = 'logit', tokens = 'all' }: UnitOptions = {},
): NamedUnit {
  const layers = layerNames(model.file);
  const of = (label: number): NamedUnit => ({
    name: model.className(label),
    label,
    objective: { ...classScore(label, score), name: model.className(label) },
  });
  if (name.startsWith('class:')) return of(model.classOf(name.slice(6)));
  if (layers.has(name)) return { name, layer: name, objective: wholeLayer(name) };
  const place = /^(.+):(\d+):(\d+),(\d+)$/.exec(name);
  if (place !== null && layers.has(place[1]!))
    return {
      name,
      layer: place[1]!,
      objective: neuron(place[1]!, Number(place[2]), [Number(place[3]), Number(place[4])]),
    };
  const unit = /^(.+):(\d+)$/.exec(name);
  if (unit !== null && layers.has(unit[1]!))
    return { name, layer: unit[1]!, objective: channel(unit[1]!, Number(unit[2]), tokens) };
  if (unit !== null) throw noSuchLayer(model, unit[1]!);
  return of(model.classOf(name));
}
