/** @file T of the search: what a picture goes through before the network sees it, redrawn at every step. */

import type { RandomStream } from '../random/random-stream.ts';
import type { Batch } from '../search/problem.ts';
import type { SampleData } from '../search/search.ts';
import type { Spec } from '../tensor/op.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A random change of pictures, as an expression of what is drawn on the host. */
export interface Transform {
  /** Tells it from any other, its settings included. */
  readonly key: string;
  /** Shapes and types, per sample, of what is drawn. */
  readonly data: Readonly<Record<string, Spec>>;
  /** What one sample is fed at one step; without a stream, what leaves the picture as it is. */
  draw(random?: RandomStream): SampleData;
  /** The changed pictures [N, C, H, W]. */
  apply(x: Tensor, data: Batch): Tensor;
}
