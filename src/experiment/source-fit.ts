/** @file Whether a source model is one of the data that an experiment runs on. */
import type { Model } from '../model/model.ts';
import type { SourceRole } from './context.ts';
import { ExperimentError } from './experiment-error.ts';

/** What a model must match: sizes of the pictures, and the number of their classes. */
export interface DataShape {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classCount: number;
}

type Sizes = Omit<DataShape, 'name'>;

/** Refuses a model of other data. @throws ExperimentError that says what came, what was expected, and the way out */
export function checkFit(role: SourceRole, model: Model, data: DataShape): void {
  const same = (['channels', 'height', 'width', 'classCount'] as const).every((size) => model[size] === data[size]);
  if (same) return;
  const inWords = ({ channels, height, width, classCount }: Sizes) =>
    `pictures of ${channels} x ${height} x ${width} in ${classCount} classes`;
  const way =
    role === 'second' ? 'other data with --data' : `a model of these data with --${role}, or other data with --data`;
  throw new ExperimentError(
    `The ${role} model is of ${inWords(model)}, and ${data.name} holds ${inWords(data)}: give ${way}.`,
  );
}
