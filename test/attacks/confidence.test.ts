/** @file Carlini and Wagner's confidence holds for what is returned, linf searches on, and HopSkipJump's gamma sets its steps. */
import { describe, expect, it } from 'vitest';
import { logitGap } from '../../src/attack/criterion.ts';
import { carliniWagner } from '../../src/attack/cw.ts';
import { ead } from '../../src/attack/ead.ts';
import { fmn } from '../../src/attack/fmn.ts';
import { hopskipjump } from '../../src/attack/hopskipjump.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });
const random = pseudoRandom(4);
const images = Array.from({ length: 2 }, () =>
  Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
);
const quick = { steps: 150, rounds: 7, initialConstant: 0.1 } as const;

/** How far the plain model puts the best other class above the label. */
async function lead(x: Float32Array, label: number): Promise<number> {
  const { scores } = await small.predictPlain(x);
  return Math.max(...scores.filter((_, k) => k !== label)) - scores[label]!;
}

describe.each([
  ['cw', carliniWagner, { ...quick, rate: 0.05 }],
  ['ead', ead, quick],
] as const)('the confidence of %s', (name, attack, options) => {
  const confidence = 0.5;

  it('holds for the pictures that are returned, and no more than it', async () => {
    const bare = await attack(small, images, undefined, options);
    const sure = await attack(small, images, undefined, { ...options, confidence });
    for (const [i, { success, success8, adversarial, adversarial8, label }] of sure.entries()) {
      expect([success, success8]).toEqual([true, true]);
      expect(await lead(adversarial, label)).toBeGreaterThan(confidence);
      expect(await lead(adversarial8, label)).toBeGreaterThan(confidence);
      // Twice the confidence would be asked, were it counted in the criterion and in the loss.
      expect(await lead(adversarial, label)).toBeLessThan(1.2 * confidence);
      expect(await lead(bare[i]!.adversarial, label)).toBeLessThan(0.2 * confidence);
    }
  });

  it('is the gap of class scores as a criterion', async () => {
    const sure = await attack(small, images, undefined, { ...options, confidence });
    const gap = await attack(small, images, undefined, { ...options, criterion: logitGap(confidence) });
    expect(sure.map(({ adversarial }) => adversarial)).toEqual(gap.map(({ adversarial }) => adversarial));
  });

  it('is refused beside a criterion, and below 0', async () => {
    const both = { ...options, confidence, criterion: logitGap(1) };
    await expect(attack(small, images, undefined, both)).rejects.toThrow(
      `${name} takes a confidence or a criterion, got 0.5 and "logit gap 1"`,
    );
    await expect(attack(small, images, undefined, { ...options, confidence: -1 })).rejects.toThrow(
      'The confidence must be a number of at least 0, got -1.',
    );
  });
});

it("comes within a fifth of FMN in linf by its own search, by Carlini and Wagner at their linf code's rate", async () => {
  // The second picture's border lies beyond 1 / 256, where tau ends. Without the final search, which brings any picture near.
  const picture = images.slice(1);
  const mine = { norm: 'linf', steps: 300, rate: 0.005, initialConstant: 0.1, finalSearch: false } as const;
  const [cw] = await carliniWagner(small, picture, undefined, mine);
  const [other] = await fmn(small, picture, undefined, { norm: 'linf', steps: 200 });
  expect([cw!.success, other!.success]).toEqual([true, true]);
  expect(other!.distances.linf).toBeGreaterThan(1 / 256);
  expect(cw!.distances.linf / other!.distances.linf).toBeLessThan(1.2);
});

/** Length of the steps by which HopSkipJump's second round feels the border. */
async function secondSteps(gamma: number): Promise<number> {
  const batches: Float32Array[][] = [];
  const { channels, height, width, classCount } = small;
  const victim = opaqueModel({
    channels,
    height,
    width,
    classCount,
    maxBatch: 64,
    scores: (pixels, count) => {
      batches.push(Array.from({ length: count }, (_, n) => pixels.slice(768 * n, 768 * (n + 1))));
      return small.predict(pixels, count);
    },
  });
  const options = { gamma, iterations: 2, initialEvaluations: 32, batch: 64, finalSearch: false };
  await hopskipjump(victim, images.slice(0, 1), undefined, options);
  // Rounds feel by 32 questions at once; random steps of one length are at right angles, nearly.
  const [, second] = batches.filter((batch) => batch.length === 32);
  return Math.hypot(...second![0]!.map((v, i) => v - second![1]![i]!)) / Math.SQRT2;
}

it("takes HopSkipJump's steps around the border by gamma, as its authors' code does", async () => {
  const ratio = (await secondSteps(32)) / (await secondSteps(1));
  expect(ratio).toBeGreaterThan(24);
  expect(ratio).toBeLessThan(42);
});
