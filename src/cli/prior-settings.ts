/** @file Words into settings of priors: `--set decay=1.5`, `--set bounds=code.json`. */
import { readFile } from 'node:fs/promises';
import type { CodeBounds } from '../prior/generator.ts';
import type { PriorOptions } from '../prior/prior-named.ts';
import type { DenoiserPriorOptions } from '../visualize/denoiser-prior.ts';
import { CliError } from './errors.ts';
import { parseBudget } from './parse.ts';

/** Settings of a prior. */
export interface PriorSettings extends Pick<PriorOptions, 'decay' | 'code'> {
  readonly denoiser?: DenoiserPriorOptions;
}

/** What a setting expects. */
type Kind = 'a number' | 'true or false' | 'LOW:HIGH' | 'a file';

/** Settings of each prior that has any, with what they expect. */
const known: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  fourier: { decay: 'a number' },
  'low-fourier': { decay: 'a number' },
  generator: {
    bound: 'a number',
    bounds: 'a file',
    sphere: 'true or false',
    lengthWeight: 'a number',
    range: 'LOW:HIGH',
  },
  dae: {
    weight: 'a number',
    gradientWeight: 'a number',
    noise: 'a number',
    annealed: 'true or false',
    range: 'LOW:HIGH',
  },
};

/** A prior's settings. @throws CliError where it has none of a name, or a value is none */
export async function priorSettingsOf(prior: string, texts: readonly string[]): Promise<PriorSettings> {
  const found: Record<string, number | boolean | readonly [number, number] | CodeBounds> = {};
  for (const text of texts) {
    const match = /^([a-z-]+)=(.+)$/.exec(text.trim());
    if (match === null) throw new CliError(`Expected NAME=VALUE for --set, such as decay=1.5, got "${text}".`);
    const [, word, value] = match as unknown as [string, string, string];
    const name = word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const kind = known[prior]?.[name];
    if (kind === undefined) throw new CliError(unknownSetting(prior, word));
    if (kind === 'a file') found.bound = await readBounds(value);
    else found[name] = settingOf(word, value, kind);
  }
  if (prior === 'dae') return { denoiser: found };
  return prior === 'generator' ? { code: found } : found;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function unknownSetting(prior: string, name: string): string {
  const own = Object.keys(known[prior] ?? {});
  if (own.length === 0) return `The prior ${prior} has no settings; leave out --set ${name}.`;
  return `The prior ${prior} has no setting "${name}"; it has ${own.map(kebab).join(', ')}.`;
}

function settingOf(name: string, value: string, kind: Exclude<Kind, 'a file'>) {
  if (kind === 'a number') return parseBudget(value);
  if (kind === 'true or false' && (value === 'true' || value === 'false')) return value === 'true';
  const ends = value.split(':').map(Number);
  if (kind === 'LOW:HIGH' && ends.length === 2 && ends[0]! < ends[1]!) return ends as [number, number];
  throw new CliError(`Expected ${kind} for --set ${name}, got "${value}".`);
}

/** Bounds of a code's numbers: JSON with "low" and "high", each a number or a list. */
async function readBounds(path: string): Promise<CodeBounds> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`Cannot read ${path}: there is no such file, or it may not be read.`);
  });
  const isBound = (value: unknown) =>
    Number.isFinite(value) || (Array.isArray(value) && value.every((one) => Number.isFinite(one)));
  const bounds = parsed(text);
  if (isBound(bounds.low) && isBound(bounds.high)) return bounds as CodeBounds;
  throw new CliError(`Expected ${path} to hold bounds of a code: JSON with "low" and "high", each a number or a list.`);
}

function parsed(text: string): { readonly low?: unknown; readonly high?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
