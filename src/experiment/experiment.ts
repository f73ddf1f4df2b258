/** @file What an experiment is: a claim, the protocol that tests it, published numbers, and what one run of one seed finds. */
import type { ImageArray } from '../data/dataset.ts';
import type { Picture } from '../image/image.ts';
import type { LineChart } from '../report/chart.ts';
import type { Interval } from '../statistics/share-interval.ts';
import type { ExperimentContext } from './context.ts';
import type { SourceRole } from './sources.ts';
import type { Summary } from './summary.ts';

/** How much is computed: minutes, or what the documented numbers come from. */
export type Scale = 'quick' | 'full';

/** All of them, for messages and menus. */
export const scales: readonly Scale[] = ['quick', 'full'];

/** What an experiment can be run on: a set that comes with embedded models, any other set, or nothing but numbers drawn by itself. */
export type DataKind = 'shapes' | 'cifar10' | 'other' | 'none';

/** Numbers and words that say how much is computed; all of them stand in the report. */
export type Settings = Readonly<Record<string, number | string | boolean | readonly number[] | readonly string[]>>;

/** A number of another publication, in the unit of the measure that it belongs to. */
export interface PublishedFigure {
  readonly measure: string;
  readonly value: number;
  /** Who reports it, and on what. */
  readonly source: string;
}

/** A number that one seed gave. */
export interface Measure {
  /** What it is, in words: the same for every seed. */
  readonly name: string;
  readonly value: number;
  /** A share from 0 to 1 is printed in per cent; so is a change of shares, which may be below 0 and whose interval is not cut off. */
  readonly unit: 'share' | 'change' | 'number';
  /** Of how many independent trials the share is, where it is one: gives it an interval of its own. */
  readonly of?: number;
  /** The value's own 95 % interval over whatever it sums up (pictures, pairs, classes), where it is no share of trials. */
  readonly interval?: Interval | undefined;
}

/** A picture sheet or a chart. */
export type Figure = {
  /** Name of its file, without an ending. */
  readonly name: string;
  readonly caption: string;
} & (
  | {
      readonly kind: 'pictures';
      readonly rows: readonly { readonly title: string; readonly pictures: readonly Picture[] }[];
    }
  | { readonly kind: 'chart'; readonly chart: LineChart }
);

/** A data set that an experiment constructed, for others to use. */
export interface ConstructedSet {
  /** Name of its file, without an ending. */
  readonly name: string;
  readonly set: ImageArray;
}

/** What one seed found. */
export interface Findings {
  readonly measures: readonly Measure[];
  /** Those of the first seed are shown. */
  readonly figures?: readonly Figure[];
  readonly sets?: readonly ConstructedSet[];
  /** What a reader must know to judge the numbers: what was checked, what differs from the paper. */
  readonly notes?: readonly string[];
}

/** One sentence that the numbers bear out or not. */
export interface Verdict {
  readonly statement: string;
  readonly holds: boolean;
}

/** An experiment. */
export interface Experiment<S extends Settings = Settings> {
  /** What the command line calls it. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences. */
  readonly claim: string;
  readonly paper: string;
  /** Steps in words, in order. */
  readonly protocol: readonly string[];
  readonly published: readonly PublishedFigure[];
  /** Data set when none is named. */
  readonly usualData: string;
  /** Networks trained beforehand that it asks its context for, which gives out no others; none unless given. */
  readonly sources?: readonly SourceRole[];
  /** Settings by scale and kind of data; a kind that is left out is refused. */
  readonly scales: Readonly<Record<Scale, Readonly<Partial<Record<DataKind, S>>>>>;
  /** Measures for one seed, which is in the context. */
  run(context: ExperimentContext, settings: S): Promise<Findings>;
  /** What the numbers of all seeds say about the claim. */
  judge(results: Summaries, settings: S): readonly Verdict[];
}

/** The summaries of a run. */
export interface Summaries {
  /** The summary of a measure. @throws TypeError where no seed has it */
  of(measure: string): Summary;
  readonly all: readonly Summary[];
}
