/** @file Units by the names that people give them: a class, `layer:channel`, `layer:channel:row,column`, or a whole layer. */
import type { Model } from '../model/model.ts';
import { VisualizeError } from './check-options.ts';
import type { Objective } from './objectives/objective.ts';
import { channel, classScore, neuron, type Tokens, wholeLayer } from './objectives/unit.ts';
import { layerNames } from './see.ts';

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
  const layers = layerNames(model);
  const of = (label: number): NamedUnit => ({
    name: model.className(label),
    label,
    objective: { ...classScore(label, score), name: model.className(label) },
  });
  if (name.startsWith('class:')) return of(model.classOf(name.slice(6)));
  if (layers.has(name)) return { name, objective: wholeLayer(name) };
  const place = /^(.+):(\d+):(\d+),(\d+)$/.exec(name);
  if (place !== null && layers.has(place[1]!))
    return { name, objective: neuron(place[1]!, Number(place[2]), [Number(place[3]), Number(place[4])]) };
  const unit = /^(.+):(\d+)$/.exec(name);
  if (unit !== null && layers.has(unit[1]!)) return { name, objective: channel(unit[1]!, Number(unit[2]), tokens) };
  if (unit !== null) {
    const [, layer] = unit as unknown as [string, string];
    const near = [...layers.keys()].filter((one) => one.toLowerCase().includes(layer.toLowerCase())).slice(0, 5);
    throw new VisualizeError(
      `${model.name} has no layer "${layer}"${near.length > 0 ? `; near matches: ${near.join(', ')}` : ''}. "pareidolia inspect" lists them; Relu#3 is the third of its kind.`,
    );
  }
  return of(model.classOf(name));
}
