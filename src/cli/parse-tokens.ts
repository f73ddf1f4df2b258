/** @file Words into tokens of a transformer: `0`, `1-`, `0,3-5`, `all:largest`. */
import type { TokenChoice } from '../visualize/objectives/tokens.ts';
import { CliError } from './errors.ts';

/** Numbers and ranges, open to the end where the last is left out, and `:largest` where one counts alone. */
export function parseTokens(text: string): TokenChoice {
  const [words, average, ...rest] = text.trim().split(':');
  const which = words === 'all' ? undefined : words!.split(',').map(rangeOf);
  const isAverage = average === undefined || average === 'mean' || average === 'largest';
  if (which?.includes(undefined) || !isAverage || rest.length > 0)
    throw new CliError(`Expected tokens such as 0, 1- or 0,3-5, with :largest where one counts alone, got "${text}".`);
  return {
    ...(which === undefined ? {} : { which: which.filter((one) => one !== undefined) }),
    ...(average === undefined ? {} : { average }),
  };
}

function rangeOf(text: string): number | readonly [number, number?] | undefined {
  const match = /^(\d+)(-)?(\d+)?$/.exec(text);
  if (match === null) return undefined;
  if (match[2] === undefined) return Number(text);
  return match[3] === undefined ? [Number(match[1])] : [Number(match[1]), Number(match[3])];
}
