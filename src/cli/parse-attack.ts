/** @file Words into options that belong to one attack alone. */
import { CliError } from './errors.ts';
import { parseBudget } from './parse.ts';

/** `queries=2000`, `basis=dct`, `finalSearch=false`: a name and a number, a truth value or a word. */
export function parseSetting(text: string): readonly [string, number | boolean | string] {
  const match = /^([A-Za-z][A-Za-z0-9-]*)=(.+)$/.exec(text.trim());
  if (match === null) throw new CliError(`Expected NAME=VALUE, such as queries=2000, got "${text}".`);
  const name = match[1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const word = match[2]!;
  if (word === 'true' || word === 'false') return [name, word === 'true'];
  return [name, /^-?[\d.]/.test(word) ? numberOf(word) : word];
}

function numberOf(word: string): number {
  return word.startsWith('-') ? -parseBudget(word.slice(1)) : parseBudget(word);
}
