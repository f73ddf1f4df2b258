/** @file Auto-PGD's schedule: where its windows end, what it does there, and what a run costs. */
import { describe, expect, it } from 'vitest';
import { apgdCe } from '../../src/attack/apgd.ts';
import { apgdL1 } from '../../src/attack/apgd-l1.ts';
import { type Ascent, apgdSearch } from '../../src/attack/apgd-search.ts';
import { apgdT } from '../../src/attack/apgd-targeted.ts';
import { bim } from '../../src/attack/bim.ts';
import type { Answer, Procedure } from '../../src/attack/procedure.ts';
import { type Trial, trialOf } from '../../src/attack/trial.ts';
import { distances } from '../../src/distance/ball.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, smallNetwork } from '../support/network.ts';

const scores = Float32Array.of(1, 0);
const unfooled = { scores, excess: -1, fools: false };

function trialAt(x0: Float32Array): Trial {
  const before = { scores, probabilities: scores, label: 0 };
  const shape = [1, 1, x0.length] as const;
  const start = { x0, label: 0, target: undefined, shape, classCount: 2, mask: undefined, before };
  return trialOf({ ...start, misclassifiedBefore: false, seed: 0 });
}

/** Runs a procedure to its end on a loss, and returns the points that it asked about. */
function visited(procedure: Procedure<unknown>, loss: (k: number, x: Float32Array) => [number, Float32Array]) {
  const points: Float32Array[] = [];
  let backwards = 0;
  let next = procedure.next();
  while (!next.done) {
    const answers = next.value.map(({ kind, x }): Answer => {
      const [value, gradient] = loss(points.length, x);
      points.push(x);
      backwards += Number(kind === 'slope');
      return { ...unfooled, ...(kind === 'slope' ? { value, gradient } : {}) };
    });
    next = procedure.next(answers);
  }
  return { points, backwards };
}

const epsilon = 0.2;
const ascentAt = (trial: Trial, steps = 100): Ascent => ({
  trial,
  epsilon,
  of: { loss: 'cross-entropy' },
  steps,
  draws: 1,
});

/**
 * Algorithm 1 as it stands in the paper, on one value: the points that it asks about, and by which of the two conditions (section 3.1) it
 * halved its step at each checkpoint. Losses and signs of gradients are given for each point in turn.
 */
function algorithm1(x0: number, start: number, f: readonly number[], signs: readonly number[]) {
  const p = [0, 0.22];
  while (p.at(-1)! < 1) p.push(p.at(-1)! + Math.max(p.at(-1)! - p.at(-2)! - 0.03, 0.06));
  const w = p.map((share) => Math.round(share * 100)); // the checkpoints of 100 steps
  const P = (z: number) => Math.min(1, x0 + epsilon, Math.max(0, x0 - epsilon, z));
  const x = [start];
  const fired: string[] = [];
  const eta = [2 * epsilon];
  const bestAt = (k: number) => f.indexOf(Math.max(...f.slice(0, k + 1)));
  let [from, before, sign] = [start, start, signs[0]!];
  for (let k = 0; k < 100; k++) {
    const z = P(from + eta.at(-1)! * sign);
    const next = P(from + (k === 0 ? 1 : 0.75) * (z - from) + (k === 0 ? 0 : 0.25) * (from - before));
    x.push(next);
    [before, from, sign] = [from, next, signs[k + 1]!];
    const j = w.indexOf(k + 1);
    if (j < 1) continue;
    const window = Array.from({ length: w[j]! - w[j - 1]! }, (_, i) => w[j - 1]! + i);
    const first = window.filter((i) => f[i + 1]! > f[i]!).length < 0.75 * window.length;
    const second = j > 1 && eta.at(-1) === eta.at(-2) && f[bestAt(k + 1)] === f[bestAt(w[j - 1]!)];
    fired.push(first ? 'first' : second ? 'second' : 'none');
    eta.push(eta.at(-1)! / (first || second ? 2 : 1));
    if (first || second) [from, sign] = [x[bestAt(k + 1)]!, signs[bestAt(k + 1)]!];
  }
  return { x, fired };
}

describe('Auto-PGD', () => {
  it('goes where Algorithm 1 does, whatever losses and gradients it meets', () => {
    const random = pseudoRandom(12);
    const seen = new Set<string>();
    for (let run = 0; run < 60; run++) {
      // Losses rise or fall for a while; each stretch is as long as a window or so.
      let [value, rising] = [0, 1];
      const losses = Array.from({ length: 101 }, (_, k) => {
        if (k % 11 === 0) rising = random();
        value += random() < rising ? random() : -2 * random();
        return value;
      });
      const signs = losses.map(() => (random() < 0.5 ? -1 : 1));
      const trial = trialAt(Float32Array.of(0.5 + 0.5 * random()));
      const start = trial.x0.map((v) => Math.min(1, v + epsilon * (2 * random() - 1)));
      const expected = algorithm1(trial.x0[0]!, start[0]!, losses, signs);
      const { points, backwards } = visited(apgdSearch(ascentAt(trial), 'linf', start, 0.75), (k) => [
        losses[k]!,
        Float32Array.of(signs[k]!),
      ]);
      expect([points.length, backwards]).toEqual([101, 100]);
      for (const [k, x] of points.entries()) expect(x[0]).toBeCloseTo(expected.x[k]!, 5);
      for (const [j, condition] of expected.fired.entries()) seen.add(`${condition} ${Math.min(j, 1)}`);
    }
    expect(Array.from(seen).sort()).toEqual(['first 0', 'first 1', 'none 0', 'none 1', 'second 1']);
  });

  it('in l1 changes a fifth of the values first, those with the largest slopes, and never leaves ball and box', () => {
    const trial = trialAt(Float32Array.from({ length: 50 }, (_, i) => (i % 3) / 2));
    const slopes = Float32Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (50 - i));
    const { points, backwards } = visited(apgdL1(ascentAt(trial), false, [0]), (k, x) => [
      k,
      slopes.map((g, i) => g * (1 + 0 * x[i]!)),
    ]);
    expect([points.length, backwards]).toEqual([101, 100]);
    for (const x of points) {
      expect(distances(x, trial.x0).l1).toBeLessThanOrEqual(epsilon * (1 + 1e-5));
      expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...x)).toBeLessThanOrEqual(1);
    }
    // All else may only shrink, by what the projection takes from every value.
    const grown = Array.from(points[1]!.keys()).filter(
      (i) => Math.abs(points[1]![i]! - trial.x0[i]!) > Math.abs(points[0]![i]! - trial.x0[i]!) + 1e-7,
    );
    expect(Math.max(...grown)).toBeLessThan(10);
  });

  it('with large epsilon takes 30, 30 and 40 steps in balls of three, two and one times the radius', () => {
    const trial = trialAt(new Float32Array(50).fill(0.5));
    const { points, backwards } = visited(apgdL1(ascentAt(trial), true, [0]), (k) => [
      k,
      Float32Array.from({ length: 50 }, (_, i) => 1 + Math.sin(i + k)),
    ]);
    expect([points.length, backwards]).toEqual([103, 102]);
    const radii = points.map((x) => Math.ceil(distances(x, trial.x0).l1 / epsilon - 1e-4));
    expect(Math.max(...radii.slice(0, 31))).toBe(3);
    expect(Math.max(...radii.slice(31, 62))).toBe(2);
    expect(Math.max(...radii.slice(62))).toBe(1);
  });

  it('takes a forward pass for the start and each step, and a backward pass for each step, of every target', async () => {
    await using model = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const images = [new Float32Array(768).fill(0.4)];
    const [once] = await apgdCe(model, images, [0], { epsilon, steps: 10, restarts: 2 });
    // One more for what the plain model says of the original.
    expect([once!.forwards, once!.backwards]).toEqual([1 + 2 * 11, 2 * 10]);
    const [led] = await apgdT(model, images, [0], { epsilon, steps: 10 });
    expect([led!.forwards, led!.backwards]).toEqual([1 + 2 * 11, 2 * 10]);
    expect(led!.notes.join()).toMatch(/dlr loss needs 4 classes, the model has 3/);
    const [drawn] = await apgdCe(model, images, [0], { epsilon, steps: 10, draws: 20 });
    expect([drawn!.forwards, drawn!.backwards]).toEqual([1 + 20 * 11, 20 * 10]);
  });

  it('refuses settings out of range', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
    const images = [new Float32Array(768).fill(0.4)];
    await expect(apgdCe(model, images, undefined, { epsilon, rho: 1 })).rejects.toThrow(/Rho must lie between 0 and 1/);
    await expect(apgdCe(model, images, undefined, { epsilon, draws: 0 })).rejects.toThrow(/Draws/);
    await expect(apgdT(model, images, undefined, { epsilon, targets: 0 })).rejects.toThrow(/Targets/);
  });
});

describe('the basic iterative method', () => {
  it('takes as many steps of one level as the paper says, none at random', async () => {
    await using model = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const images = [new Float32Array(768).fill(0.4)];
    for (const [levels, steps] of [
      [2, 3],
      [8, 10],
      [16, 20],
      [32, 36],
    ] as const) {
      const [result] = await bim(model, images, [0], { epsilon: levels / 255 });
      expect(result!.backwards).toBe(steps);
      expect(result!.path[0]!.distance).toBe(0);
    }
  });
});
