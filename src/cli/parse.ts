/** @file Words on the command line into values. */
import type { Preprocessing } from '../model/preprocessing.ts';
import { CliError } from './errors.ts';

/** A number, or a fraction such as 8/255. */
export function parseBudget(text: string): number {
  const match = /^\s*([\d.]+(?:e-?\d+)?)\s*(?:\/\s*([\d.]+))?\s*$/i.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]) / Number(match[2] ?? 1);
  if (Number.isFinite(value)) return value;
  throw new CliError(`Expected a number or a fraction such as 8/255, got "${text}".`);
}

/** A share from 0 to 1, such as 0.4 or 2/5. */
export function parseShare(text: string): number {
  const share = parseBudget(text);
  if (share <= 1) return share;
  throw new CliError(`Expected a share from 0 to 1, got "${text}".`);
}

/** A whole number of at least `least`. */
export function parseCount(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new CliError(`Expected a whole number of at least ${least}, got "${text}".`);
  };
}

/** Bytes such as 2GB, 500MB or 1e9. */
export function parseBytes(text: string): number {
  const match = /^\s*([\d.]+(?:e\d+)?)\s*([kmg]i?b?|b)?\s*$/i.exec(text);
  const power = { k: 1, m: 2, g: 3 }[match?.[2]?.[0]?.toLowerCase() ?? ''] ?? 0;
  const bytes = Number(match?.[1]) * 1024 ** power;
  if (bytes > 0) return bytes;
  throw new CliError(`Expected an amount of memory such as 2GB or 500MB, got "${text}".`);
}

/** A preset's name, or constants as JSON: `{"mean": [0.5], "std": [0.5]}`. */
export function parsePreprocessing(text: string): string | Partial<Preprocessing> {
  if (!text.trim().startsWith('{')) return text;
  try {
    return JSON.parse(text) as Partial<Preprocessing>;
  } catch {
    throw new CliError(`Expected a preset's name or JSON for the preprocessing, got "${text}".`);
  }
}

/** What gradients see instead of a node: its name or type, `=`, and `identity` or `zero`. */
export function parseStandIn(text: string): readonly [node: string, rule: 'identity' | 'zero'] {
  const at = text.lastIndexOf('=');
  const [node, rule] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && (rule === 'identity' || rule === 'zero')) return [node, rule];
  throw new CliError(`Expected a node's name or type and "identity" or "zero", such as Sign=identity, got "${text}".`);
}
