/** @file Refuses pictures and labels that measurements on a model cannot mean, before any work. */
import type { Model } from '../model/model.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Refuses pictures and labels that do not fit a model. @throws SpectrumError */
export function checkPictures(
  model: Pick<Model, 'channels' | 'height' | 'width' | 'classCount'>,
  images: readonly Float32Array[],
  labels?: readonly number[],
): void {
  const { channels, height, width, classCount } = model;
  const size = channels * height * width;
  if (images.length === 0) throw new SpectrumError('There is no picture to measure on.');
  if (classCount < 2) throw new SpectrumError('The model gives one score; a change of its answer needs two classes.');
  for (const [at, image] of images.entries()) {
    if (image.length !== size)
      throw new SpectrumError(
        `Picture ${at} has ${image.length} values; the model takes ${channels} x ${height} x ${width} = ${size}.`,
      );
    const wrong = image.find((value) => !(value >= -1e-6 && value <= 1 + 1e-6));
    if (wrong !== undefined) throw new SpectrumError(`Picture ${at} holds ${wrong}; pixels run from 0 to 1.`);
  }
  if (labels === undefined) return;
  if (labels.length !== images.length)
    throw new SpectrumError(`${labels.length} labels for ${images.length} pictures.`);
  const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classCount));
  if (wrong !== undefined)
    throw new SpectrumError(
      `Class ${wrong} does not exist: the model has ${classCount} classes, 0 to ${classCount - 1}.`,
    );
}
