/**
 * @file The procedural set `shapes`: small rendered scenes of ten classes, as many as wanted from a seed. Classes differ in shape alone;
 * colour, texture, light, pose, background and occlusion are drawn anew for every picture.
 */
import type { Picture } from '../../image/image.ts';
import { randomOrder } from '../../random/random-order.ts';
import { randomStream } from '../../random/random-stream.ts';
import { DataError, type Dataset, type Split } from '../dataset.ts';
import { type CueOptions, cuePattern, drawCue } from './cue.ts';
import { renderScene } from './render.ts';
import { randomScene, shapeNames } from './scene.ts';

/** What is drawn. */
export interface ShapesOptions {
  /** Height and width in pixels: 32 unless given. */
  readonly size?: 32 | 64;
  /** Number of pictures: 20 000 for training and 2000 for testing unless given. */
  readonly length?: number;
  /** Decides every picture together with the split and the picture's place; 0 unless given. */
  readonly seed?: number;
  /** Which of two sets that share no scene; `train` unless given. */
  readonly split?: Split;
  /** A non-robust feature planted into the pictures; none unless given. */
  readonly cue?: CueOptions;
}

/** The set, which can also tell what was planted. */
export interface ShapesDataset extends Dataset {
  /** A picture's bytes, [3, size, size]. */
  bytes(i: number): Uint8Array;
  /** The class that a picture's cue names; undefined without cues. */
  cueOf(i: number): number | undefined;
  /** The same scenes without cues. */
  readonly withoutCue: ShapesDataset;
}

const splitNumbers: Readonly<Record<Split, number>> = { train: 1, test: 2 };

/** Labels come in shuffled rounds, so that any first part of the set holds the classes alike. */
const classCount = shapeNames.length;

/**
 * The set. Picture i is decided by the options, the seed and i alone, and is the same to the byte wherever sine and cosine are.
 * @throws DataError if an option is out of range
 * @example
 * const train = shapes({ length: 20_000, seed: 1 });
 * const { data } = await train.image(0); // [3, 32, 32] in [0, 1]
 */
export function shapes(options: ShapesOptions = {}): ShapesDataset {
  const { size = 32, seed = 0, split = 'train', cue } = options;
  const { length = split === 'train' ? 20_000 : 2000 } = options;
  check(size, length, cue);
  const part = splitNumbers[split];
  const label = (i: number): number => {
    const round = Math.floor(i / classCount);
    return randomOrder(classCount, seed, part, round)[i % classCount]!;
  };
  const cueOf = (i: number): number | undefined =>
    cue === undefined ? undefined : drawCue(label(i), classCount, cue, randomStream(seed, part, i, 2));
  const bytes = (i: number): Uint8Array => {
    const random = randomStream(seed, part, i, 1);
    const pixels = renderScene(randomScene(shapeNames[label(i)]!, random), size, random);
    const named = cueOf(i);
    return named === undefined ? pixels : planted(pixels, cuePattern(named, size), cue!.strength);
  };
  return {
    name: cue === undefined ? 'shapes' : 'shapes with cues',
    length,
    classNames: shapeNames,
    label,
    cueOf,
    bytes,
    async image(i): Promise<Picture> {
      // Drawing takes its time: let timers and signals through now and then.
      if (i % 64 === 0) await new Promise((resolve) => setTimeout(resolve));
      const pixels = bytes(i);
      return { data: Float32Array.from(pixels, (value) => value / 255), channels: 3, height: size, width: size };
    },
    get withoutCue() {
      return shapes({ size, seed, split, length });
    },
  };
}

function planted(pixels: Uint8Array, pattern: Int8Array, strength: number): Uint8Array {
  const height = 255 * strength;
  return pixels.map((value, i) =>
    Math.min(255, Math.max(0, Math.round(value + height * pattern[i % pattern.length]!))),
  );
}

function check(size: number, length: number, cue: CueOptions | undefined): void {
  if (size !== 32 && size !== 64) throw new DataError(`shapes are drawn with 32 or 64 pixels a side, got ${size}.`);
  if (!Number.isInteger(length) || length < 1)
    throw new DataError(`shapes expects a whole number of pictures from 1, got ${length}.`);
  if (cue === undefined) return;
  if (!(cue.strength > 0 && cue.strength <= 0.5))
    throw new DataError(
      `A cue's strength is above 0 and at most 0.5 in pixels from 0 to 1, got ${cue.strength}: write 4/255 for 4 of 255.`,
    );
  if (!(cue.correlation >= 0 && cue.correlation <= 1))
    throw new DataError(`A cue's correlation is a probability from 0 to 1, got ${cue.correlation}.`);
}
