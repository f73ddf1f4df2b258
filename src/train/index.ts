/**
 * @file Training on the same engine: networks as functions of tensors over named parameters, a step as one graph, ONNX files as results.
 * @example
 * import { buildNetwork, classification, exportNetwork, train } from 'pareidolia/train';
 * const network = buildNetwork('resnet8', { classes: 10, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
 * const trained = await train(classification(network), {
 *   data, // an ImageArray of pareidolia/data
 *   epochs: 10,
 *   optimizer: { kind: 'sgd', weightDecay: 5e-4 },
 *   learningRate: 0.1,
 *   augmentation: { crop: 4, flip: true },
 * });
 * const { bytes } = await exportNetwork(trained, { device: await openRuntime('cpu') });
 */

export type { AdversaryOptions } from './adversary.ts';
export type { AugmentationOptions } from './augmentation.ts';
export type { CheckpointStore, EpochRecord } from './checkpoint.ts';
export { evaluate } from './evaluate.ts';
export { type ExportedNetwork, type ExportOptions, exportNetwork } from './export-network.ts';
export { fileCheckpoint } from './file-checkpoint.ts';
export { glorotUniform, heNormal, type Initializer, lecunUniform } from './initializer.ts';
export {
  batchNorm,
  type ConvolutionOptions,
  convBnRelu,
  convolution,
  dropout,
  flattened,
  globalMean,
  groupNorm,
  layerNorm,
  linear,
  named,
  normalised,
  pure,
  sequential,
} from './layers.ts';
export {
  crossEntropy,
  discriminatorLoss,
  generatorLoss,
  klDivergence,
  meanSquaredError,
  trades,
  variationalLoss,
} from './loss.ts';
export { denoiser, discriminator, type GeneratorOptions, generator } from './networks/autoencoder.ts';
export { lenet, linearModel, mlp } from './networks/classic.ts';
export { type ConvNetOptions, convnet, type Downsampling } from './networks/convnet.ts';
export { buildNetwork, type ClassifierOptions, networks } from './networks/network.ts';
export { type ResNetOptions, resnet } from './networks/resnet.ts';
export { type VitOptions, vit } from './networks/vit.ts';
export type { OptimizerOptions } from './optimizer.ts';
export { runNetwork } from './run-network.ts';
export type { Schedule } from './schedule.ts';
export { type Layer, type Mode, Scope } from './scope.ts';
export type { Task, TaskExport, TaskLoss, TaskResult, TrainingBatch } from './task.ts';
export { type ClassificationOptions, classification } from './tasks/classification.ts';
export { denoising } from './tasks/denoising.ts';
export {
  type AdversarialGenerationOptions,
  adversarialGeneration,
  type VariationalOptions,
  variational,
} from './tasks/generation.ts';
export { type TrainedNetwork, type TrainingProgress, type TrainOptions, train } from './train.ts';
export { TrainingError } from './training-error.ts';
