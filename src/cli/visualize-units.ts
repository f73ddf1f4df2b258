/** @file What `visualize` draws: units by name, what a layer saw of a picture, directions, and what pictures of a grid are to each other. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fitPicture } from '../model/fit-picture.ts';
import type { Model } from '../model/model.ts';
import { activationsOf } from '../visualize/activations-of.ts';
import { direction, meanOverPlaces } from '../visualize/objectives/direction.ts';
import { type Activations, caricature, matching, style } from '../visualize/objectives/matching.ts';
import { type Objective, weightedSum } from '../visualize/objectives/objective.ts';
import { alignment, diversity, interpolation } from '../visualize/objectives/together.ts';
import { type NamedUnit, unitNamed } from '../visualize/unit-named.ts';
import { CliError } from './errors.ts';
import { parseBudget } from './parse.ts';
import { parseTokens } from './parse-tokens.ts';
import { readPicture } from './pictures.ts';
import type { VisualizeFlags } from './visualize-plan.ts';

/** What is drawn of a picture that a layer saw. */
export const likenesses = ['inversion', 'caricature', 'style', 'direction'] as const;

/** A kind of it. */
export type Likeness = (typeof likenesses)[number];

/** The units that flags name, with what they say of tokens, pictures and directions. @throws CliError where they do not fit */
export async function unitsOf(flags: VisualizeFlags, model: Model): Promise<NamedUnit[]> {
  const { score, tokens, match, direction: file } = flags;
  const choice = tokens === undefined ? undefined : parseTokens(tokens);
  const units = flags.unit.map((name) =>
    unitNamed(model, name, {
      ...(score === undefined ? {} : { score }),
      ...(choice === undefined ? {} : { tokens: choice }),
    }),
  );
  const noLayer = units.find(({ layer, label }) => layer === undefined && label !== undefined);
  if (choice !== undefined && noLayer !== undefined)
    throw new CliError(`--tokens is for units of a layer; "${noLayer.name}" is a class.`);
  if (match === undefined && file === undefined) return units;
  const other = units.find(({ layer, name }) => layer !== name);
  if (other !== undefined)
    throw new CliError(`--${match === undefined ? 'direction' : 'match'} is of whole layers; "${other.name}" is none.`);
  const options = {
    ...(flags.cosinePower === undefined ? {} : { cosinePower: flags.cosinePower }),
    ...(choice === undefined ? {} : { tokens: choice }),
  };
  if (file !== undefined) {
    const vector = await readDirection(file);
    return units.map(({ name }) => ({
      name: `${name} along ${basename(file)}`,
      layer: name,
      objective: direction(name, vector, options),
    }));
  }
  const kind = flags.as ?? 'inversion';
  const picture = fitPicture(await readPicture(match!), model);
  const found: NamedUnit[] = [];
  for (const { name } of units) {
    const seen = await activationsOf(model, name, picture);
    const objective = likenessOf(kind, seen, options);
    found.push({ name: `${kind} of ${basename(match!)} at ${name}`, layer: name, objective });
  }
  return found;
}

function likenessOf(kind: Likeness, seen: Activations, options: { readonly cosinePower?: number }): Objective {
  if (kind === 'inversion') return matching(seen);
  if (kind === 'style') return style(seen);
  if (kind === 'caricature') return caricature(seen, options.cosinePower);
  return direction(seen.layer, meanOverPlaces(seen), options);
}

/** A direction's numbers from a JSON file. */
async function readDirection(path: string): Promise<Float32Array> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`Cannot read ${path}: there is no such file, or it may not be read.`);
  });
  const numbers = parsed(text);
  if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every((one) => Number.isFinite(one)))
    throw new CliError(
      `Expected ${path} to hold a direction: a JSON list with a number for each channel of the layer.`,
    );
  return Float32Array.from(numbers as number[]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A unit's objective with what its pictures are to each other: different, gradual, or on the way to another channel. */
export function togetherObjective(unit: NamedUnit, flags: VisualizeFlags): Objective {
  for (const name of ['diversity', 'alignment', 'towards'] as const)
    if (flags[name] !== undefined && flags.grid === undefined)
      throw new CliError(`--${name} is for several pictures of a unit: give --grid 3x3 as well.`);
  const terms: (readonly [Objective, number])[] = [[towards(unit, flags.towards), 1]];
  if (flags.diversity !== undefined) {
    const { layer = unit.layer, weight } = weightAt('diversity', flags.diversity);
    if (layer === undefined)
      throw new CliError('Pictures of a class differ at a layer that has to be said: --diversity LAYER=1.');
    terms.push([diversity(layer), weight]);
  }
  if (flags.alignment !== undefined) {
    const { layer, weight } = weightAt('alignment', flags.alignment);
    terms.push([alignment(layer), weight]);
  }
  return terms.length === 1 ? terms[0]![0] : weightedSum(terms);
}

/** The unit, or the way from its channel to another of its layer over the pictures of a grid. */
function towards({ objective, layer, channel, name }: NamedUnit, other: number | undefined): Objective {
  if (other === undefined) return objective;
  if (layer === undefined || channel === undefined)
    throw new CliError(`--towards goes from one channel of a layer to another; "${name}" is no channel.`);
  return interpolation(layer, channel, other);
}

/** `1`, or `LAYER=1`. */
function weightAt(flag: string, text: string): { readonly layer?: string; readonly weight: number } {
  const match = /^(?:(.+)=)?([\d./e-]+)$/.exec(text);
  if (match === null) throw new CliError(`Expected a weight such as 1 or LAYER=1 for --${flag}, got "${text}".`);
  return { ...(match[1] === undefined ? {} : { layer: match[1] }), weight: parseBudget(match[2]!) };
}
