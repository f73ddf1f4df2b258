/**
 * @file Jitter (Mordvintsev et al. 2015, Olah et al. 2017): the picture moves by a few random pixels, so that nothing can be tuned to
 * its exact place. What leaves on one side comes back on the other, as in VITAL, so that the size stays and every pixel counts alike.
 */

import { cast } from '../tensor/ops/cast.ts';
import { equal } from '../tensor/ops/compare.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Transform } from './transform.ts';

/** Moves pictures of a size by up to `pixels` in each direction, every offset alike. */
export function jitter(pixels: number, [height, width]: readonly [number, number]): Transform {
  const offset = { shape: [], dtype: 'float32' } as const;
  return {
    key: `jitter ${pixels}`,
    data: { down: offset, right: offset },
    draw: (random) => {
      const drawn = () => (random === undefined ? 0 : Math.floor((2 * pixels + 1) * random.uniform()) - pixels);
      return { down: residue(drawn(), height), right: residue(drawn(), width) };
    },
    // Rows and columns change places by a product with a permutation each, which differentiates into its transpose.
    apply: (x, { down, right }) => matmul(matmul(rotation(down!, height), x), swapAxes(rotation(right!, width), 2, 3)),
  };
}

function residue(offset: number, size: number): number {
  return ((offset % size) + size) % size;
}

/** Permutation matrices [N, 1, size, size] that move element i to (i + offset) mod size, for whole offsets [N] of at least 0. */
function rotation(offset: Tensor, size: number): Tensor {
  const way = Float32Array.from({ length: size * size }, (_, at) => residue(Math.floor(at / size) - (at % size), size));
  return cast(equal(constant(way, [1, 1, size, size]), reshape(offset, [offset.shape[0]!, 1, 1, 1])), 'float32');
}
