/** @file What is attacked, as far as attacks without gradients need it: class scores of pictures. Models are victims; so are functions. */
import type { Model, PlainPrediction } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import { AttackError } from './result.ts';

/** Whatever answers pictures with class scores. Every `Model` is one. */
export interface Victim {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classCount: number;
  /** Largest batch that one call of `predict` takes. */
  readonly maxBatch: number;
  /** What the scores were before `predictPlain` gives them, where a file ends in such an op. */
  readonly removedTail: Model['removedTail'];
  readonly device: { readonly description: string };
  /** Class scores [count, K] of pictures [count, C, H, W] with pixels in [0, 1]. */
  predict(pixels: Float32Array, count: number): Promise<Float32Array>;
  /** What it says of one picture, asked alone. */
  predictPlain(pixels: Float32Array): Promise<PlainPrediction>;
  className(label: number): string;
}

/** A classifier that is nothing but a function: remote, or of another runtime. */
export interface OpaqueModel {
  readonly name?: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classCount: number;
  readonly classNames?: readonly string[];
  /** Pictures in one call at most; 1 unless given. */
  readonly maxBatch?: number;
  /** Class scores [count, K] of pictures [count, C, H, W] in [0, 1]: logits, or probabilities where `answers` says so. */
  scores(pixels: Float32Array, count: number): Promise<ArrayLike<number>> | ArrayLike<number>;
  /** What the scores are; logits unless given. Labels: a one for the answer and zeros. */
  readonly answers?: 'logits' | 'probabilities';
}

/**
 * A victim from a function of pictures.
 * @throws AttackError, when asked, if the function answers with another number of scores
 * @example
 * const remote = opaqueModel({ channels: 3, height: 32, width: 32, classCount: 10, scores: (pixels) => askService(pixels) });
 * const [result] = await square(remote, [pixels], [3], { epsilon: 8 / 255 });
 */
export function opaqueModel(given: OpaqueModel): Victim {
  const { name = 'opaque model', classCount, classNames, maxBatch = 1, answers = 'logits' } = given;
  const isProbability = answers === 'probabilities';
  const ask = async (pixels: Float32Array, count: number): Promise<Float32Array> => {
    const scores = Float32Array.from(await given.scores(pixels, count));
    if (scores.length !== count * classCount) {
      throw new AttackError(
        `${name} answered ${scores.length} scores for ${count} picture${count === 1 ? '' : 's'}; ${count} x ${classCount} were expected.`,
      );
    }
    return scores;
  };
  return {
    name,
    channels: given.channels,
    height: given.height,
    width: given.width,
    classCount,
    maxBatch,
    // Attacks see the logarithms of probabilities, which are logits up to a constant.
    removedTail: isProbability ? 'softmax' : undefined,
    device: { description: 'a function' },
    predict: async (pixels, count) => {
      const scores = await ask(pixels, count);
      return isProbability ? logarithms(scores) : scores;
    },
    predictPlain: async (pixels) => {
      const scores = await ask(pixels, 1);
      const probabilities = isProbability ? scores : softmaxOf(scores);
      return { scores, probabilities, label: topClass(scores) };
    },
    className: (label) => classNames?.[label] ?? `class ${label}`,
  };
}

/** Of probabilities; one that is 0 counts as the smallest of float32. */
function logarithms(probabilities: Float32Array): Float32Array {
  return probabilities.map((p) => Math.log(Math.max(p, 1e-38)));
}

function softmaxOf(scores: Float32Array): Float32Array {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** A victim's plain scores as logits, up to a constant: the logarithm of what a softmax made, the inverse of a sigmoid. */
export function plainLogits({ scores }: PlainPrediction, { removedTail }: Pick<Victim, 'removedTail'>): Float32Array {
  if (removedTail === 'softmax') return logarithms(scores);
  if (removedTail === 'sigmoid')
    return scores.map((p) => Math.log(Math.max(p, 1e-38)) - Math.log1p(-Math.min(p, 1 - 1e-7)));
  return scores;
}
