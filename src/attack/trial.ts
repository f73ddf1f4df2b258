/** @file One picture on its way through an attack: what is asked of it, its randomness, and what was counted and seen. */
import type { PlainPrediction } from '../model/model.ts';
import { hashOf, type RandomStream, randomStream } from '../random/random-stream.ts';

/** A point of an attack's path: where it looked, and what it saw there. */
export interface AttackPoint {
  /** Forward passes until then. */
  readonly forwards: number;
  /** The criterion's excess: above 0 where the picture is adversarial. */
  readonly excess: number;
  /** Distance from the original in the attack's norm, or by the distance that was asked for. */
  readonly distance: number;
}

/** One picture on its way. */
export interface Trial {
  /** The original, [C, H, W] in [0, 1]. */
  readonly x0: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  /** [C, H, W]. */
  readonly shape: readonly [number, number, number];
  readonly classCount: number;
  /** 1 where values may change and 0 where not, [C, H, W]; undefined where all may. */
  readonly mask: Float32Array | undefined;
  readonly before: PlainPrediction;
  /** Adversarial already, before anything was changed. */
  readonly misclassifiedBefore: boolean;
  /** A stream that the seed, the picture and the numbers decide. */
  random(...names: readonly number[]): RandomStream;
  readonly notes: Set<string>;
  readonly path: AttackPoint[];
  forwards: number;
  backwards: number;
  /** Questions that were put to the network. */
  questions: number;
  /** Runs that were begun from a start of their own, in attacks that restart; 0 in others. */
  restarts: number;
  /** Points at which the gradient was exactly zero, or NaN. */
  zeroGradients: number;
}

/** What a trial starts from. */
export interface TrialStart {
  readonly x0: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  readonly shape: readonly [number, number, number];
  readonly classCount: number;
  /** [H, W]. */
  readonly mask: Float32Array | undefined;
  readonly before: PlainPrediction;
  readonly misclassifiedBefore: boolean;
  readonly seed: number;
}

/** A trial before its first step; the plain model was asked once. */
export function trialOf({ seed, mask, ...start }: TrialStart): Trial {
  const hash = hashOf(start.x0);
  const area = start.shape[1] * start.shape[2];
  return {
    ...start,
    mask: mask && Float32Array.from(start.x0, (_, i) => Number(mask[i % area]! > 0)),
    random: (...names) => randomStream(seed, hash, ...names),
    notes: new Set(),
    path: [],
    forwards: 1,
    backwards: 0,
    questions: 0,
    restarts: 0,
    zeroGradients: 0,
  };
}

/** x inside [0, 1], and as the original where the mask forbids a change. */
export function allowed(x: Float32Array, { x0, mask }: Pick<Trial, 'x0' | 'mask'>): Float32Array {
  const result = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = mask?.[i] === 0 ? x0[i]! : Math.min(1, Math.max(0, x[i]!));
  return result;
}
