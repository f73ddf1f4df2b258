/** @file Networks by name, as the command line and the recipes ask for them. */
import { normalised } from '../layers.ts';
import type { Layer } from '../scope.ts';
import { lenet, linearModel, mlp } from './classic.ts';
import { convnet, type Downsampling } from './convnet.ts';
import { resnet } from './resnet.ts';
import { vit } from './vit.ts';

/** What a classifier is built for. */
export interface ClassifierOptions {
  readonly classes: number;
  /** Channels of the first stage, where the network has stages; each network has its own usual number. */
  readonly width?: number;
  /** Per channel, taken from and divided out of pixels in [0, 1] inside the network. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** A named network. */
export interface NetworkDefinition {
  /** What it is, in a few words. */
  readonly brief: string;
  build(options: ClassifierOptions): Layer;
}

function residual(blocks: readonly number[], usualWidth: number, brief: string): NetworkDefinition {
  return { brief, build: ({ classes, width = usualWidth }) => resnet({ classes, width, blocks }) };
}

function plain(downsampling: Downsampling, brief: string): NetworkDefinition {
  return { brief, build: ({ classes, width = 16 }) => convnet({ classes, width, downsampling }) };
}

/** All classifiers that can be trained by name. */
export const networks: Readonly<Record<string, NetworkDefinition>> = {
  resnet8: residual([1, 1, 1], 16, 'residual network of 8 layers'),
  resnet20: residual([3, 3, 3], 16, 'residual network of 20 layers'),
  resnet18: residual([2, 2, 2, 2], 64, 'ResNet-18 with the stem for 32-pixel pictures'),
  convnet: plain('stride', 'five convolutions, halving by stride 2'),
  'convnet-k4s2': plain('k4s2', 'five convolutions, halving by 4x4 kernels of stride 2'),
  'convnet-max': plain('max', 'five convolutions, halving by max pooling'),
  'convnet-average': plain('average', 'five convolutions, halving by average pooling'),
  'convnet-blur': plain('blur', 'five convolutions, halving by blur pooling'),
  lenet: { brief: 'LeNet for 28- or 32-pixel pictures', build: ({ classes }) => lenet(classes) },
  mlp: { brief: 'two hidden layers', build: ({ classes, width = 256 }) => mlp([width, width], classes) },
  linear: { brief: 'class scores linear in the pixels', build: ({ classes }) => linearModel(classes) },
  vit: {
    brief: 'vision transformer of 4x4 patches, four blocks',
    build: ({ classes, width = 64 }) => vit({ classes, patch: 4, width, depth: 4, heads: 4 }),
  },
};

/** A classifier by name, over pixels in [0, 1]. @throws TypeError that lists the names there are */
export function buildNetwork(name: string, options: ClassifierOptions): Layer {
  const definition = networks[name];
  if (definition === undefined) {
    throw new TypeError(`There is no network "${name}"; there are ${Object.keys(networks).join(', ')}.`);
  }
  const body = definition.build(options);
  const { mean, std } = options;
  if (mean === undefined || std === undefined) return body;
  return (x, scope) => body(normalised(mean, std)(x, scope), scope);
}
