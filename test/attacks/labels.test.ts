/** @file Attacks that see nothing but answers: what they ask, where they begin, and that more questions bring them nearer. */
import { describe, expect, it } from 'vitest';
import { boundary } from '../../src/attack/boundary.ts';
import { geoda } from '../../src/attack/geoda.ts';
import { hopskipjump } from '../../src/attack/hopskipjump.ts';
import { normalDirection, uniformDirection } from '../../src/attack/random-direction.ts';
import type { DistanceAttackResult } from '../../src/attack/result.ts';
import { opaqueModel, type Victim } from '../../src/attack/victim.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { randomStream } from '../../src/random/random-stream.ts';
import { pseudoRandom } from '../random.ts';
import { smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

function pictures(count: number, seed = 1): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
  );
}

/** A victim that says which class it answers, and nothing of how sure it is. Counts the pictures it saw. */
function answersOnly(model: Victim): { victim: Victim; asked: () => number } {
  let asked = 0;
  const victim = opaqueModel({
    channels: model.channels,
    height: model.height,
    width: model.width,
    classCount: model.classCount,
    maxBatch: 16,
    scores: async (pixels, count) => {
      asked += count;
      const scores = await model.predict(pixels, count);
      const answers = new Float32Array(scores.length);
      for (let n = 0; n < count; n++) {
        const own = scores.subarray(n * model.classCount, (n + 1) * model.classCount);
        answers[n * model.classCount + own.indexOf(Math.max(...own))] = 1;
      }
      return answers;
    },
  });
  return { victim, asked: () => asked };
}

/** Answers class 1 where w . x is above its value at mid grey by `gap`: a plane at distance gap / |w| from mid grey. */
function plane(w: Float32Array, gap: number): Victim {
  return opaqueModel({
    channels: 1,
    height: 4,
    width: 4,
    classCount: 2,
    maxBatch: 64,
    scores: (pixels, count) =>
      Array.from({ length: count }, (_, n) => {
        const lead = w.reduce((sum, v, i) => sum + v * (pixels[n * 16 + i]! - 0.5), 0) - gap;
        return [Number(lead <= 0), Number(lead > 0)];
      }).flat(),
  });
}

const grey = new Float32Array(16).fill(0.5);
const w = Float32Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (0.4 + (i % 5) / 5));
const lengthOf = (p: 1 | 2) => (p === 1 ? w.reduce((s, v) => s + Math.abs(v), 0) : Math.hypot(...w));

type Attack = (
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: Record<string, unknown>,
) => Promise<DistanceAttackResult[]>;

const attacks: readonly (readonly [string, Attack])[] = [
  ['hopskipjump', hopskipjump as Attack],
  ['boundary', boundary as Attack],
  ['geoda', geoda as Attack],
];

describe.each(attacks)('%s', (name, attack) => {
  it('needs only answers: scores of a model change nothing', async () => {
    const { victim } = answersOnly(small);
    const options = { queries: 700, finalSearch: false };
    const [seen, blind] = [
      await attack(small, pictures(2), undefined, options),
      await attack(victim, pictures(2), undefined, options),
    ];
    expect(blind.map(({ success }) => success)).toEqual([true, true]);
    expect(blind.map(({ adversarial }) => adversarial)).toEqual(seen.map(({ adversarial }) => adversarial));
  });

  it('asks no more than it may', async () => {
    const { victim, asked } = answersOnly(small);
    const [result] = await attack(victim, pictures(1), undefined, { queries: 300, finalSearch: false });
    // Rounding and what is asked of the plain model come on top, for GeoDA its start and its way along the normal as well.
    expect(asked()).toBeLessThanOrEqual(300 + (name === 'geoda' ? 90 : 40));
    expect(result!.forwards).toBe(asked());
  });

  // GeoDA's questions are those of its rounds; start and way along the normal come on top.
  it.skipIf(name === 'geoda')('keeps its limit from the first question, whether or not anything fools', async () => {
    let asked = 0;
    const counting = (fools: boolean) =>
      opaqueModel({
        channels: 1,
        height: 4,
        width: 4,
        classCount: 2,
        maxBatch: 64,
        scores: (pixels, count) => {
          asked += count;
          return Array.from({ length: count }, (_, n) => (fools && pixels[n * 16] !== 0.5 ? [0, 1] : [1, 0])).flat();
        },
      });
    const [never] = await attack(counting(false), [grey], [0], { queries: 50 });
    // The original's own answer comes on top.
    expect([never!.success, asked, never!.forwards]).toEqual([false, 51, 51]);
    expect(never!.notes.join()).toContain('The questions ended before a picture to begin at was found');
    const starts = Array.from({ length: 9 }, (_, i) => new Float32Array(16).fill(i / 10));
    asked = 0;
    const [given] = await attack(counting(false), [grey], [0], { queries: 5, starts, target: 1 });
    expect([given!.success, asked]).toEqual([false, 6]);
    // All noise fools: what is left goes to the way back, and nothing beyond.
    asked = 0;
    const [always] = await attack(counting(true), [grey], [0], { queries: 6, finalSearch: false });
    expect([always!.success, always!.path.length]).toEqual([true, 6]);
  });

  it('begins at a given picture, also towards a target', async () => {
    const { victim } = answersOnly(small);
    const label = (await small.predictPlain(pictures(1)[0]!)).label;
    const starts: Float32Array[] = [];
    const random = pseudoRandom(4);
    while (starts.length < 20) starts.push(Float32Array.from({ length: 768 }, () => Number(random() > 0.5)));
    const classes: number[] = [];
    for (const start of starts) classes.push((await small.predictPlain(start)).label);
    const target = classes.find((one) => one !== label)!;
    const [result] = await attack(victim, pictures(1), undefined, { starts, target, queries: 800, draws: 0 });
    expect([result!.success, result!.after.label]).toEqual([true, target]);
    const nearest = starts.filter((_, i) => classes[i] === target).map((s) => distance(s, pictures(1)[0]!));
    expect(result!.distances.l2).toBeLessThan(Math.min(...nearest) / 2);
  });

  it('says that a target needs a start, and that a start must be a picture', async () => {
    await expect(attack(small, pictures(1), undefined, { target: 2 })).rejects.toThrow(
      `${name} sees labels alone, so for a target it has to begin at a picture of that class: give some as starts.`,
    );
    const short = { starts: [new Float32Array(3)] };
    await expect(attack(small, pictures(1), undefined, short)).rejects.toThrow(
      'Start 0 has 3 values; the model takes 768',
    );
    const white = { starts: [new Float32Array(768).fill(255)] };
    await expect(attack(small, pictures(1), undefined, white)).rejects.toThrow('Start 0 holds values outside [0, 1]');
  });

  it('says so where no start fools', async () => {
    const never = plane(w, 100);
    const [noise] = await attack(never, [grey], [0], { draws: 50 });
    expect([noise!.success, noise!.notes.join()]).toEqual([
      false,
      expect.stringContaining('None of 50 draws of noise'),
    ]);
    const [given] = await attack(never, [grey], [0], { starts: [new Float32Array(16)], target: 1 });
    expect([given!.success, given!.notes.join()]).toEqual([false, expect.stringContaining('None of the given starts')]);
    expect(given!.forwards).toBeLessThan(10);
  });

  it('comes nearer to the known optimum the more it asks', async () => {
    const optimum = 0.3 / lengthOf(2);
    const ratios: number[] = [];
    const subspace = name === 'geoda' ? { subspace: 1 } : {};
    for (const queries of [250, 6000]) {
      const [result] = await attack(plane(w, 0.3), [grey], [0], { queries, ...subspace });
      ratios.push(result!.distances.l2 / optimum);
    }
    expect(ratios[1]!).toBeGreaterThanOrEqual(1 - 1e-4);
    expect(ratios[1]!).toBeLessThan(1.02);
    expect(ratios[0]!).toBeGreaterThan(ratios[1]!);
  });
});

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!));
}

it('hopskipjump and geoda reach the optimum of a plane in linf', async () => {
  const [jumped] = await hopskipjump(plane(w, 0.3), [grey], [0], { norm: 'linf', queries: 6000 });
  const [gone] = await geoda(plane(w, 0.3), [grey], [0], { norm: 'linf', queries: 6000, subspace: 1 });
  for (const result of [jumped!, gone!]) {
    const ratio = result.distances.linf / (0.3 / lengthOf(1));
    expect(ratio).toBeGreaterThanOrEqual(1 - 1e-4);
    expect(ratio).toBeLessThan(1.02);
  }
});

it('geoda changes a single value in l1 where the largest weight suffices', async () => {
  const [result] = await geoda(plane(w, 0.3), [grey], [0], { norm: 'l1', queries: 6000, subspace: 1 });
  expect(result!.distances.l0).toBe(1);
  expect(result!.distances.l1 / (0.3 / Math.max(...w.map(Math.abs)))).toBeLessThan(1.02);
});

it('random directions have the moments of their distributions, and their own length where it is odd', () => {
  const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const normal = normalDirection(20_001, randomStream(1));
  const uniform = uniformDirection(20_001, randomStream(2));
  expect([normal.length, uniform.length]).toEqual([20_001, 20_001]);
  expect(Math.abs(mean(normal))).toBeLessThan(0.03);
  expect(mean(normal.map((v) => v * v))).toBeCloseTo(1, 1);
  expect(mean(normal.map((v) => v ** 4))).toBeCloseTo(3, 0);
  expect(Math.abs(mean(uniform))).toBeLessThan(0.02);
  expect(mean(uniform.map((v) => v * v))).toBeCloseTo(1 / 3, 1);
});
