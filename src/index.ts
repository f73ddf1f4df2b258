/** @file Pareidolia: attack, visualise and measure any ONNX vision model. */

export { decodePicture, encodePng } from '#image-codec';
export { openRuntime } from '#runtime';
export { as8Bit, attackFigure } from './attack/attack-figure.ts';
export { type DistanceAttackOptions, type DistanceBound, distanceAttack } from './attack/distance-attack.ts';
export { fgsm } from './attack/fgsm.ts';
export type { GradientAttackOptions } from './attack/gradient-attack.ts';
export type { LossName } from './attack/loss.ts';
export { type Change, type ChangeName, changes } from './attack/parameterisation.ts';
export { type PgdOptions, pgd, type StepSchedule } from './attack/pgd.ts';
export {
  AttackError,
  type AttackOutcome,
  type AttackResult,
  type DistanceAttackResult,
  type Measured,
  type Prediction,
} from './attack/result.ts';
export { type Distances, distances, type Norm } from './distance/ball.ts';
export { type Distance, type DistanceConvention, DistanceError } from './distance/distance.ts';
export { enlarged } from './distance/enlarged.ts';
export { distanceForms, type OpenDistanceOptions, openDistance } from './distance/open-distance.ts';
export { distanceNamed, distanceRegistry } from './distance/registry.ts';
export { type Caption, type Figure, figurePng, type Panel } from './image/figure.ts';
export { ImageError, type Picture, quantize8, toGrey, toRgb } from './image/image.ts';
export { readPngText } from './image/png-text.ts';
export { centerCrop, resizePicture, resizeShorterSide } from './image/resize.ts';
export { fitPicture } from './model/fit-picture.ts';
export { type Inspection, inspectModel, type Layer } from './model/inspect.ts';
export { type LoadOptions, loadModel } from './model/load-model.ts';
export type { Model, PlainPrediction, TracedModel } from './model/model.ts';
export { ModelError } from './model/model-error.ts';
export { type Preprocessing, presets } from './model/preprocessing.ts';
export { type ZooEntry, zoo } from './model/zoo.ts';
export { DeviceError, type DeviceRuntime } from './runtime/runtime.ts';
export type { Problem, StepRule } from './search/problem.ts';
export { search } from './search/search.ts';
export { VisualizeError } from './visualize/check-options.ts';
export {
  type PathPoint,
  type Visualization,
  type VisualizeOptions,
  visualizeClass,
  visualizeClasses,
} from './visualize/visualize-class.ts';
