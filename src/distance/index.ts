/**
 * @file Distances between pictures: differentiable expressions, their numbers for pairs of pictures, and what the numbers mean.
 * @example
 * import { compare, distanceNamed, openDistance } from 'pareidolia/distance';
 * const [rows] = await compare([distanceNamed('ssim'), await openDistance('gmsd')], [{ x, y }]);
 * for (const row of rows) if (row.kind === 'measured') console.log(row.name, row.value, row.reading); // ssim 0.93 like JPEG at quality 50
 */

export {
  type CalibratedDistance,
  type CalibrateOptions,
  type CalibrationStep,
  type CalibrationTable,
  calibrate,
  calibrationTable,
} from './calibrate.ts';
export { calibrationTables } from './calibration-data.ts';
export {
  type CompareOptions,
  type ComparisonRow,
  compare,
  type MeasuredRow,
  type MedianRow,
  medians,
  type UndefinedRow,
} from './compare.ts';
export { compareFigure } from './compare-figure.ts';
export { type Distance, type DistanceConvention, DistanceError } from './distance.ts';
export { type Distortion, distortions } from './distortions.ts';
export { gmsd } from './gmsd.ts';
export { l0, l0Pixels, l1, l2, linf, psnr, rmse } from './lp.ts';
export { type DistanceMap, type Measurement, type MeasureOptions, measure, type Pair } from './measure.ts';
export { type NoiseLevel, type Notice, noiseLevelOf, whoNotices } from './notice.ts';
export { openDistance } from './open-distance.ts';
export { readingOf } from './reading.ts';
export { distanceNamed, distanceRegistry } from './registry.ts';
export { msSsim, ssim, ssimDownsampled } from './ssim.ts';
export { openTrunk, type Trunk, type TrunkOptions } from './trunk.ts';
