/** @file What the ways of making a universal perturbation share: a pass over the pictures, from a change to the next. */
import type { Model } from '../model/model.ts';
import type { Judge } from './criterion.ts';
import type { Trial } from './trial.ts';

/** What a pass over the pictures is given, and counts. */
export interface Crafting {
  readonly model: Model;
  /** Pictures that count. */
  readonly trials: readonly Trial[];
  readonly judge: Judge;
  readonly norm: 'linf' | 'l2';
  readonly epsilon: number;
  readonly batch: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  forwards: number;
  backwards: number;
}

/** A pass: from a change to the next, after all pictures. */
export type Pass = (v: Float32Array, pass: number) => Promise<Float32Array>;
