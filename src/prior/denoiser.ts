/**
 * @file Denoising auto-encoders as priors: what a denoiser R takes away from a noisy picture points to likelier ones, d log p(x) / dx =
 * (R(x) - x) / sigma^2 (Alain and Bengio 2014). PPGN (Nguyen et al. 2017) adds it to the gradient of the unit.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { openNetworkFile } from './network-file.ts';
import { PriorError } from './prior-error.ts';

/** A network that takes noise away. */
export interface Denoiser {
  readonly name: string;
  readonly key: string;
  /** Pictures [N, C, H, W] in [0, 1] without their noise. */
  denoise(x: Tensor): Tensor;
}

/** Options of `openDenoiser`. */
export interface DenoiserOptions {
  /** What its pictures' values run over; 0 to 1 unless given. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Opens a denoiser: a path, an address, an embedded model (`zoo:NAME`) or bytes of an ONNX file from pictures to pictures of the same size.
 * @throws PriorError where the file is none
 */
export async function openDenoiser(
  source: string | URL | Uint8Array,
  { range: [low, high] = [0, 1] }: DenoiserOptions = {},
): Promise<Denoiser> {
  const file = await openNetworkFile(source);
  const [, channels = 3, height = 32, width = 32] = file.inputShape;
  const apply = (x: Tensor) => file.graph.apply({ [file.input]: x })[file.output]!;
  const sample = input('picture', [1, channels, height, width]);
  const result = apply(sample).shape;
  if (result.some((n, i) => n !== sample.shape[i])) {
    throw new PriorError(
      `${file.name} gives [${result.join(', ')}] for [${sample.shape.join(', ')}]; a denoiser keeps the size.`,
    );
  }
  const isUnit = low === 0 && high === 1;
  return {
    name: file.name,
    key: `denoiser ${file.contents} ${low} ${high}`,
    denoise: (x) => {
      if (x.shape[1] !== channels)
        throw new PriorError(`${file.name} takes ${channels} channels; the model's pictures have ${x.shape[1]}.`);
      if (isUnit) return apply(x);
      return div(sub(apply(add(mul(x, high - low), low)), low), high - low);
    },
  };
}

/** The score d log p(x) / dx of pictures by a denoiser for noise of deviation sigma. */
export function scoreOf({ denoise }: Denoiser, x: Tensor, sigma: number): Tensor {
  return div(sub(denoise(x), x), sigma * sigma);
}
