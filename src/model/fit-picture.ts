/** @file Pictures of any size brought to a model's: shorter side resized, middle cropped, as its evaluation does. */
import { type Picture, toGrey, toRgb } from '../image/image.ts';
import { centerCrop, resizeShorterSide } from '../image/resize.ts';
import type { Model } from './model.ts';

/** Share of the resized side that ImageNet evaluation crops (224 of 256). */
const usualCrop = 0.875;

/** A picture [C, H, W] of the model's size and channels. A picture that has the size is not resampled. */
export function fitPicture(
  picture: Picture,
  model: Pick<Model, 'channels' | 'height' | 'width' | 'preprocessing'>,
): Float32Array {
  const { channels, height, width, preprocessing } = model;
  const coloured = channels === 1 ? toGrey(picture) : toRgb(picture);
  if (picture.height === height && picture.width === width) return coloured.data;
  const side = Math.max(height, width);
  const resizeTo = preprocessing.resizeTo ?? (side >= 128 ? Math.round(side / usualCrop) : side);
  return centerCrop(resizeShorterSide(coloured, resizeTo), width, height).data;
}
