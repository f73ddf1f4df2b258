/** @file What FMN, sigma-zero, PDGD, PDPGD and ALMA promise beside the contract: their cost, their first steps, their options. */
import { describe, expect, it } from 'vitest';
import { alma } from '../../src/attack/alma.ts';
import { fmn } from '../../src/attack/fmn.ts';
import { methodNamed } from '../../src/attack/methods.ts';
import { pdpgd } from '../../src/attack/pdpgd.ts';
import { sigmaZero } from '../../src/attack/sigma-zero.ts';
import { dualNorm, normOf } from '../../src/attack/vector.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, linearNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });
const random = pseudoRandom(4);
const image = Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255);

const own = pseudoRandom(31);
const weights = Float32Array.from({ length: 768 }, () => own() - 0.5);

/** A linear classifier that answers 0 for the picture, whose border is so far away in l2. */
function linearAt(distance: number) {
  const w = Float64Array.from(weights);
  const base = w.reduce((sum, v, i) => sum + v * image[i]!, 0);
  const length = Math.sqrt(w.reduce((sum, v) => sum + v * v, 0));
  return loadModel(linearNetwork(w, -base - distance * length), { preprocessing: 'none' });
}

it.each([
  ['fmn', 'l2'],
  ['fmn', 'l0'],
  ['sigma-zero', 'l0'],
  ['pdgd', 'l2'],
  ['pdpgd', 'linf'],
  ['alma', 'l1'],
] as const)('%s in %s asks for one gradient a step and for nothing else', async (name, norm) => {
  const options = { norm, steps: 12, finalSearch: false };
  await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
  const [result] = await methodNamed(name).run(constant, [image], [0], options);
  expect([result!.success, result!.backwards, result!.path.length]).toEqual([false, 12, 12]);
  // One more for the plain model before.
  expect(result!.forwards).toBe(13);
});

it('goes on in linf, by Carlini and Wagner, from the first picture that fools', async () => {
  const options = {
    norm: 'linf',
    steps: 150,
    rounds: 7,
    initialConstant: 0.1,
    rate: 0.05,
    finalSearch: false,
  } as const;
  const [result] = await methodNamed('cw').run(small, [image], undefined, options);
  const first = result!.path.find(({ excess }) => excess > 0)!;
  // A first step moves every value by half of the rate; the largest changes are then brought down.
  expect(first.distance).toBeCloseTo(0.025, 3);
  expect(result!.distances.linf).toBeLessThan(0.9 * first.distance);
});

it.each([
  ['l2', 0.01],
  ['linf', 0.005],
] as const)("takes Carlini and Wagner's own rate where none is given, in %s", async (norm, rate) => {
  const [result] = await methodNamed('cw').run(small, [image], undefined, {
    norm,
    steps: 2,
    rounds: 1,
    finalSearch: false,
  });
  // Adam's first step moves every value w by the rate, and the pixel (tanh w + 1) / 2 by (1 - tanh^2 w) / 2 times as much.
  const moved = image.map((v) => (rate * (1 - (2 * v - 1) ** 2)) / 2);
  expect(result!.path[1]!.distance / normOf(norm, moved)).toBeCloseTo(1, 1);
});

describe('fmn', () => {
  it.each(['l2', 'l1', 'linf'] as const)(
    'steps as far as the border is guessed, in %s, however short a step is',
    async (norm) => {
      await using linear = await linearAt(0.1);
      const far = async (stepSize: number) => {
        const [result] = await fmn(linear, [image], [0], { norm, stepSize, steps: 2, finalSearch: false });
        return result!.path[1]!.distance;
      };
      const [short, long] = [await far(1e-4), await far(10)];
      expect(short / long).toBeCloseTo(1, 4);
      // Hoelder: the border is as far away in a norm as the margin over the weights' length in its dual.
      const border = (0.1 * normOf('l2', weights)) / normOf(dualNorm[norm], weights);
      expect(short / (1.05 * border)).toBeCloseTo(1, 4);
    },
  );

  it('allows one value more at each step in l0 until the picture fools', async () => {
    await using linear = await linearAt(3);
    const [result] = await fmn(linear, [image], [0], { norm: 'l0', steps: 8, finalSearch: false });
    expect(result!.path.map(({ distance }) => distance)).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('sigma-zero', () => {
  it('keeps only changes that are as large as the threshold', async () => {
    const options = { steps: 40, threshold: 0.35, thresholdStep: 1e-9, finalSearch: false };
    const [result] = await sigmaZero(small, [image], undefined, options);
    const changes = Array.from(result!.adversarial, (value, i) => Math.abs(value - image[i]!)).filter((d) => d > 0);
    expect(changes.length).toBeGreaterThan(0);
    expect(Math.min(...changes)).toBeGreaterThanOrEqual(0.35 - 1e-6);
  });

  it("moves its threshold (in the authors' code it stays at its start)", async () => {
    // No value has room for a change of .9: all are dropped, until the threshold has fallen far enough.
    const middle = new Float32Array(768).fill(0.25);
    const label = (await small.predictPlain(middle)).label;
    const down = { steps: 30, threshold: 0.9, finalSearch: false };
    const [stays] = await sigmaZero(small, [middle], [label], { ...down, thresholdStep: 1e-9 });
    const [falls] = await sigmaZero(small, [middle], [label], { ...down, thresholdStep: 0.05 });
    expect(stays!.path.every(({ distance }) => distance === 0)).toBe(true);
    expect(falls!.path.some(({ distance }) => distance > 0)).toBe(true);
  });
});

describe('alma', () => {
  it('begins with a step of the distance that is asked for', async () => {
    for (const [norm, firstDistance] of [
      ['l2', 0.3],
      ['l1', 2],
    ] as const) {
      await using near = await linearAt(0.01);
      const options = { norm, firstDistance, steps: 12, smoothing: 0.9, finalSearch: false };
      const [result] = await alma(near, [image], [0], options);
      // RMSProp's mean square starts at 1, of which .9 are kept: small slopes give a step longer by up to 1 / sqrt(.9).
      expect(result!.path[1]!.distance / firstDistance).toBeGreaterThan(1);
      expect(result!.path[1]!.distance / firstDistance).toBeLessThan(1.06);
    }
  });
});

it('bad options are refused in a sentence', async () => {
  const refusals = [
    [fmn(small, [image], undefined, { gamma: 1 }), /Gamma must lie between 0 and 1, got 1/],
    [fmn(small, [image], undefined, { stepSize: -1 }), /Step size must be a positive number, got -1/],
    [sigmaZero(small, [image], undefined, { sigma: 0 }), /Sigma must be a positive number, got 0/],
    [sigmaZero(small, [image], undefined, { threshold: 2 }), /threshold must lie between 0 and 1, got 2/],
    [sigmaZero(small, [image], undefined, { norm: 'l2' }), /sigma-zero is defined for l0, not for "l2"/],
    [pdpgd(small, [image], undefined, { operator: 'l3' as 'l2' }), /"l3" is not one of linf, l2, l1, l0, l2\/3/],
    [pdpgd(small, [image], undefined, { ratio: 0 }), /first ratio must be a positive number, got 0/],
    [alma(small, [image], undefined, { smoothing: 1 }), /Smoothing must be at least 0 and below 1, got 1/],
  ] as const;
  for (const [running, sentence] of refusals) await expect(running).rejects.toThrow(sentence);
});
