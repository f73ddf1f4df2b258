/** @file Words of the `train` command into settings: an adversary, augmentations, a schedule. */

import type { Norm } from '../distance/ball.ts';
import type { AdversaryOptions } from '../train/adversary.ts';
import type { AugmentationOptions } from '../train/augmentation.ts';
import type { Schedule } from '../train/schedule.ts';
import { CliError } from './errors.ts';
import { parseBudget, parseCount } from './parse.ts';

// Spelled out, so that --help does not load the attacks.
const norms: readonly Norm[] = ['linf', 'l2', 'l1'];

function isNorm(word: string | undefined): word is Norm {
  return norms.some((norm) => norm === word);
}

/** `linf:8/255:7`, `l2:0.5:5` or `l1:12:10`: norm, radius, steps (1 unless given), and the length of a step where one is said. */
export function parseAdversary(text: string): AdversaryOptions {
  const [norm, radius, steps = '1', stepSize, ...rest] = text.split(':');
  if (!isNorm(norm) || radius === undefined || rest.length > 0) {
    throw new CliError(`Expected NORM:RADIUS:STEPS such as linf:8/255:7 or l2:0.5:5, got "${text}".`);
  }
  const epsilon = parseBudget(radius);
  if (epsilon <= 0 || (norm === 'linf' && epsilon > 1)) {
    throw new CliError(`A radius of ${radius} is out of range: pixels run from 0 to 1, so write 8/255 for 8 of 255.`);
  }
  return {
    norm,
    epsilon,
    steps: parseCount(1)(steps),
    ...(stepSize === undefined ? {} : { stepSize: parseBudget(stepSize) }),
  };
}

/** `crop:4,flip,cutout:8`, any of them, or `none`. */
export function parseAugmentation(text: string): AugmentationOptions {
  const options: { crop?: number; flip?: boolean; cutout?: number } = {};
  if (text === 'none') return options;
  for (const word of text.split(',')) {
    const [name, size] = word.trim().split(':');
    if (name === 'flip' && size === undefined) options.flip = true;
    else if ((name === 'crop' || name === 'cutout') && size !== undefined) options[name] = parseCount(1)(size);
    else throw new CliError(`Expected none or some of crop:PIXELS,flip,cutout:PIXELS, got "${word}".`);
  }
  return options;
}

/** `one-cycle`, `cosine`, `constant`, `one-cycle:0.3` (where its peak is), `cosine:0.1` (share of warm-up), `steps:0.5,0.75`. */
export function parseSchedule(text: string): Schedule {
  const [kind, argument] = text.split(':');
  const shares = argument?.split(',').map((word) => {
    const share = Number(word);
    if (!(share >= 0 && share <= 1)) throw new CliError(`A schedule's share runs from 0 to 1, got "${word}".`);
    return share;
  });
  switch (kind) {
    case 'constant':
      return { kind };
    case 'cosine':
      return { kind, ...(shares === undefined ? {} : { warmup: shares[0]! }) };
    case 'one-cycle':
      return { kind, ...(shares === undefined ? {} : { peakAt: shares[0]! }) };
    case 'steps':
      if (shares !== undefined) return { kind, at: shares };
  }
  throw new CliError(`Expected one-cycle, cosine, constant or steps:0.5,0.75 as a schedule, got "${text}".`);
}
