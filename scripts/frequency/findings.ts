/** @file What is measured of a classifier's frequencies: the file between measuring and reporting. */
import type { BandAttackResult } from '../../src/spectrum/band-attack.ts';
import type { FilteredAccuracies } from '../../src/spectrum/filtered-accuracy.ts';
import type { FourierAttackResult } from '../../src/spectrum/fourier-attack.ts';
import type { HeatMap } from '../../src/spectrum/heat-map.ts';

/** All parts, as JSON holds them. */
export interface Findings {
  readonly filtered: FilteredAccuracies;
  readonly heatMap: HeatMap;
  readonly waves: Omit<FourierAttackResult, 'perturbation' | 'perturbation8'>;
  readonly bandsL2: BandAttackResult;
  readonly bandsLinf: BandAttackResult;
}
