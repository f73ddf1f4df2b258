/** @file The recipes of the embedded models: data, network, training, seed. */
import type { OpenOptions } from '../../src/data/kinds.ts';
import { denoiser, generator } from '../../src/train/networks/autoencoder.ts';
import { buildNetwork } from '../../src/train/networks/network.ts';
import type { Task } from '../../src/train/task.ts';
import { type ClassificationOptions, classification } from '../../src/train/tasks/classification.ts';
import { denoising } from '../../src/train/tasks/denoising.ts';
import { variational } from '../../src/train/tasks/generation.ts';
import type { TrainOptions } from '../../src/train/train.ts';

/** How an embedded model is made. */
export interface Recipe {
  /** Name of the data set: its pictures are `cifar10:DIR` of the shared data, or our own shapes. */
  readonly data: 'cifar10' | 'shapes';
  readonly brief: string;
  readonly task: () => Task;
  readonly training: Omit<TrainOptions, 'data' | 'validation' | 'device' | 'signal' | 'checkpoint'>;
  readonly open?: OpenOptions;
}

const cifarPixels = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };
const shapesPixels = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const sgd = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 } as const;
const cropAndFlip = { crop: 4, flip: true } as const;
const linf8 = { norm: 'linf', epsilon: 8 / 255, steps: 1 } as const;

function cifar(
  net: string,
  width: number,
  epochs: number,
  learningRate: number,
  brief: string,
  options: ClassificationOptions = {},
): Recipe {
  return {
    data: 'cifar10',
    brief,
    task: () => classification(buildNetwork(net, { classes: 10, width, ...cifarPixels }), options),
    training: { epochs, optimizer: sgd, learningRate, augmentation: cropAndFlip, averageDecay: 0.999, seed: 1 },
  };
}

function shapes(
  net: string,
  width: number,
  epochs: number,
  brief: string,
  options: ClassificationOptions = {},
): Recipe {
  return {
    data: 'shapes',
    brief,
    task: () => classification(buildNetwork(net, { classes: 10, width, ...shapesPixels }), options),
    training: {
      epochs,
      optimizer: sgd,
      learningRate: 0.1,
      augmentation: { crop: 2, flip: true },
      averageDecay: 0.998,
      seed: 1,
    },
  };
}

const adam = { kind: 'adam' } as const;

function denoisingRecipe(data: Recipe['data'], epochs: number): Recipe {
  return {
    data,
    brief: 'removes normal noise of deviation 0 to 0.3',
    task: () => denoising(denoiser(16), { maxSigma: 0.3 }),
    training: {
      epochs,
      optimizer: adam,
      learningRate: 2e-3,
      augmentation: { flip: true },
      averageDecay: 0.998,
      seed: 1,
    },
  };
}

function generationRecipe(data: Recipe['data'], epochs: number): Recipe {
  return {
    data,
    brief: 'decoder of a variational auto-encoder',
    task: () => variational(generator({ channels: 3, size: 32, width: 24 }), { codeSize: 128, width: 24 }),
    training: {
      epochs,
      optimizer: adam,
      learningRate: 1e-3,
      augmentation: { flip: true },
      averageDecay: 0.998,
      seed: 1,
    },
  };
}

/** All recipes by the name of their model. */
export const recipes: Readonly<Record<string, Recipe>> = {
  'cifar10-standard': cifar('resnet8', 32, 15, 0.2, 'residual network of 8 layers'),
  'cifar10-robust': cifar(
    'resnet8',
    32,
    16,
    0.2,
    'residual network of 8 layers, trained on single-step attacks of 8/255',
    {
      adversary: linf8,
    },
  ),
  'cifar10-second': cifar('convnet', 32, 6, 0.2, 'plain convolutional network of 5 layers'),
  'cifar10-denoiser': denoisingRecipe('cifar10', 6),
  'cifar10-generator': generationRecipe('cifar10', 7),
  'shapes-standard': shapes('resnet8', 16, 12, 'residual network of 8 layers'),
  'shapes-robust': shapes('resnet8', 16, 12, 'residual network of 8 layers, trained on single-step attacks of 8/255', {
    adversary: { ...linf8, warmup: 0.3 },
  }),
  'shapes-second': shapes('convnet-max', 16, 12, 'plain convolutional network with max pooling'),
  'shapes-denoiser': denoisingRecipe('shapes', 6),
  'shapes-generator': generationRecipe('shapes', 16),
};
