/** @file The words after `shapes:` in a spec. */
import { DataError, type Split } from '../dataset.ts';
import type { ShapesOptions } from './shapes.ts';

const usage = 'write for example shapes:64,train=5000,seed=1 or shapes:cue=4/255,correlation=0.9';

/** Options from words such as `64,train=5000,test=500,seed=1,cue=4/255,correlation=0.9`. @throws DataError that names a wrong word */
export function parseShapesOptions(words: string, split: Split): ShapesOptions {
  const settings = new Map<string, number>();
  for (const word of words.split(',').filter((one) => one !== '')) {
    const match = /^(?:(train|test|seed|cue|correlation)=)?([\d.]+)(?:\/([\d.]+))?$/.exec(word);
    if (match === null) throw new DataError(`shapes does not know "${word}"; ${usage}.`);
    settings.set(match[1] ?? 'size', Number(match[2]) / Number(match[3] ?? 1));
  }
  const [size, length, seed, strength] = [
    settings.get('size'),
    settings.get(split),
    settings.get('seed'),
    settings.get('cue'),
  ];
  if (strength === undefined && settings.has('correlation')) {
    throw new DataError(`shapes: a correlation belongs to a cue, and none is given; ${usage}.`);
  }
  return {
    split,
    ...(size === undefined ? {} : { size: size as 32 | 64 }),
    ...(length === undefined ? {} : { length }),
    ...(seed === undefined ? {} : { seed }),
    ...(strength === undefined ? {} : { cue: { strength, correlation: settings.get('correlation') ?? 1 } }),
  };
}
