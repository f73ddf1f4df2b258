/** @file A band of frequencies as a subspace that an attack's changes must lie in. */
import type { Subspace } from '../attack/subspace.ts';
import { type Band, bandPass, bandPassed, describeBand } from './band.ts';

/**
 * The pictures, as changes, whose spectrum lies in a band, for the option `subspace` of `pgd`.
 * @example
 * const [result] = await pgd(model, [pixels], [label], { norm: 'l2', epsilon: 1, subspace: bandSubspace(bands.low) });
 */
export function bandSubspace(band: Band): Subspace {
  return {
    name: `${describeBand(band)} band`,
    project: (change) => bandPass(change, band),
    projected: (change, [, height, width]) => bandPassed(change, height, width, band),
  };
}
