/** @file How many pictures a run may take, so that a gradient fits into memory. */
import type { Model } from '../model/model.ts';
import { isConstantExpression } from '../tensor/rewrite.ts';
import { sizeOf } from '../tensor/shape.ts';
import { input, topologicalOrder } from '../tensor/tensor.ts';
import { AttackError } from './result.ts';

/** Values are kept for the way back, and have a gradient each. */
const copies = 2;

/** Bytes that the values of one picture take while its gradient is computed: all of them, in float32, twice. */
export function bytesPerPicture(model: Pick<Model, 'logits' | 'channels' | 'height' | 'width'>): number {
  const x = input('picture', [1, model.channels, model.height, model.width]);
  const values = topologicalOrder([model.logits(x)]).flatMap(({ outputs }) => outputs);
  const variable = values.filter((value) => !isConstantExpression(value));
  return copies * 4 * variable.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * The largest power of two of pictures whose gradient takes at most so many bytes, 256 at most and what the model takes in a run.
 * @throws AttackError if not even one fits
 */
export function batchWithin(model: Model, bytes: number): number {
  const each = bytesPerPicture(model);
  if (!(bytes >= each)) {
    const megabytes = (n: number) => `${Math.ceil(n / 2 ** 20)} MB`;
    throw new AttackError(
      `A gradient of ${model.name} takes about ${megabytes(each)} for one picture; ${megabytes(bytes)} are too few.`,
    );
  }
  const most = Math.min(256, model.maxBatch, Math.floor(bytes / each));
  return 2 ** Math.floor(Math.log2(most));
}
