/** @file The mean power spectrum of gradients: each picture's counts the same, less its mean, whatever its size. */
import type { Model } from '../model/model.ts';
import { type PowerSpectrum, powerSpectrum } from './power-spectrum.ts';

/**
 * The mean spectrum of gradients [C, H, W] with respect to a model's pictures, each divided by its own power; of none where all are 0.
 */
export async function gradientPower(
  { channels, height, width, device }: Pick<Model, 'channels' | 'height' | 'width' | 'device'>,
  gradients: readonly Float32Array[],
): Promise<PowerSpectrum> {
  const size = channels * height * width;
  const pixels = new Float32Array(gradients.length * size);
  for (const [i, gradient] of gradients.entries()) {
    // Gradients may be tiny, and their squares nothing; a spectrum has no scale here.
    const most = gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (most > 0)
      pixels.set(
        gradient.map((v) => v / most),
        i * size,
      );
  }
  return powerSpectrum(
    { shape: [gradients.length, channels, height, width], pixels },
    { mean: 'removed', normalise: 'picture', device },
  );
}
