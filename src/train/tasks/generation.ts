/** @file Training of generators: as the decoder of a variational auto-encoder, or against a discriminator. */
import { add, mul } from '../../tensor/ops/arithmetic.ts';
import { exp } from '../../tensor/ops/unary.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type AdversarialLoss, discriminatorLoss, generatorLoss, meanSquaredError, variationalLoss } from '../loss.ts';
import { encode } from '../networks/autoencoder.ts';
import type { Layer, Scope } from '../scope.ts';
import type { Task, TaskExport } from '../task.ts';

function exportGenerator(generator: Layer, codeSize: number): () => TaskExport {
  return () => ({
    input: { name: 'z', spec: { shape: [1, codeSize], dtype: 'float32' } },
    output: 'x',
    build: (z, scope) => generator(z, scope.at('generator')),
  });
}

/** Options of `variational`. */
export interface VariationalOptions {
  readonly codeSize: number;
  /** Channels of the encoder's first stage. */
  readonly width: number;
  /** Deviation of the reconstruction, in pixels from 0 to 1. */
  readonly sigma?: number;
  /** Weight of the code's divergence. */
  readonly beta?: number;
}

/** Training of a variational auto-encoder, of which the decoder is kept. Codes are normal with variance 1. */
export function variational(generator: Layer, { codeSize, width, sigma = 0.07, beta = 1 }: VariationalOptions): Task {
  const run = (x: Tensor, scope: Scope, sample: boolean) => {
    const { mean, logVariance } = encode(x, scope.at('encoder'), codeSize, width);
    const code = sample ? add(mean, mul(exp(mul(logVariance, 0.5)), scope.noise('code', mean.shape, 'normal'))) : mean;
    const reconstruction = generator(code, scope.at('generator'));
    const bound = variationalLoss(x, reconstruction, mean, logVariance, { sigma, beta });
    return { ...bound, error: meanSquaredError(reconstruction, x) };
  };
  return {
    name: 'variational',
    settings: { codeSize, width, sigma, beta },
    goal: { metric: 'loss', better: 'lower' },
    train: ({ x }, scope) => {
      const { loss, divergence, error } = run(x, scope, true);
      return { losses: [{ value: loss }], metrics: { loss, divergence, error } };
    },
    evaluate: ({ x }, scope) => {
      const { loss, divergence, error } = run(x, scope, false);
      return { loss, divergence, error };
    },
    export: exportGenerator(generator, codeSize),
  };
}

/** Options of `adversarialGeneration`. */
export interface AdversarialGenerationOptions {
  readonly codeSize: number;
  readonly loss?: AdversarialLoss;
  /** Learning rate of the discriminator over the generator's. */
  readonly discriminatorRate?: number;
}

/** Training of a generator and a discriminator (Goodfellow et al. 2014); both move at each step, from the same state. */
export function adversarialGeneration(
  generator: Layer,
  discriminator: Layer,
  options: AdversarialGenerationOptions,
): Task {
  const { codeSize, loss = 'hinge', discriminatorRate = 1 } = options;
  const play = (x: Tensor, scope: Scope) => {
    const z = scope.noise('code', [x.shape[0]!, codeSize], 'normal');
    const fake = generator(z, scope.at('generator'));
    const judge = scope.at('discriminator');
    const real = discriminator(x, judge);
    const forDiscriminator = discriminatorLoss(loss, real, discriminator(scope.hold(fake), judge));
    return { forDiscriminator, forGenerator: generatorLoss(loss, discriminator(fake, judge)) };
  };
  return {
    name: 'adversarial generation',
    settings: { codeSize, loss, discriminatorRate },
    goal: { metric: 'generator', better: 'lower' },
    train: ({ x }, scope) => {
      const { forDiscriminator, forGenerator } = play(x, scope);
      return {
        losses: [
          { value: forGenerator, parameters: 'generator.' },
          { value: forDiscriminator, parameters: 'discriminator.', rate: discriminatorRate },
        ],
        metrics: { generator: forGenerator, discriminator: forDiscriminator },
      };
    },
    evaluate: ({ x }, scope) => {
      const { forDiscriminator, forGenerator } = play(x, scope);
      return { generator: forGenerator, discriminator: forDiscriminator };
    },
    export: exportGenerator(generator, codeSize),
  };
}
