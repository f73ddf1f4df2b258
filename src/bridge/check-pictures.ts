/** @file Refuses pictures that the bridge cannot put a dose on, before any work. */
import type { Model } from '../model/model.ts';
import { BridgeError } from './bridge-error.ts';

/** Pixels may miss the range by what rounding to float32 does. */
const tolerance = 1e-6;

/** Refuses pictures of another size than the model's, and pixels outside [0, 1]. @throws BridgeError */
export function checkPictures(
  { name, channels, height, width }: Pick<Model, 'name' | 'channels' | 'height' | 'width'>,
  images: readonly Float32Array[],
): void {
  const size = channels * height * width;
  for (const [at, image] of images.entries()) {
    if (image.length !== size)
      throw new BridgeError(
        `Picture ${at} has ${image.length} values; ${name} takes ${channels} x ${height} x ${width} = ${size}.`,
      );
    const wrong = image.find((value) => !(value >= -tolerance && value <= 1 + tolerance));
    if (wrong !== undefined)
      throw new BridgeError(
        `Picture ${at} holds ${wrong}; pixels run from 0 to 1${wrong > 1 && wrong <= 255 ? ', so divide levels by 255' : ''}.`,
      );
  }
}
