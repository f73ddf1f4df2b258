/**
 * @file Drawings of what networks respond to: objectives, priors of natural pictures, and the search that joins them.
 * @example
 * import { loadModel } from 'pareidolia';
 * import { openPrior, robustnessNamed, unitNamed, visualize } from 'pareidolia/visualize';
 * await using model = await loadModel('zoo:cifar10-robust');
 * const size = [3, 32, 32] as const;
 * const { objective } = unitNamed(model, 'horse');
 * const { transform } = robustnessNamed('jitter', size, [32, 32]);
 * const { pictures } = await visualize(model, objective, { parameterisation: await openPrior('fourier', size), transform });
 */

export { layerNames } from '../model/layer-names.ts';
export { batchStatistics } from '../prior/batch-statistics.ts';
export { type ColourMatrix, colourMatrixOf, imagenetColours } from '../prior/colour.ts';
export { cppn } from '../prior/cppn.ts';
export { deepImage } from '../prior/deep-image.ts';
export { type Denoiser, type DenoiserOptions, openDenoiser, scoreOf } from '../prior/denoiser.ts';
export { enlarged } from '../prior/enlarged.ts';
export { type Fit, type FitOptions, fitParameters } from '../prior/fit-parameters.ts';
export { type FourierOptions, fourier } from '../prior/fourier-picture.ts';
export { type CodeBounds, type GeneratorOptions, openGenerator } from '../prior/generator.ts';
export { laplacianPyramid } from '../prior/laplacian-pyramid.ts';
export { type MacoOptions, type MagnitudeSpectrum, maco } from '../prior/maco.ts';
export { naturalPictures } from '../prior/natural-data.ts';
export { measureStatistics, type NaturalStatistics, slopeOf, spectrumAt } from '../prior/natural-statistics.ts';
export type { Parameterisation, PictureSize } from '../prior/parameterisation.ts';
export { boundary, l1From, l2From, type Penalty, roughness, type Sight, variation } from '../prior/penalties.ts';
export { lowResolution, pixels, rawPixels } from '../prior/pixels.ts';
export { PriorError } from '../prior/prior-error.ts';
export { openPrior, type PriorOptions, priors } from '../prior/prior-named.ts';
export { type AskTell, type BestPoint, runAskTell } from '../search/gradient-free/ask-tell.ts';
export { type CmaOptions, type CovarianceForm, cmaEs } from '../search/gradient-free/cma-es.ts';
export { type GeneticOptions, genetic } from '../search/gradient-free/genetic.ts';
export { type EvolutionGradientOptions, evolutionGradient } from '../search/gradient-free/nes.ts';
export { type SphereCmaOptions, sphereCma } from '../search/gradient-free/sphere-cma.ts';
export { type CropOptions, crops } from '../transform/crops.ts';
export { activationsOf } from './activations-of.ts';
export { VisualizeError } from './check-options.ts';
export { type DenoiserPrior, type DenoiserPriorOptions, openDenoiserPrior } from './denoiser-prior.ts';
export { activations, naturalSlope, percentileOf, type Spectrum, spectrumOf } from './evidence.ts';
export { type DirectionOptions, direction, meanOverPlaces } from './objectives/direction.ts';
export { type Activations, caricature, matching, style } from './objectives/matching.ts';
export { type Objective, type Seen, weightedSum } from './objectives/objective.ts';
export { alignment, diversity, interpolation } from './objectives/together.ts';
export type { TokenChoice, Tokens } from './objectives/tokens.ts';
export { channel, classScore, neuron, wholeLayer } from './objectives/unit.ts';
export { type Robustness, robustnessNamed, robustnessPresets } from './robustness.ts';
export { type SlideOptions, type SlideStep, slide } from './slide.ts';
export { type NamedUnit, type UnitOptions, unitNamed } from './unit-named.ts';
export {
  type Drawing,
  type DrawOptions,
  type DrawPoint,
  type Optimizer,
  visualize,
  type WeightedPenalty,
} from './visualize.ts';
export {
  type GradientFreeDrawing,
  type GradientFreeOptimizer,
  type GradientFreeOptions,
  type UnitFunction,
  unitFunction,
  visualizeWithoutGradients,
} from './visualize-without-gradients.ts';
