/** @file What `train --net` takes. Spelled out here, so that --help does not load the networks. */

/** Networks that map a picture to class scores. */
export const classifierNames = [
  'resnet8',
  'resnet20',
  'resnet18',
  'convnet',
  'convnet-k4s2',
  'convnet-max',
  'convnet-average',
  'convnet-blur',
  'lenet',
  'mlp',
  'linear',
  'vit',
] as const;

/** All of them: classifiers, and what has pictures as its answer. */
export const networkNames: readonly string[] = [...classifierNames, 'denoiser', 'vae', 'gan'];
