/** @file Whether a network trained beforehand is one of the data that an experiment runs on. */
import type { Model } from '../model/model.ts';
import type { Denoiser } from '../prior/denoiser.ts';
import { input } from '../tensor/tensor.ts';
import { ExperimentError } from './experiment-error.ts';
import type { ClassifierRole } from './sources.ts';

/** What a network must match: sizes of the pictures, and for a classifier the number of their classes. */
export interface DataShape {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classCount: number;
}

type Sizes = Omit<DataShape, 'name'>;

/** Refuses a model of other data. @throws ExperimentError that says what came, what was expected, and the way out */
export function checkFit(role: ClassifierRole, model: Model, data: DataShape): void {
  const same = (['channels', 'height', 'width', 'classCount'] as const).every((size) => model[size] === data[size]);
  if (same) return;
  const inWords = ({ channels, height, width, classCount }: Sizes) =>
    `pictures of ${channels} x ${height} x ${width} in ${classCount} classes`;
  throw new ExperimentError(
    `The ${role} model is of ${inWords(model)}, and ${data.name} holds ${inWords(data)}: give a model of these data with --${role}, or other data with --data.`,
  );
}

/** Refuses a denoiser that does not take the data's pictures. @throws ExperimentError */
export function checkDenoiser({ denoise }: Pick<Denoiser, 'denoise'>, data: DataShape): void {
  const shape = [1, data.channels, data.height, data.width];
  let [made, why]: [readonly number[] | undefined, unknown] = [undefined, undefined];
  try {
    made = denoise(input('picture', shape)).shape;
  } catch (error) {
    why = error;
  }
  if (made?.every((size, i) => size === shape[i])) return;
  throw new ExperimentError(
    `The denoiser does not take pictures of ${shape.slice(1).join(' x ')}, which ${data.name} holds: give one of these data with --denoiser, or other data with --data.`,
    { cause: why },
  );
}
