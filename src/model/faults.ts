/** @file What is wrong with pictures and classes that are given to a model, in a sentence for whoever refuses them; undefined where nothing is. */
import type { Model } from './model.ts';

/** Pixels may miss the range by what rounding to float32 does. */
const tolerance = 1e-6;

/**
 * Of a picture of another size than the model's, or with pixels outside [0, 1].
 * @param who opens the sentence, such as `Picture 3`
 */
export function pictureFault(
  { channels, height, width }: Pick<Model, 'channels' | 'height' | 'width'>,
  image: Float32Array,
  who: string,
): string | undefined {
  const size = channels * height * width;
  if (image.length !== size)
    return `${who} has ${image.length} values; the model takes ${channels} x ${height} x ${width} = ${size}.`;
  const wrong = image.find((value) => !(value >= -tolerance && value <= 1 + tolerance));
  if (wrong === undefined) return undefined;
  return `${who} holds ${wrong}; pixels run from 0 to 1${wrong > 1 && wrong <= 255 ? ', so divide levels by 255' : ''}.`;
}

/** Of the first of many pictures that has a fault. */
export function picturesFault(
  model: Pick<Model, 'channels' | 'height' | 'width'>,
  images: readonly Float32Array[],
): string | undefined {
  for (const [at, image] of images.entries()) {
    const fault = pictureFault(model, image, `Picture ${at}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Of a class that the model does not have. */
export function classFault({ classCount }: Pick<Model, 'classCount'>, label: number): string | undefined {
  if (Number.isInteger(label) && label >= 0 && label < classCount) return undefined;
  return `Class ${label} does not exist: the model has ${classCount} classes, 0 to ${classCount - 1}.`;
}

/** Of classes that are given one for each picture. @param what they are called, such as `labels` */
export function classesFault(
  model: Pick<Model, 'classCount'>,
  given: readonly number[],
  pictures: number,
  what: string,
): string | undefined {
  if (given.length !== pictures) return `${given.length} ${what} for ${pictures} pictures.`;
  const wrong = given.find((label) => classFault(model, label) !== undefined);
  return wrong === undefined ? undefined : classFault(model, wrong);
}
