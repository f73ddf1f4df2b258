import { describe, expect, it } from 'vitest';
import { calibrationTables } from './calibration-data.ts';
import type { ComparisonRow } from './compare.ts';
import { distortions } from './distortions.ts';
import { noiseLevelOf, noisePhrase, whoNotices } from './notice.ts';

/** A table in which noise of 1, 4 and 16 levels measures the given numbers, and everything else 1. */
const tableOf = (distances: Readonly<Record<string, readonly [number, number, number]>>) => ({
  side: 64,
  distances: Object.fromEntries(
    Object.entries(distances).map(([name, noise]) => {
      let at = 0;
      return [name, distortions.map(({ kind }) => (kind === 'noise' ? noise[at++]! : 1))];
    }),
  ),
});
const row = (name: string, distance: number): ComparisonRow => ({
  kind: 'measured',
  name,
  brief: '',
  value: distance,
  distance,
  better: 'lower',
});

describe('the noise that measures the same', () => {
  const tables = [tableOf({ square: [1, 16, 256], count: [90, 99, 100] })];
  it('lies between the noises of the table by logarithms: a square measures the square of the level', () => {
    for (const levels of [1, 2, 4, 7.5, 15.9]) {
      const found = noiseLevelOf('square', levels ** 2, 64, tables);
      expect(found).toMatchObject({ is: 'like' });
      expect(found!.levels).toBeCloseTo(levels, 9);
    }
  });

  it('is not made up beyond the weakest and strongest that are known', () => {
    expect(noiseLevelOf('square', 0.9, 64, tables)).toEqual({ levels: 1, is: 'less' });
    expect(noiseLevelOf('square', 0, 64, tables)).toEqual({ levels: 1, is: 'less' });
    expect(noiseLevelOf('square', 257, 64, tables)).toEqual({ levels: 16, is: 'more' });
  });

  it('is unknown for a distance that is not calibrated, that does not tell noises apart, or that is no number', () => {
    expect(noiseLevelOf('other', 4, 64, tables)).toBeUndefined();
    expect(noiseLevelOf('count', 95, 64, tables)).toBeUndefined();
    expect(noiseLevelOf('square', Number.NaN, 64, tables)).toBeUndefined();
  });

  it('is that of every committed distance, but of counts, for what the table says of it', () => {
    for (const { side, distances } of calibrationTables) {
      for (const [name, known] of Object.entries(distances)) {
        const at = distortions.findIndex((one) => one.name === 'noise 4/255');
        const found = noiseLevelOf(name, known[at]!, side);
        if (name.startsWith('l0')) expect([name, found]).toEqual([name, undefined]);
        else expect([name, found!.levels.toFixed(6)]).toEqual([name, '4.000000']);
      }
    }
  });

  it('is said in words', () => {
    expect(noisePhrase({ levels: 3.1999, is: 'like' })).toBe('noise of 3.2/255');
    expect(noisePhrase({ levels: 16, is: 'more' })).toBe('more than noise of 16/255');
  });
});

describe('who notices', () => {
  const tables = [tableOf({ a: [1, 2, 4], b: [1, 2, 4], c: [1, 2, 4], d: [1, 2, 4] })];
  it('is who has the highest level and the lowest, with those as good as equal to them', () => {
    const rows = [row('a', 3), row('b', 1.3), row('c', 3.05), row('unknown', 100), row('d', 2)];
    const { most, least } = whoNotices(rows, 64, tables)!;
    expect([most.distances, least.distances]).toEqual([['c', 'a'], ['b']]);
    expect(least.levels).toBeCloseTo(1 * 4 ** (Math.log(1.3) / Math.log(2)), 9);
  });

  it('puts those beyond the known noises at the ends, and does not rank them among each other', () => {
    const { most, least } = whoNotices([row('a', 5), row('b', 9), row('c', 0.5), row('d', 3.9)], 64, tables)!;
    expect(most).toEqual({ distances: ['b', 'a'], levels: 16, is: 'more' });
    expect(least).toEqual({ distances: ['c'], levels: 1, is: 'less' });
  });

  it('is not said of one distance, or where all are alike', () => {
    expect(whoNotices([row('a', 3), row('unknown', 1)], 64, tables)).toBeUndefined();
    expect(whoNotices([row('a', 3), row('b', 3.01)], 64, tables)).toBeUndefined();
    expect(whoNotices([row('a', 30), row('b', 300)], 64, tables)).toBeUndefined();
  });
});
