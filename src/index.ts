/** @file Pareidolia: attack, visualise and measure any ONNX vision model. */

export { decodePicture, encodePng } from '#image-codec';
export { openRuntime } from '#runtime';
export { adversarialPatch, type PatchOptions, type PatchResult } from './attack/adversarial-patch.ts';
export { type AlmaOptions, alma } from './attack/alma.ts';
export { type ApgdOptions, apgdCe, apgdDlr } from './attack/apgd.ts';
export { type ApgdTOptions, apgdT } from './attack/apgd-targeted.ts';
export { type AnyAttackOptions, attack } from './attack/attack.ts';
export { as8Bit, attackFigure } from './attack/attack-figure.ts';
export type { AttackOptions } from './attack/attack-options.ts';
export { type AutoAttackOptions, type AutoAttackResult, autoattack } from './attack/autoattack.ts';
export type { AutoAttackVersion } from './attack/autoattack-members.ts';
export { batchWithin, bytesPerPicture } from './attack/batch-within.ts';
export { bestMethod, type Choice, type Situation } from './attack/best.ts';
export { type BimOptions, bim } from './attack/bim.ts';
export { type BoundaryOptions, boundary } from './attack/boundary.ts';
export { type BrendelBethgeOptions, brendelBethge } from './attack/brendel-bethge.ts';
export type { BudgetNorm, BudgetOptions } from './attack/budget-attack.ts';
export { answer, type Criterion, criterionOf, logitGap, probabilityGap, topK } from './attack/criterion.ts';
export { type CwOptions, carliniWagner } from './attack/cw.ts';
export { type DdnOptions, ddn } from './attack/ddn.ts';
export { type DeepfoolOptions, deepfool } from './attack/deepfool.ts';
export { type DistanceAttackOptions, type DistanceBound, distanceAttack } from './attack/distance-attack.ts';
export { type EadOptions, ead } from './attack/ead.ts';
export type { Expectation } from './attack/expectation.ts';
export { type FabOptions, type FabTOptions, fab, fabT } from './attack/fab.ts';
export { fgsm } from './attack/fgsm.ts';
export { type FmnOptions, fmn } from './attack/fmn.ts';
export type { FoolingRate } from './attack/fooling-rate.ts';
export { type GeodaOptions, geoda } from './attack/geoda.ts';
export type { GradientAttackOptions } from './attack/gradient-attack.ts';
export { type HopSkipJumpOptions, hopskipjump } from './attack/hopskipjump.ts';
export { type JsmaOptions, jsma } from './attack/jsma.ts';
export type { LossName } from './attack/loss.ts';
export type { AttackMethod, Knowledge, MethodOptions } from './attack/method.ts';
export { attackMethods, methodNamed } from './attack/methods.ts';
export type { MinimalOptions } from './attack/minimal-attack.ts';
export { type NesOptions, nes } from './attack/nes.ts';
export { type OnePixelOptions, onePixel } from './attack/one-pixel.ts';
export { type Change, type ChangeName, changes } from './attack/parameterisation.ts';
export type { PatchShape } from './attack/patch-placement.ts';
export { type PatchRate, pastePatch, patchRgba } from './attack/patch-rates.ts';
export { type PdgdOptions, pdgd } from './attack/pdgd.ts';
export { type PdpgdOptions, pdpgd } from './attack/pdpgd.ts';
export { type PgdOptions, pgd, type StepSchedule } from './attack/pgd.ts';
export { type Colour, usualColours } from './attack/printability.ts';
export {
  AttackError,
  type AttackOutcome,
  type AttackResult,
  type DistanceAttackResult,
  type Measured,
  type Prediction,
} from './attack/result.ts';
export { type SigmaZeroOptions, sigmaZero } from './attack/sigma-zero.ts';
export { type SimbaBasis, type SimbaOptions, simba } from './attack/simba.ts';
export { type SparsefoolOptions, sparsefool } from './attack/sparsefool.ts';
export { type SpsaOptions, spsa } from './attack/spsa.ts';
export { type SquareOptions, square } from './attack/square.ts';
export type { Subspace } from './attack/subspace.ts';
export { type SuperdeepfoolOptions, superdeepfool } from './attack/superdeepfool.ts';
export { type SurvivalOptions, survival } from './attack/survival.ts';
export { transferAttack } from './attack/transfer-attack.ts';
export { type TransferName, type TransferPreset, transferPresets } from './attack/transfer-methods.ts';
export type { TransferOptions } from './attack/transfer-options.ts';
export type { AttackPoint } from './attack/trial.ts';
export {
  type HeldOut,
  type UniversalOptions,
  type UniversalResult,
  universalPerturbation,
} from './attack/universal-perturbation.ts';
export { type OpaqueModel, opaqueModel, type Victim } from './attack/victim.ts';
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
export type { StandIn, StandIns } from './onnx/import/stand-ins.ts';
export { DeviceError, type DeviceRuntime } from './runtime/runtime.ts';
export type { Problem, StepRule } from './search/problem.ts';
export { search } from './search/search.ts';
export { artefactFigure } from './spectrum/artefact-figure.ts';
export {
  type ArtefactMeasurement,
  type ArtefactPeriod,
  type ArtefactPrediction,
  type MeasureArtefactsOptions,
  measureArtefacts,
  pathOf,
  predictArtefacts,
} from './spectrum/artefacts.ts';
export { averageForMax, withAverageGradient } from './spectrum/average-gradient.ts';
export { type Band, type BandName, bandNamed, bandPass, bandPassed, bands, isInBand } from './spectrum/band.ts';
export {
  type BandAttackOptions,
  type BandAttackResult,
  type BandCell,
  type BandCurve,
  type BandOutcome,
  type BandPoint,
  bandAttack,
  bandAttackKey,
} from './spectrum/band-attack.ts';
export { bandSubspace } from './spectrum/band-subspace.ts';
export { type BarColumn, type BarFigure, barFigurePng, barFigureSvg, type FigureBar } from './spectrum/bar-figure.ts';
export { type BlurPoolOptions, type BlurredFile, blurDownsampling } from './spectrum/blur-pool.ts';
export { type Curve, type CurveFigure, curveFigurePng, curveFigureSvg } from './spectrum/curve-figure.ts';
export { filePath } from './spectrum/file-path.ts';
export { type FilteredAccuracies, type FilteredOptions, filteredAccuracy } from './spectrum/filtered-accuracy.ts';
export {
  type FoolingWave,
  type FourierAttackOptions,
  type FourierAttackResult,
  fourierAttack,
  waveChange,
} from './spectrum/fourier-attack.ts';
export { fourierBasis, isSelfConjugate, radiusOf } from './spectrum/fourier-basis.ts';
export { type HeatCell, type HeatMap, type HeatMapOptions, heatMap, heatMapKey } from './spectrum/heat-map.ts';
export { inputGradients } from './spectrum/input-gradients.ts';
export {
  type Intervention,
  intervene,
  interventionName,
  interventionNamed,
  usualInterventions,
} from './spectrum/intervention.ts';
export { interventionFigure } from './spectrum/intervention-figure.ts';
export {
  type InterventionHeatMap,
  type InterventionHeatMapOptions,
  interventionHeatMaps,
} from './spectrum/intervention-heat-maps.ts';
export { type MapFigure, type MapPanel, mapFigurePng, mapFigureSvg } from './spectrum/map-figure.ts';
export {
  type InterventionFindings,
  type InterventionOptions,
  type InterventionRow,
  measureInterventions,
} from './spectrum/measure-interventions.ts';
export { type Overlap, overlapOf } from './spectrum/overlap.ts';
export { type OverlapMaps, overlapMaps, type PixelMap } from './spectrum/overlap-map.ts';
export { type PhaseEnergies, phaseEnergies } from './spectrum/phase-energy.ts';
export { type ResolutionLayer, resolutionLayers } from './spectrum/resolution-layers.ts';
export { bandFigure, filteredFigure, heatMapFigure, waveFigure } from './spectrum/sensitivity-figures.ts';
export { type NoisyGradientOptions, withBlurredGradient, withNoisyGradient } from './spectrum/smooth-gradient.ts';
export { SpectrumError } from './spectrum/spectrum-error.ts';
export type { Placement } from './transform/affine.ts';
export { type BlurOptions, blur } from './transform/blur.ts';
export { type BrightnessAndContrastOptions, brightnessAndContrast } from './transform/brightness-and-contrast.ts';
export { type ColourNoiseOptions, colourNoise } from './transform/colour-noise.ts';
export { flip } from './transform/flip.ts';
export { jitter } from './transform/jitter.ts';
export { type JpegOptions, jpeg } from './transform/jpeg.ts';
export { type NoiseOptions, noise } from './transform/noise.ts';
export type { Range } from './transform/range.ts';
export { type ResizeAndPadOptions, resizeAndPad } from './transform/resize-and-pad.ts';
export { type RotateAndScaleOptions, rotateAndScale } from './transform/rotate-and-scale.ts';
export { sequence, sometimes } from './transform/sequence.ts';
export type { Transform } from './transform/transform.ts';
export { VisualizeError } from './visualize/check-options.ts';
export {
  type PathPoint,
  type Visualization,
  type VisualizeOptions,
  visualizeClass,
  visualizeClasses,
} from './visualize/visualize-class.ts';
