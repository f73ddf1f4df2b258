/** @file Refuses pictures and labels that measurements on a model cannot mean, before any work. */
import { classesFault, picturesFault } from '../model/faults.ts';
import type { Model } from '../model/model.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Refuses pictures and labels that do not fit a model. @throws SpectrumError */
export function checkPictures(
  model: Pick<Model, 'channels' | 'height' | 'width' | 'classCount'>,
  images: readonly Float32Array[],
  labels?: readonly number[],
): void {
  if (images.length === 0) throw new SpectrumError('There is no picture to measure on.');
  if (model.classCount < 2)
    throw new SpectrumError('The model gives one score; a change of its answer needs two classes.');
  const fault = picturesFault(model, images) ?? (labels && classesFault(model, labels, images.length, 'labels'));
  if (fault !== undefined) throw new SpectrumError(fault);
}
