import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { kthLargest } from './kth-largest.ts';

it('the k-th largest is what sorting gives, also among equal values', () => {
  const random = pseudoRandom(2);
  for (const levels of [2, 10, 1e6]) {
    for (let size = 1; size < 200; size += 7) {
      const values = Float32Array.from({ length: size }, () => Math.floor(levels * random()) - levels / 2);
      const sorted = values.toSorted();
      for (let k = 1; k <= size; k++) expect(kthLargest(values, k)).toBe(sorted[size - k]);
    }
  }
});
