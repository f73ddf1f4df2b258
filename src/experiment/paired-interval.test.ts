/** @file Paired differences: a published table, the limits, and how often the interval holds. */
import { expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { shareInterval } from '../statistics/share-interval.ts';
import { pairedInterval, pairedMeasure } from './paired-interval.ts';

it('is that of Fagerland et al. for complete response before and after therapy', () => {
  // Newcombe_square_and_add_CI_paired_2x2(cavo_2012) of their R package contingencytables: -0.0621, -0.1186 to -0.0046.
  const { low, high } = pairedInterval({ both: 59, first: 6, second: 16, neither: 80 });
  expect([low, high]).toEqual([expect.closeTo(-0.1186, 4), expect.closeTo(-0.0046, 4)]);
});

it('has a width where all trials agree: Wilson’s where all hit', () => {
  const { low } = shareInterval(1, 300);
  expect(pairedInterval({ both: 300, first: 0, second: 0, neither: 0 })).toEqual({
    low: expect.closeTo(low - 1, 10),
    high: expect.closeTo(1 - low, 10),
  });
  const half = pairedInterval({ both: 150, first: 0, second: 0, neither: 150 });
  expect(half.high).toBeGreaterThan(0.003);
  expect(half.high).toBeLessThan(0.02);
  expect(half.low).toBeCloseTo(-half.high, 10);
});

it('turns with its arguments, and counts pairs', () => {
  const [a, b] = [
    [1, 1, 1, 0, 0, 1, 1, 0],
    [1, 0, 0, 0, 1, 1, 0, 0],
  ];
  const [there, back] = [pairedMeasure('m', a!, b!), pairedMeasure('m', b!, a!)];
  expect(there.value).toBeCloseTo(2 / 8, 10);
  expect(there.interval).toEqual(pairedInterval({ both: 2, first: 3, second: 1, neither: 2 }));
  expect(back.interval).toEqual({
    low: expect.closeTo(-there.interval!.high, 10),
    high: expect.closeTo(-there.interval!.low, 10),
  });
});

it('holds the difference in 95 of 100 cases, and is narrower than without pairs', () => {
  const { uniform } = randomStream(9);
  const [n, runs] = [100, 3000];
  let [held, narrower] = [0, 0];
  for (let i = 0; i < runs; i++) {
    // Hit by both 60 %, by the first alone 15 %, by the second alone 5 %.
    const counts = { both: 0, first: 0, second: 0, neither: 0 };
    for (let j = 0; j < n; j++) {
      const u = uniform();
      counts[u < 0.6 ? 'both' : u < 0.75 ? 'first' : u < 0.8 ? 'second' : 'neither']++;
    }
    const { low, high } = pairedInterval(counts);
    held += Number(low <= 0.1 && 0.1 <= high);
    const apart = [counts.both + counts.first, counts.both + counts.second].map((k) => shareInterval(k / n, n));
    const width = Math.hypot(apart[0]!.high - apart[0]!.low, apart[1]!.high - apart[1]!.low);
    narrower += Number(high - low < width);
  }
  expect(held / runs).toBeGreaterThan(0.935);
  expect(held / runs).toBeLessThan(0.975);
  expect(narrower / runs).toBeGreaterThan(0.99);
});
