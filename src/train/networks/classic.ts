/** @file The small classics: a linear model, a multi-layer perceptron, LeNet. */
import { relu } from '../../tensor/ops/activation.ts';
import { maxPool } from '../../tensor/ops/max-pool.ts';
import { glorotUniform, lecunUniform } from '../initializer.ts';
import { convolution, flattened, linear, pure, sequential } from '../layers.ts';
import type { Layer } from '../scope.ts';

/** Class scores as an affine function of the pixels. */
export function linearModel(classes: number): Layer {
  return (x, scope) => linear(classes)(flattened(x, scope), scope.at('fc'));
}

/** Fully connected layers of the given widths with relu between them. */
export function mlp(widths: readonly number[], classes: number): Layer {
  return (x, scope) => {
    const hidden = widths.reduce(
      (y, width, i) => relu(linear(width, { initial: glorotUniform(y.shape[1]!, width) })(y, scope.at(`fc${i + 1}`))),
      flattened(x, scope),
    );
    return linear(classes)(hidden, scope.at(`fc${widths.length + 1}`));
  };
}

/** LeNet (LeCun et al. 1998) in the form that Caffe made usual: 5x5 convolutions to 20 and 50 channels, 500 hidden units, relu. */
export function lenet(classes: number): Layer {
  const pool = pure((x) => maxPool(x, [2, 2], { strides: [2, 2] }));
  const stage =
    (channels: number): Layer =>
    (x, scope) =>
      convolution(channels, { kernel: 5, pad: 0, initial: lecunUniform(x.shape[1]! * 25) })(x, scope);
  return (x, scope) => {
    const features = sequential(
      stage(20),
      pool,
      pure(relu),
      stage(50),
      pool,
      pure(relu),
      flattened,
    )(x, scope.at('features'));
    const hidden = relu(linear(500)(features, scope.at('fc1')));
    return linear(classes)(hidden, scope.at('fc2'));
  };
}
