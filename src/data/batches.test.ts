import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOrder } from '../random/random-order.ts';
import { batches } from './batches.ts';

const epochOf = (length: number, options: Parameters<typeof batches>[1]) =>
  [...batches(length, options)].map((batch) => [...batch]);

describe('batches', () => {
  it('shows every image once an epoch', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.integer({ min: 1, max: 50 }),
        fc.integer(),
        fc.nat(9),
        (length, size, seed, epoch) => {
          const lists = epochOf(length, { size, seed, epoch });
          expect(lists.flat().sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
          expect(lists.slice(0, -1).every((list) => list.length === size)).toBe(true);
        },
      ),
    );
  });

  it('keeps or drops a last batch that is not full', () => {
    expect(epochOf(7, { size: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(epochOf(7, { size: 3, last: 'drop' })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(epochOf(6, { size: 3, last: 'drop' }).length).toBe(2);
  });

  it('has an order that the seed and the epoch decide, each epoch another', () => {
    const order = (seed: number, epoch: number) => epochOf(50, { size: 50, seed, epoch })[0];
    expect(order(1, 2)).toEqual(order(1, 2));
    const orders = [order(0, 0), order(0, 1), order(1, 0), order(1, 1)].map(String);
    expect(new Set(orders).size).toBe(4);
  });

  it('refuses a size that is no count', () => {
    expect(() => epochOf(5, { size: 0 })).toThrow('A batch has a whole number of images, got 0.');
  });
});

describe('randomOrder', () => {
  it('brings each number to each place equally often', () => {
    const counts = new Float64Array(25);
    for (let seed = 0; seed < 5000; seed++)
      randomOrder(5, seed).forEach((value, place) => {
        counts[5 * value + place]! += 1;
      });
    // 1000 expected in each cell, standard deviation 28
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });

  it('is the same on every machine', () => {
    expect([...randomOrder(8, 1, 2)]).toEqual([2, 4, 6, 5, 3, 1, 7, 0]);
  });
});
