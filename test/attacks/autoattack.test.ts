/** @file AutoAttack: which members run on which pictures, what they cost, and what is said of doubtful answers. */
import { describe, expect, it } from 'vitest';
import { autoattack } from '../../src/attack/autoattack.ts';
import { checkAnswers } from '../../src/attack/autoattack-checks.ts';
import { autoAttackMembers } from '../../src/attack/autoattack-members.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, maskedNetwork, nearestMeanNetwork, smallNetwork } from '../support/network.ts';

const random = pseudoRandom(5);
const means = Array.from({ length: 12 }, () => Float64Array.from({ length: 768 }, () => 0.3 + 0.4 * random()));
const tenClasses = await loadModel(nearestMeanNetwork(means), { preprocessing: 'none' });
const resistant = Float32Array.from(means[3]!, (value) => Math.round(255 * value) / 255);

describe('AutoAttack', () => {
  it('has the members of the original in its order', () => {
    const names = (version: 'standard' | 'plus' | 'rand') =>
      autoAttackMembers(version, 'linf', { steps: 100, queries: 5000 }).map(({ name }) => name);
    expect(names('standard')).toEqual(['apgd-ce', 'apgd-t', 'fab-t', 'square']);
    expect(names('plus')).toEqual(['apgd-ce', 'apgd-dlr', 'fab', 'square', 'apgd-t', 'fab-t']);
    expect(names('rand')).toEqual(['apgd-ce', 'apgd-dlr']);
  });

  // Passes of each member, where nothing is found; one more forward pass for the plain model's answer, and five for the checks.
  const n = 4;
  const q = 30;
  const apgd = [n + 1, n] as const;
  const fab = [2 * n, n] as const;
  it.each([
    ['standard', 'linf', 5 + 4 + 10 * apgd[0] + (1 + 9 * fab[0]) + q, 10 * apgd[1] + 9 * fab[1]],
    // In l1 five restarts on the cross-entropy and five classes. A run goes through three balls: it has three starts, and two of
    // its ends need a gradient.
    ['standard', 'l1', 5 + 4 + 10 * (n + 3) + (1 + 9 * fab[0]) + q, 10 * (n + 2) + 9 * fab[1]],
    [
      'plus',
      'l2',
      5 + 6 + (5 + 5 + 9) * apgd[0] + (1 + 5 * fab[0]) + (1 + 9 * fab[0]) + q,
      (5 + 5 + 9) * apgd[1] + 5 * 11 * fab[1] + 9 * fab[1],
    ],
    ['rand', 'linf', 1 + 2 + 2 * 20 * apgd[0], 2 * 20 * apgd[1]],
  ] as const)('%s in %s takes the passes of the original', async (version, norm, forwards, backwards) => {
    const options = { norm, version, epsilon: 1e-4, steps: n, queries: q };
    const [result] = await autoattack(tenClasses, [resistant], [3], options);
    expect([result!.success, result!.member, result!.notes]).toEqual([false, undefined, []]);
    expect([result!.forwards, result!.backwards]).toEqual([forwards, backwards]);
    expect(result!.path.at(-1)!.forwards).toBeLessThanOrEqual(forwards);
    for (const [i, point] of result!.path.entries())
      expect(point.forwards).toBeGreaterThanOrEqual(result!.path[i - 1]?.forwards ?? 0);
  });

  it('asks a member only about pictures that resisted those before it', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
    const images = Array.from({ length: 6 }, () => Float32Array.from({ length: 768 }, () => 0.25 + 0.5 * random()));
    const labels = [0, 1, 2, 3, 4, 0];
    const results = await autoattack(model, images, labels, { epsilon: 6 / 255, steps: 10, queries: 20 });
    for (const { misclassifiedBefore, member, success, backwards } of results) {
      expect(member !== undefined).toBe(success);
      if (misclassifiedBefore) expect(backwards).toBe(0);
      else if (member === 'apgd-ce') expect(backwards).toBeLessThanOrEqual(10);
      else expect(backwards).toBeGreaterThan(10);
    }
    expect(new Set(results.map(({ misclassifiedBefore }) => misclassifiedBefore)).size).toBe(2);
  });

  it('says so where Square succeeds and gradients do not', async () => {
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    const [result] = await autoattack(masked, [new Float32Array(768).fill(125 / 255)], [0], {
      epsilon: 16 / 255,
      steps: 2,
    });
    const notes = result!.notes.join('\n');
    expect([result!.success, result!.member]).toEqual([true, 'square']);
    expect(notes).toMatch(/Square, which has no gradients, fooled what apgd-ce, apgd-t, fab-t did not/);
    expect(notes).toMatch(/apgd-ce: The gradient was exactly zero at/);
  });

  it('says so where there are too few classes', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const [result] = await autoattack(constant, [new Float32Array(768)], [0], { epsilon: 0.1, steps: 1, queries: 1 });
    const notes = result!.notes.join('\n');
    expect(notes).toMatch(/apgd-t leads to 2 classes: there are not 9 others/);
    expect(notes).toMatch(/apgd-t: The dlr loss needs 4 classes, the model has 3/);
  });

  it('says so where answers are random, or probabilities', async () => {
    const size = { channels: 1, height: 1, width: 2, classCount: 3 };
    const x = Float32Array.of(0.2, 0.9);
    const answering = (scores: () => number[]) => checkAnswers(opaqueModel({ ...size, scores }), x, 'standard');
    expect((await answering(() => [1, 2, 4])).notes).toEqual([]);
    expect((await answering(() => [0.2, 0.3, 0.6])).notes).toEqual([]);
    expect((await answering(() => [0.2, 0.2, 0.6])).notes.join()).toMatch(/seem to be probabilities/);
    let asked = 0;
    expect((await answering(() => [1, 2, 4 + 0.001 * asked++])).notes.join()).toMatch(/seems to be random/);
    expect((await answering(() => [1, 2, 4 + 1e-5 * asked++])).notes).toEqual([]);
    const rand = await checkAnswers(opaqueModel({ ...size, scores: () => [asked++, 2, 4] }), x, 'rand');
    expect(rand).toEqual({ notes: [], forwards: 1 });
  });

  it('refuses targets and versions that there are not', async () => {
    const run = (options: object) => autoattack(tenClasses, [resistant], [3], { epsilon: 0.1, ...options });
    await expect(run({ target: 2 })).rejects.toThrow(/leads to no target/);
    await expect(run({ version: 'fast' })).rejects.toThrow(/"fast" is not one of standard, plus, rand/);
    await expect(run({ epsilon: 8 })).rejects.toThrow(/Did you mean 8\/255/);
  });
});
