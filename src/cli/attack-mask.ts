/** @file The picture that says which pixels an attack may change. */
import { type Picture, toGrey } from '../image/image.ts';
import { fitPicture } from '../model/fit-picture.ts';
import type { Model } from '../model/model.ts';
import { CliError } from './errors.ts';
import { readPicture } from './pictures.ts';

/**
 * A mask's pixels [H, W] of the model's size, 1 where it is white. It has the model's size, or that of all pictures, with which it is
 * resized and cropped.
 * @throws CliError if it has another size or is all black
 */
export async function readMask(path: string, model: Model, pictures: readonly Picture[]): Promise<Float32Array> {
  const mask = await readPicture(path);
  const { height, width } = model;
  const has = (size: { readonly width: number; readonly height: number }) =>
    mask.width === size.width && mask.height === size.height;
  const other = pictures.find((picture) => !has(picture));
  if (!has(model) && other !== undefined) {
    throw new CliError(
      `The mask ${path} has ${mask.width} x ${mask.height} pixels; it needs the model's ${width} x ${height} or the picture's ${other.width} x ${other.height}.`,
    );
  }
  const grey = fitPicture(toGrey(mask), { channels: 1, height, width, preprocessing: model.preprocessing });
  const chosen = grey.map((value) => Number(value >= 0.5));
  if (chosen.every((value) => value === 0))
    throw new CliError(`The mask ${path} is black everywhere; white marks the pixels that may change.`);
  return chosen;
}
