/** @file What the demo finds: three networks asked, attacked and made to draw. Numbers and pictures; the words are in sections/. */
import type { AttackResult, Prediction } from '../../src/attack/result.ts';
import type { Distances } from '../../src/distance/ball.ts';
import type { ComparisonRow } from '../../src/distance/compare.ts';
import type { Visualization } from '../../src/visualize/visualize-class.ts';

/** The networks of the demo: what sets them apart is how they were trained. */
export const networkNames = ['standard', 'robust', 'second'] as const;
export type NetworkName = (typeof networkNames)[number];

/** The two that are compared throughout. */
export const comparedNames = ['standard', 'robust'] as const;
export type ComparedName = (typeof comparedNames)[number];

/** A picture of the set. */
export interface Shown {
  readonly picture: Float32Array;
  readonly label: number;
}

/** The smallest whole budget that fools, and the picture that it fools with. */
export interface Smallest {
  readonly budget: number;
  readonly result: AttackResult;
}

/** One picture changed in some way, and what the standard network makes of it. */
export interface Change {
  readonly kind: 'linf' | 'l2' | 'l1' | 'noise' | 'shift';
  readonly picture: Float32Array;
  readonly distances: Distances;
  readonly psnr: number;
  readonly answer: Prediction;
}

/** A changed picture beside its original: what the standard network and the distances say. */
export interface View {
  readonly picture: Float32Array;
  readonly answer: Prediction;
  readonly rows: readonly ComparisonRow[];
}

/** An attack and a common change of one picture, seen by the same distances in the same order. */
export interface Views {
  readonly original: Shown;
  /** JPEG's, from 1 to 100. */
  readonly quality: number;
  readonly attacked: View;
  readonly compressed: View;
}

/** A walk from a picture towards a class, each stop with more room around the picture. */
export interface Walk {
  readonly start: Shown;
  readonly target: number;
  /** How far each value may move, of 255. */
  readonly budgets: readonly number[];
  readonly stops: Readonly<Record<ComparedName, readonly Visualization[]>>;
}

/** All that the demo finds. Budgets are whole steps of the 255 that a byte holds. */
export interface Findings {
  readonly classNames: readonly string[];
  /** What it all ran on. */
  readonly device: string;
  /** Channels, height and width of a picture. */
  readonly shape: readonly [number, number, number];
  readonly accuracy: { readonly count: number; readonly right: Readonly<Record<NetworkName, number>> };
  /** One picture of each class, for the reader to see what they look like. */
  readonly examples: readonly Shown[];
  readonly budget: number;
  /** A few pictures that all networks answer rightly, attacked within the budget. */
  readonly attacks: Readonly<Record<ComparedName, readonly AttackResult[]>>;
  readonly curve: {
    readonly count: number;
    readonly budgets: readonly number[];
    /** Pictures still answered rightly at each budget. */
    readonly right: Readonly<Record<ComparedName | 'noise', readonly number[]>>;
  };
  /** The attack of the smallest budget that changes the answer, for each attacked picture; undefined where the largest tried does not. */
  readonly smallest: Readonly<Record<ComparedName, readonly (Smallest | undefined)[]>>;
  readonly changes: { readonly original: Shown; readonly list: readonly Change[] };
  readonly views: Views;
  readonly transfer: {
    readonly count: number;
    /** Pictures that fool the network they were made for, and pictures of random noise: how many each network gets wrong. */
    readonly made: Readonly<
      Record<NetworkName | 'noise', { readonly count: number; readonly fooled: Readonly<Record<NetworkName, number>> }>
    >;
  };
  readonly drawings: Readonly<Record<ComparedName, readonly Visualization[]>> & {
    /** Drawings that the second network takes for the class they are meant to show. */
    readonly recognised: Readonly<Record<ComparedName, number>>;
  };
  readonly walk: Walk;
}
