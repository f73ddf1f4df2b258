/** @file A distance of pictures that are smaller than it is defined for: both enlarged by a whole factor first. */
import { upsampleNearest } from '../tensor/ops/resize.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';

const made = new WeakMap<Distance, Map<number, Distance>>();

/**
 * The distance itself where pictures of this size are large enough; else one that repeats each pixel of both pictures f x f times
 * first, f the least whole number that makes their shorter side large enough. Its name says so: `ms-ssim enlarged 6x`. Such numbers
 * compare pictures of one size with each other, not with published ones. The same distance and factor give the same object.
 */
export function enlarged(distance: Distance, height: number, width: number): Distance {
  const f = Math.ceil(distance.convention.minimumSize / Math.min(height, width));
  if (f <= 1) return distance;
  const known = made.get(distance) ?? new Map<number, Distance>();
  made.set(distance, known);
  const found = known.get(f) ?? enlargedBy(distance, f);
  known.set(f, found);
  return found;
}

function enlargedBy(distance: Distance, f: number): Distance {
  const large = (x: Tensor) => upsampleNearest(x, [f, f]);
  const { name, convention, standIn, map } = distance;
  return {
    ...distance,
    name: `${name} enlarged ${f}x`,
    convention: {
      ...convention,
      sampling: `each pixel repeated ${f} x ${f} times, then: ${convention.sampling}`,
      minimumSize: Math.ceil(convention.minimumSize / f),
    },
    value: (x, y) => distance.value(large(x), large(y)),
    distance: (x, y) => distance.distance(large(x), large(y)),
    ...(standIn === undefined ? {} : { standIn: (x: Tensor, y: Tensor) => standIn(large(x), large(y)) }),
    ...(map === undefined ? {} : { map: (x: Tensor, y: Tensor) => map(large(x), large(y)) }),
  };
}
