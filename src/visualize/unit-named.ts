/** @file Units by the names that people give them: a class, `layer:channel`, `layer:channel:row,column`, a whole layer, or a sum of these. */
import { layerNames } from '../model/layer-names.ts';
import type { Model } from '../model/model.ts';
import { noSuchLayer } from './no-such-layer.ts';
import { type Objective, weightedSum } from './objectives/objective.ts';
import type { Tokens } from './objectives/tokens.ts';
import { channel, classScore, neuron, wholeLayer } from './objectives/unit.ts';

/** Options of `unitNamed`. */
export interface UnitOptions {
  /** For classes: the score, or its lead over all others. */
  readonly score?: 'logit' | 'margin';
  /** For channels and layers of a transformer: which tokens count. */
  readonly tokens?: Tokens;
}

/** A unit with what it is called. */
export interface NamedUnit {
  readonly name: string;
  readonly objective: Objective;
  /** The class, where it is one. */
  readonly label?: number;
  /** The layer that it is of, where it is of one. */
  readonly layer?: string;
  /** The channel of the layer, where it is one. */
  readonly channel?: number;
}

/**
 * The unit of a name: `class:NAME`, a class's name or number, `layer:17`, `layer:17:3,4` (a neuron), `layer`, or several of these with
 * weights: `cat - 0.5 * dog`, spaces around every sign.
 * @throws VisualizeError or ModelError with near matches where there is none
 */
export function unitNamed(model: Model, name: string, options: UnitOptions = {}): NamedUnit {
  const layers = layerNames(model.file);
  const isOne = layers.has(name) || model.classNames?.includes(name);
  const parts = isOne ? [name] : name.split(/ ([+-]) /);
  if (parts.length === 1) return singleUnit(model, layers, name, options);
  const terms = parts.flatMap((part, i): (readonly [Objective, number])[] => {
    if (i % 2 === 1) return [];
    const match = /^\s*(?:([\d.]+(?:e-?\d+)?)\s*\*\s*)?(.+?)\s*$/.exec(part);
    const weight = Number(match?.[1] ?? 1) * (parts[i - 1] === '-' ? -1 : 1);
    return [[singleUnit(model, layers, match?.[2] ?? '', options).objective, weight]];
  });
  return { name, objective: { ...weightedSum(terms), name } };
}

function singleUnit(
  model: Model,
  layers: ReadonlyMap<string, string>,
  name: string,
  { score = 'logit', tokens = 'all' }: UnitOptions,
): NamedUnit {
  const of = (label: number): NamedUnit => ({
    name: model.className(label),
    label,
    objective: { ...classScore(label, score), name: model.className(label) },
  });
  if (name.startsWith('class:')) return of(model.classOf(name.slice(6)));
  if (layers.has(name)) return { name, layer: name, objective: wholeLayer(name, tokens) };
  const place = /^(.+):(\d+):(\d+),(\d+)$/.exec(name);
  if (place !== null && layers.has(place[1]!)) {
    const [layer, index] = [place[1]!, Number(place[2])];
    return { name, layer, channel: index, objective: neuron(layer, index, [Number(place[3]), Number(place[4])]) };
  }
  const unit = /^(.+):(\d+)$/.exec(name);
  if (unit !== null && layers.has(unit[1]!)) {
    const [layer, index] = [unit[1]!, Number(unit[2])];
    return { name, layer, channel: index, objective: channel(layer, index, tokens) };
  }
  if (unit !== null) throw noSuchLayer(model, unit[1]!);
  return of(model.classOf(name));
}
