/** @file A link of the chain from drawing to attack: its number, its interval over pictures, and the line that it has to cross. */
import type { SeenDose } from './compare-doses.ts';
import type { Estimate } from './interval.ts';
import type { PatternReactions } from './measure-doses.ts';

/** The links, in the order of the chain. */
export type LinkName = 'high frequency' | 'answers alone' | 'adds up' | 'hidden' | 'fools';

/** One link. */
export interface Link {
  readonly name: LinkName;
  /** The number that is held against `line`; NaN where nothing can be told. */
  readonly measured: Estimate;
  readonly line: number;
  /** `open`: the interval holds the line. `unknown`: there is nothing to tell it from. */
  readonly is: 'held' | 'failed' | 'open' | 'unknown';
  /** In words, with the numbers. */
  readonly words: string;
}

/** Lines that the links must cross. */
export const lines = {
  /** Share of the pattern's power above a quarter of a cycle a pixel, at least. */
  highShare: 0.5,
  /** Share of pictures to which the unit responds less than to the pattern alone, at least. */
  percentile: 0.95,
  /** Of what the pattern does on grey, the share that it does in a picture, at least and at most: more is the picture's own doing. */
  kept: 0.5,
  mostKept: 2,
  /** And minus must take away what plus gives: `Linearity.oddness`, at least. */
  oddness: 0.5,
  /** Share of pictures that are answered otherwise, at least. */
  fooled: 0.5,
} as const;

/** What a verdict is made of. */
export interface VerdictSource {
  readonly reactions: PatternReactions;
  /** Share of power above a quarter of a cycle a pixel: one, or one for each picture. */
  readonly highShares: readonly number[];
  /** Responses to the pictures as they are. */
  readonly cleanResponses: readonly number[];
  readonly seen: readonly SeenDose[];
  /** Whether random signs of the dose fool, for the same pictures. */
  readonly control: readonly boolean[];
  readonly unitIsClass: boolean;
  /** The dose in question. */
  readonly dose: number;
  /** Noise on photographs, in 8-bit levels, up to which a change counts as hidden; levels within a ratio of 1.15 are the same. */
  readonly notice: number;
}
