import { expect, it } from 'vitest';
import { cosines } from './cosines.ts';

it('cosines of all frequencies are orthonormal', () => {
  const n = 7;
  const basis = Array.from({ length: n }, (_, k) => cosines(k, n));
  for (const [k, a] of basis.entries())
    for (const [j, b] of basis.entries())
      expect(a.reduce((sum, v, i) => sum + v * b[i]!, 0)).toBeCloseTo(Number(k === j), 12);
});
