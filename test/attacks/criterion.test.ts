/** @file Criteria: what they say of scores, that attacks end by them, and one function for every attack and every victim. */
import { describe, expect, it } from 'vitest';
import { attack } from '../../src/attack/attack.ts';
import { bestMethod } from '../../src/attack/best.ts';
import {
  answer,
  type Criterion,
  criterionOf,
  judgeOf,
  logitGap,
  probabilityGap,
  topK,
} from '../../src/attack/criterion.ts';
import { ddn } from '../../src/attack/ddn.ts';
import { distanceAttack } from '../../src/attack/distance-attack.ts';
import { attackMethods, methodNamed } from '../../src/attack/methods.ts';
import { pgd } from '../../src/attack/pgd.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { l2 } from '../../src/distance/lp.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { sub } from '../../src/tensor/ops/arithmetic.ts';
import { reduceMax, reduceMin } from '../../src/tensor/ops/reduce-extrema.ts';
import { pseudoRandom } from '../random.ts';
import { smallNetwork } from '../support/network.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none' });
const random = pseudoRandom(4);
const images = Array.from({ length: 4 }, () =>
  Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
);

describe('the excess of scores', () => {
  const scores = Float32Array.of(2, -1, 0.5, 1);
  const total = scores.reduce((sum, z) => sum + Math.exp(z), 0);
  const p = (k: number) => Math.exp(scores[k]!) / total;
  it.each<[string, Criterion, number, number | undefined, number]>([
    ['another answer', answer, 0, undefined, -1],
    ['another answer, of a class that lost', answer, 2, undefined, 1.5],
    ['the target', answer, 2, 3, -1],
    ['the target that won', answer, 2, 0, 1],
    ['leaving the first two', topK(2), 0, undefined, 0.5 - 2],
    ['leaving the first two, of the third', topK(2), 2, undefined, 1 - 0.5],
    ['the target among the first two', topK(2), 0, 3, 0.5],
    ['a gap of scores', logitGap(1), 3, undefined, 2 - 1 - 1],
    ['a gap of probabilities', probabilityGap(0.1), 3, undefined, p(0) - p(3) - 0.1],
    ['a gap of probabilities to a target', probabilityGap(0.1), 3, 0, p(0) - p(3) - 0.1],
  ])('%s', async (_name, criterion, label, target, excess) => {
    const judge = await judgeOf(criterion, 4, target !== undefined);
    expect(await judge(scores, label, target)).toBeCloseTo(excess, 5);
  });

  it('is not a number where scores are not, which never fools', async () => {
    const judge = await judgeOf(answer, 4, false);
    expect((await judge(Float32Array.of(1, Number.NaN, 3, 0), 0, undefined)) > 0).toBe(false);
  });
});

describe('attacks under a criterion', () => {
  it('lead the label out of the first two, in a ball and by the smallest change', async () => {
    const criterion = topK(2);
    const within = await pgd(model, images, undefined, { epsilon: 40 / 255, criterion });
    const smallest = await ddn(model, images, undefined, { criterion });
    const usual = await ddn(model, images, undefined);
    for (const [i, result] of smallest.entries()) {
      for (const { success8, after8, label } of [within[i]!, result]) {
        expect(success8).toBe(true);
        expect(after8.top.findIndex((one) => one.label === label)).toBeGreaterThanOrEqual(2);
      }
      expect(result.distances.l2).toBeGreaterThan(usual[i]!.distances.l2 * 0.999);
    }
  });

  it('hold under a distance as well, and in its budget', async () => {
    const criterion = topK(2);
    const smallest = await distanceAttack(model, images, undefined, { distance: l2, criterion, steps: 150 });
    for (const { success, after, label } of smallest) {
      expect(success).toBe(true);
      expect(after.top.findIndex((one) => one.label === label)).toBeGreaterThanOrEqual(2);
    }
    const [led] = await distanceAttack(model, [images[0]!], undefined, {
      distance: l2,
      target: 3,
      criterion,
      steps: 150,
    });
    expect(led!.after.top.findIndex((one) => one.label === 3)).toBeLessThan(2);
  });

  it('reach a gap of probabilities that the plain model confirms', async () => {
    const results = await ddn(model, images, undefined, { criterion: probabilityGap(0.3) });
    for (const { success, adversarial, label } of results) {
      expect(success).toBe(true);
      const { probabilities } = await model.predictPlain(adversarial);
      const other = Math.max(...probabilities.filter((_, k) => k !== label));
      expect(other - probabilities[label]!).toBeGreaterThan(0.3);
      expect(other - probabilities[label]!).toBeLessThan(0.32);
    }
  });

  it("hold to a user's expression", async () => {
    const spread = ({ logits }: { logits: Parameters<typeof sub>[0] }) =>
      sub(reduceMax(logits as never, { axes: [1] }), reduceMin(logits as never, { axes: [1] }));
    const before =
      Math.max(...(await model.predict(images[0]!, 1))) - Math.min(...(await model.predict(images[0]!, 1)));
    const narrow = criterionOf('narrow', (inputs) => sub(before * 1.05, spread(inputs)));
    const [result] = await pgd(model, [images[0]!], undefined, {
      epsilon: 1 / 255,
      criterion: narrow,
      randomStart: false,
    });
    expect(result!.misclassifiedBefore).toBe(true);
    const wide = criterionOf('wide', (inputs) => sub(spread(inputs), before * 1.05));
    const [widened] = await pgd(model, [images[0]!], undefined, { epsilon: 40 / 255, criterion: wide, loss: 'margin' });
    const scores = await model.predict(widened!.adversarial, 1);
    expect(widened!.success).toBe(true);
    expect(Math.max(...scores) - Math.min(...scores)).toBeGreaterThan(before * 1.05);
  });
});

describe('one call for all', () => {
  it('takes the named attack and gives what its function gives', async () => {
    const [a] = await attack(model, [images[0]!], undefined, { method: 'ddn', steps: 20 });
    const [b] = await ddn(model, [images[0]!], undefined, { steps: 20 });
    expect(a).toEqual(b);
  });

  it('chooses the strongest known and says which', async () => {
    const [result] = await attack(model, [images[0]!], undefined, { norm: 'l2' });
    expect(result!.method).toBe('ddn');
    expect(result!.notes[0]).toMatch(/^Chosen: ddn \(Rony/);
  });

  const aims = { budget: 'within a budget in', minimal: 'for the smallest change in' } as const;
  const needs = 'since apgd-t needs four classes and leads to no target of yours,';
  const only = 'the only one here that needs no gradients';
  const fewest = "that of the fewest questions in its authors' comparison";
  const strongest = 'the strongest in AttackBench';
  const cells: readonly (readonly [
    kind: 'budget' | 'minimal',
    norm: 'linf' | 'l2' | 'l1' | 'l0',
    gradients: boolean,
    best: readonly [string, string],
    instead?: readonly [string, string],
  ])[] = [
    ['budget', 'linf', true, ['apgd-t', strongest], ['apgd-ce', needs]],
    [
      'budget',
      'l2',
      true,
      ['apgd-t', `${strongest} on ImageNet, within a point of apgd-ce on CIFAR-10,`],
      ['apgd-ce', needs],
    ],
    ['budget', 'l1', true, ['apgd-ce', strongest]],
    ['budget', 'l0', true, ['jsma', 'the only one here that follows gradients']],
    ['budget', 'linf', false, ['square', fewest]],
    ['budget', 'l2', false, ['square', fewest]],
    ['budget', 'l1', false, ['square', only]],
    ['budget', 'l0', false, ['one-pixel', only]],
    ['minimal', 'linf', true, ['pdpgd', `${strongest}, level with fmn on ImageNet,`]],
    ['minimal', 'l2', true, ['ddn', strongest]],
    ['minimal', 'l1', true, ['pdpgd', strongest]],
    ['minimal', 'l0', true, ['sigma-zero', strongest]],
    ['minimal', 'linf', false, ['hopskipjump', 'from labels alone, which AttackBench does not rank,']],
    ['minimal', 'l2', false, ['hopskipjump', 'from labels alone, which AttackBench does not rank,']],
    ['minimal', 'l1', false, ['geoda', only]],
  ];
  it.each(cells.map(([kind, norm, gradients, best, instead]) => ({ kind, norm, gradients, best, instead })))(
    'says of the best why, and nothing untrue: $kind in $norm, gradients $gradients',
    ({ kind, norm, gradients, best, instead }) => {
      const chosen = (targeted: boolean, classCount: number) =>
        bestMethod({ kind, norm, gradients, targeted, classCount });
      const words = ([name, why]: readonly [string, string]) =>
        `${name} (${methodNamed(name).paper}), ${why} ${aims[kind]} ${norm}`;
      expect(chosen(false, 4).reason).toBe(words(best));
      for (const other of [chosen(true, 5), chosen(false, 3)]) expect(other.reason).toBe(words(instead ?? best));
      if (!best[1].startsWith('the only one here')) return;
      const knowing = gradients ? ['gradients'] : ['scores', 'labels'];
      const like = attackMethods.filter(
        (one) => one.kind === kind && one.norms.includes(norm) && knowing.includes(one.knowledge),
      );
      expect(like.map(({ name }) => name)).toEqual([best[0]]);
    },
  );

  it('refuses what a kind of attack makes no use of', async () => {
    const call = (options: Parameters<typeof attack>[3]) => attack(model, [images[0]!], undefined, options);
    const epsilon = 0.1;
    await expect(call({ method: 'ddn', exhaust: true })).rejects.toThrow('ddn has no option exhaust');
    await expect(call({ exhaust: true })).rejects.toThrow('ddn has no option exhaust');
    await expect(call({ method: 'pgd', epsilon, finalSearch: false })).rejects.toThrow('pgd has no option finalSearch');
    await expect(call({ method: 'mi-fgsm', epsilon, exhaust: true })).rejects.toThrow('mi-fgsm has no option exhaust');
    expect(await call({ method: 'pgd', epsilon, exhaust: true, steps: 2 })).toHaveLength(1);
    expect(await call({ method: 'ddn', finalSearch: false, steps: 2 })).toHaveLength(1);
  });

  it('refuses what an attack does not know, in a sentence each', async () => {
    const call = (options: Parameters<typeof attack>[3]) => attack(model, images, undefined, options);
    await expect(call({ method: 'ddn', momentum: 1 })).rejects.toThrow('ddn has no option momentum; its own are steps');
    await expect(call({ method: 'pgd' })).rejects.toThrow('pgd stays within a ball: say how far');
    await expect(call({ method: 'ddn', epsilon: 1 })).rejects.toThrow('takes no epsilon');
    await expect(call({ method: 'ddn', norm: 'linf' })).rejects.toThrow('ddn is defined for l2, not for "linf"');
    await expect(call({ method: 'pgd', epsilon: 0.1, criterion: topK(7) })).rejects.toThrow('needs at least 8 classes');
    expect(() => bestMethod({ norm: 'l0', kind: 'minimal', gradients: false, targeted: false, classCount: 5 })).toThrow(
      'No attack is known to be best',
    );
  });

  it('says of a victim without gradients that it gives none', async () => {
    const opaque = opaqueModel({ ...sizes, scores: (pixels, count) => model.predict(pixels, count) });
    await expect(ddn(opaque, images, undefined)).rejects.toThrow('gives no gradients');
    await expect(attack(opaque, images, undefined, { method: 'pgd', epsilon: 0.1 })).rejects.toThrow(
      'pgd needs gradients',
    );
    const wrong = opaqueModel({ ...sizes, scores: () => [1, 2] });
    await expect(ddn(wrong, images, undefined)).rejects.toThrow('answered 2 scores for 1 picture; 1 x 5 were expected');
  });
});

const sizes = { channels: 3, height: 16, width: 16, classCount: 5 };
