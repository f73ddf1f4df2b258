/** @file Training of a denoiser over a range of noise levels (Vincent et al. 2008; Alain and Bengio 2014 for what it estimates). */

import { perSample } from '../../distance/ball.ts';
import { add, mul } from '../../tensor/ops/arithmetic.ts';
import { meanSquaredError } from '../loss.ts';
import type { Layer } from '../scope.ts';
import type { Task } from '../task.ts';

/** A denoiser's training: normal noise whose deviation is uniform in [0, maxSigma] for each picture, mean squared error. */
export function denoising(network: Layer, { maxSigma = 0.3 }: { readonly maxSigma?: number } = {}): Task {
  return {
    name: 'denoising',
    settings: { maxSigma },
    goal: { metric: 'loss', better: 'lower' },
    train: ({ x }, scope) => {
      const sigma = perSample(mul(scope.noise('sigma', [x.shape[0]!], 'uniform'), maxSigma), x);
      const noisy = add(x, mul(scope.noise('noise', x.shape, 'normal'), sigma));
      const loss = meanSquaredError(network(noisy, scope), x);
      return { losses: [{ value: loss }], metrics: { loss, 'noise power': meanSquaredError(noisy, x) } };
    },
    evaluate: ({ x }, scope) => {
      const noise = scope.noise('noise', x.shape, 'normal');
      const at = (sigma: number) => meanSquaredError(network(add(x, mul(noise, sigma)), scope), x);
      return { loss: at(maxSigma / 2), 'loss at 0.05': at(0.05), 'loss at 0.1': at(0.1), 'loss at 0.2': at(0.2) };
    },
    export: (shape) => ({
      input: { name: 'x', spec: { shape: [1, ...shape], dtype: 'float32' } },
      output: 'denoised',
      build: (x, scope) => network(x, scope),
    }),
  };
}
