import { expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { frequencyOrder } from './frequency-order.ts';

it('the cosine basis is ordered shell by shell, every frequency once, at random inside a shell', () => {
  const order = frequencyOrder([2, 5, 8], 3, 2, randomStream(1));
  expect(new Set(order.map(({ channel, down, across }) => (channel * 5 + down) * 8 + across)).size).toBe(80);
  expect(order.length).toBe(80);
  const shells = order.map(({ down, across }) => Math.max(0, Math.ceil((Math.max(down, across) - 2) / 2)));
  expect(shells).toEqual(shells.toSorted((a, b) => a - b));
  expect(shells.filter((shell) => shell === 0).length).toBe(18);
  expect(frequencyOrder([2, 5, 8], 3, 2, randomStream(2))).not.toEqual(order);
});
