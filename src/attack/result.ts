/** @file What an attack returns for each picture: the adversarial picture and the evidence for it. */

import type { Distances } from '../distance/ball.ts';
import type { PlainPrediction } from '../model/model.ts';
import type { AttackPoint } from './trial.ts';

/** A class with its probability. */
export interface RankedClass {
  readonly label: number;
  readonly name: string;
  readonly probability: number;
}

/** What the plain model says of a picture. */
export interface Prediction {
  readonly label: number;
  readonly name: string;
  readonly probability: number;
  /** Most probable classes, at most five. */
  readonly top: readonly RankedClass[];
}

/** What every attack says of a picture. Success is what the model's own file says of it, run alone. */
export interface AttackOutcome {
  /** The attack's name in the registry. */
  readonly method: string;
  readonly success: boolean;
  /** Success of the picture rounded to 8 bits, as a PNG holds it, still within all bounds. */
  readonly success8: boolean;
  /** The adversarial picture [C, H, W] in [0, 1]; the original where nothing was found. */
  readonly adversarial: Float32Array;
  readonly original: Float32Array;
  readonly distances: Distances;
  /** The class that the attack leads away from, and the one it leads to where it is targeted. */
  readonly label: number;
  readonly target: number | undefined;
  /** The model was wrong (or answered the target) before anything was changed. */
  readonly misclassifiedBefore: boolean;
  readonly before: Prediction;
  readonly after: Prediction;
  /** After rounding to 8 bits; the same as `after` where `adversarial` holds 8-bit values. */
  readonly after8: Prediction;
  /** Forward and backward passes that this picture took, verification included. */
  readonly forwards: number;
  readonly backwards: number;
  /** Where the attack looked, in order, and what it saw there. */
  readonly path: readonly AttackPoint[];
  readonly seed: number;
  readonly device: string;
  /** Warnings: vanishing gradients, a success that the plain model does not confirm. */
  readonly notes: readonly string[];
}

/** The outcome of an attack in a ball of a norm. `adversarial` holds 8-bit values where these succeed. */
export interface AttackResult extends AttackOutcome {
  readonly norm: keyof Distances;
  readonly epsilon: number;
  readonly restarts: number;
  /**
   * Where the change was to lie besides, and the share of its energy, from 0 to 1, that lies outside all the same: before rounding to 8 bits,
   * where the ball and the range of pixels cut something off, and of `adversarial`.
   */
  readonly subspace?: { readonly name: string; readonly outside: number; readonly outsideRounded: number };
}

/** Numbers of distances by name: what budgets bound, 0 for equal pictures. */
export type Measured = Readonly<Record<string, number>>;

/** The outcome of an attack under a distance. A picture only counts as success if all bounds hold for it. */
export interface DistanceAttackResult extends AttackOutcome {
  /** The distance's name, and the budget where one was given. */
  readonly distance: string;
  readonly budget: number | undefined;
  /** The further bounds by name. */
  readonly bounds: Measured;
  /** The distance and the bounded ones of `adversarial`; undefined without success. */
  readonly measured: Measured | undefined;
  /** The adversarial picture of 8-bit values, often another than `adversarial` rounded; the original without success. */
  readonly adversarial8: Float32Array;
  readonly measured8: Measured | undefined;
}

/** An attack that cannot run as asked. The message says what was expected. */
export class AttackError extends Error {
  override readonly name = 'AttackError';
}

/** A plain prediction with names. */
export function describePrediction(
  { label, probabilities }: PlainPrediction,
  nameOf: (label: number) => string,
): Prediction {
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const top = order.slice(0, 5).map((k) => ({ label: k, name: nameOf(k), probability: probabilities[k]! }));
  return { label, name: nameOf(label), probability: probabilities[label]!, top };
}
