/** @file Flags of measurements of where in the spectrum a classifier is weak. */
import { parseBudget, parseCount } from './parse.ts';

/** What is measured. */
export type SensitivityKind = 'heatmap' | 'waves' | 'bands' | 'filtered';

/** All kinds, for messages. */
export const sensitivityKinds: readonly SensitivityKind[] = ['heatmap', 'waves', 'bands', 'filtered'];

/** Values of the flags. */
export interface SensitivityFlags {
  readonly heatmap: boolean;
  readonly waves: boolean;
  readonly bands: boolean;
  readonly filtered: boolean;
  readonly limit?: number;
  readonly norm?: 'linf' | 'l2';
  readonly epsilon?: readonly number[];
  readonly steps?: number;
  readonly gridStep?: number;
  readonly band?: readonly string[];
  readonly radius?: readonly number[];
  readonly batch?: number;
  readonly seed: number;
  readonly fresh: boolean;
}

const mode = (brief: string) => ({ kind: 'boolean', default: false, withNegated: false, brief }) as const;
const count = (least: number, brief: string) =>
  ({ kind: 'parsed', parse: parseCount(least), optional: true, brief, placeholder: 'N' }) as const;

/** The flags as stricli takes them. */
export const sensitivityFlags = {
  heatmap: mode('Error under each plane wave'),
  waves: mode('The single waves that change most answers'),
  bands: mode('Accuracy under attacks that change one band of frequencies'),
  filtered: mode('Accuracy with low or high frequencies alone'),
  limit: count(1, 'Measure on this many pictures (400; 200 with --bands)'),
  norm: { kind: 'enum', values: ['linf', 'l2'], optional: true, brief: 'Norm of waves (linf) or of attacks (l2)' },
  epsilon: {
    kind: 'parsed',
    parse: parseBudget,
    optional: true,
    variadic: true,
    brief:
      'Size of waves (8/255; with --heatmap l2 of a channel, 4 at 32 pixels), or budgets of attacks; may be repeated',
    placeholder: 'EPS',
  },
  steps: count(1, 'Steps of the attacks of --bands (20)'),
  gridStep: count(1, 'Only waves whose periods are multiples of this (1 up to 64 pixels)'),
  band: {
    kind: 'parsed',
    parse: String,
    optional: true,
    variadic: true,
    brief: 'Band of --bands: low, middle, high or LOW-HIGH in cycles a pixel; may be repeated',
    placeholder: 'BAND',
  },
  radius: {
    kind: 'parsed',
    parse: parseBudget,
    optional: true,
    variadic: true,
    brief: 'Radius of --filtered in periods over the picture (4, 8, 12, 16); may be repeated',
    placeholder: 'PERIODS',
  },
  batch: count(1, 'Pictures in one run (64; 16 with --bands)'),
  seed: {
    kind: 'parsed',
    parse: parseCount(0),
    default: '0',
    brief: 'Seed of signs and of the choice of pictures',
    placeholder: 'N',
  },
  fresh: mode('Begin anew where an interrupted run could go on'),
} as const;
