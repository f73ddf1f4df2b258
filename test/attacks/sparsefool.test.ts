/** @file SparseFool on planes, where what it finds is known. */
import { describe, expect, it } from 'vitest';
import { sparsefool } from '../../src/attack/sparsefool.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { linearNetwork, smallNetwork } from '../support/network.ts';

const size = 768;
const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

function pictures(count: number, seed = 1): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: size }, () => Math.round(60 + 135 * random()) / 255),
  );
}

/** A plane that takes the eight largest weights whole and half of the ninth from mid grey, and the least l1 that reaches it. */
async function plane() {
  const random = pseudoRandom(31);
  const w = Float64Array.from({ length: size }, () => Math.fround(random() - 0.5));
  const largest = Array.from(w, Math.abs).sort((a, b) => b - a);
  const gap = 0.5 * (largest.slice(0, 8).reduce((sum, v) => sum + v, 0) + 0.5 * largest[8]!);
  const base = 0.5 * w.reduce((sum, v) => sum + v, 0);
  return {
    model: await loadModel(linearNetwork(w, -base - gap), { preprocessing: 'none' }),
    order: Array.from(w.keys()).sort((a, b) => Math.abs(w[b]!) - Math.abs(w[a]!)),
    optimum: 0.5 * 8.5,
  };
}

describe('sparsefool', () => {
  it('ends after one round on a linear model where lambda is 1, at the values with the largest weights', async () => {
    const { model, order, optimum } = await plane();
    const grey = new Float32Array(size).fill(0.5);
    const [result] = await sparsefool(model, [grey], [0], { lambda: 1, finalSearch: false });
    // Two per cent beyond, as far as there is room: eight of the nine are black or white already.
    expect(result!.distances.l1 / optimum).toBeGreaterThanOrEqual(1);
    expect(result!.distances.l1 / optimum).toBeLessThan(1.01);
    const changed = Array.from(grey.keys()).filter((i) => result!.adversarial[i] !== 0.5);
    expect(new Set(changed)).toEqual(new Set(order.slice(0, 9)));
    // DeepFool's: one step to the border and one more slope at its end.
    expect(result!.backwards).toBe(2);
  });

  it('changes more values the further the plane is put', async () => {
    const changed: number[] = [];
    for (const lambda of [1, 3]) {
      const { model } = await plane();
      const grey = new Float32Array(size).fill(0.5);
      const [result] = await sparsefool(model, [grey], [0], { lambda, finalSearch: false });
      changed.push(result!.distances.l0);
    }
    expect(changed[1]!).toBeGreaterThan(2 * changed[0]!);
  });

  it('changes few of the values that the same search in l2 would', async () => {
    const results = await sparsefool(small, pictures(8), undefined, { norm: 'l0' });
    for (const { success8, distances } of results) expect([success8, distances.l0 < size / 10]).toEqual([true, true]);
  });

  it('refuses what it cannot follow', async () => {
    await expect(sparsefool(small, pictures(1), undefined, { target: 1 })).rejects.toThrow(
      'SparseFool leads away from the label, not to a target; JSMA changes few values for one.',
    );
    await expect(sparsefool(small, pictures(1), undefined, { lambda: 0.5 })).rejects.toThrow(
      'Lambda is a factor of at least 1, got 0.5.',
    );
  });
});
