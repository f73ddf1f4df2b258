import { describe, expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { cosines, frequencyOrder } from './dct-basis.ts';

describe('the cosine basis', () => {
  it('is orthonormal', () => {
    const n = 7;
    const basis = Array.from({ length: n }, (_, k) => cosines(k, n));
    for (const [k, a] of basis.entries())
      for (const [j, b] of basis.entries())
        expect(a.reduce((sum, v, i) => sum + v * b[i]!, 0)).toBeCloseTo(Number(k === j), 12);
  });

  it('is ordered shell by shell, every frequency once, at random inside a shell', () => {
    const order = frequencyOrder([2, 5, 8], 3, 2, randomStream(1));
    expect(new Set(order.map(({ channel, down, across }) => (channel * 5 + down) * 8 + across)).size).toBe(80);
    expect(order.length).toBe(80);
    const shells = order.map(({ down, across }) => Math.max(0, Math.ceil((Math.max(down, across) - 2) / 2)));
    expect(shells).toEqual(shells.toSorted((a, b) => a - b));
    expect(shells.filter((shell) => shell === 0).length).toBe(18);
    expect(frequencyOrder([2, 5, 8], 3, 2, randomStream(2))).not.toEqual(order);
  });
});
