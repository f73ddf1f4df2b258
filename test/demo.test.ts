/** @file The demo's parts: what it measures, on a network built by code, and the page it makes of fixed findings. */
import { describe, expect, it } from 'vitest';
import type { Findings } from '../scripts/demo/findings.ts';
import { gatherFindings, stepCount } from '../scripts/demo/gather.ts';
import type { RunStep } from '../scripts/demo/progress.ts';
import { tellStory } from '../scripts/demo/story.ts';
import { median, ofAll, percent, withArticle } from '../scripts/demo/words.ts';
import type { AttackResult, Prediction } from '../src/attack/result.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { distances, withinBudget } from '../src/distance/ball.ts';
import type { ComparisonRow } from '../src/distance/compare.ts';
import { jpeg } from '../src/distance/distortions.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Visualization } from '../src/visualize/visualize-class.ts';
import { pseudoRandom } from './random.ts';
import { nestingProblems, outsideReferences, unnamedPictures } from './support/markup.ts';
import { smallNetwork } from './support/network.ts';

const classNames = ['ball', 'arrow', '<b>cube</b>'];
const grey = new Float32Array(48).fill(0.5);
const light = new Float32Array(48).fill(0.6);

function prediction(label: number, probability = 0.75): Prediction {
  const top = [label, (label + 1) % 3].map((k, i) => ({
    label: k,
    name: classNames[k]!,
    probability: i === 0 ? probability : 1 - probability,
  }));
  return { ...top[0]!, top };
}

function attackResult(label: number, success: boolean): AttackResult {
  const after = prediction(success ? (label + 1) % 3 : label);
  const adversarial = success ? light : grey;
  return {
    method: 'pgd',
    success,
    success8: success,
    adversarial,
    original: grey,
    distances: distances(adversarial, grey),
    label,
    target: undefined,
    misclassifiedBefore: false,
    before: prediction(label, 0.999),
    after,
    after8: after,
    norm: 'linf',
    epsilon: 8 / 255,
    path: [],
    forwards: 3,
    backwards: 2,
    restarts: 1,
    seed: 1,
    device: 'a test',
    notes: [],
  };
}

function drawing(label: number): Visualization {
  return {
    picture: light,
    label,
    name: classNames[label]!,
    path: [
      { score: 0, value: 0 },
      { score: 2, value: 1 },
    ],
    answer: prediction(label),
    weight: 1,
    seed: 1,
    device: 'a test',
    notes: [],
  };
}

/** A similarity and a length, and one that so small pictures have no value in. */
function rowsOf(ssim: number, l2: number): ComparisonRow[] {
  const row = { kind: 'measured', brief: 'a distance', reading: 'like JPEG at quality 90' } as const;
  return [
    { ...row, name: 'ssim', value: 1 - ssim, distance: ssim, better: 'higher' },
    { ...row, name: 'l2', value: l2, distance: l2, better: 'lower' },
    { kind: 'not defined', name: 'gmsd', brief: 'a distance', reason: 'too small' },
  ];
}

/** Findings in which every attack on the standard network succeeds, or none at all. */
function findingsOf(fooled: boolean): Findings {
  const labels = [0, 1, 2];
  const attacks = {
    standard: labels.map((label) => attackResult(label, fooled)),
    robust: labels.map((label) => attackResult(label, false)),
  };
  const smallest = (budget: number) =>
    labels.map((label) => (fooled ? { budget, result: attackResult(label, true) } : undefined));
  const made = (count: number) => ({ count, fooled: { standard: count, robust: 0, second: Math.floor(count / 2) } });
  return {
    device: 'a test',
    classNames,
    shape: [3, 4, 4],
    accuracy: { count: 50, right: { standard: 49, robust: 45, second: 48 } },
    examples: labels.map((label) => ({ picture: grey, label })),
    budget: 8,
    attacks,
    curve: {
      count: 20,
      budgets: [0, 8, 32],
      right: { standard: fooled ? [20, 1, 0] : [20, 20, 20], robust: [18, 12, 2], noise: [20, 19, 15] },
    },
    smallest: { standard: smallest(2), robust: smallest(20) },
    changes: {
      original: { picture: grey, label: 0 },
      list: [
        { kind: 'noise', picture: light, distances: distances(light, grey), psnr: 20, answer: prediction(1) },
        { kind: 'shift', picture: light, distances: distances(light, grey), psnr: 20, answer: prediction(0) },
      ],
    },
    views: {
      original: { picture: grey, label: 0 },
      quality: 50,
      attacked: { picture: light, answer: prediction(fooled ? 1 : 0), rows: rowsOf(0.01, 0.2) },
      compressed: { picture: light, answer: prediction(0), rows: rowsOf(0.02, 0.1) },
    },
    transfer: {
      count: 12,
      made: {
        standard: made(fooled ? 12 : 0),
        robust: made(0),
        second: made(fooled ? 10 : 0),
        noise: { count: 12, fooled: { standard: 0, robust: 0, second: 1 } },
      },
    },
    drawings: { standard: labels.map(drawing), robust: labels.map(drawing), recognised: { standard: 1, robust: 3 } },
    walk: {
      start: { picture: grey, label: 0 },
      target: 1,
      budgets: [8, 255],
      stops: { standard: [drawing(1), drawing(1)], robust: [drawing(2), drawing(1)] },
    },
  };
}

describe.each([
  ['everything was fooled', true],
  ['nothing was fooled', false],
])('the page where %s', (_name, fooled) => {
  it('is whole: its tags close, it loads nothing, its pictures have words, its numbers are numbers', async () => {
    const story = await tellStory(findingsOf(fooled));
    expect(nestingProblems(story)).toEqual([]);
    expect(outsideReferences(story)).toEqual([]);
    expect(unnamedPictures(story)).toEqual([]);
    expect(story.replace(/base64,[^"]*/g, '')).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(story).not.toContain('<b>cube</b>');
  });
});

it('the page says what was found', async () => {
  const story = await tellStory(findingsOf(true));
  for (const words of [
    'fooled on all 3 pictures',
    'It was fooled on none of the 3; the standard network on all 3.',
    'right on 5\u00a0% of them and the robust network on 60\u00a0%',
    'no more than 2 of 255 for the standard network; for the robust one that is 20 of 255',
    '50\u00a0% also fool the second one',
    'already answers “arrow”',
    '1 of the 2 rulers call JPEG the larger change, and yet the network still answers “ball” to it, and “arrow” to the attack',
  ])
    expect(story).toContain(words);
  const calm = await tellStory(findingsOf(false));
  expect(calm).toContain('No picture fooled the standard network');
  expect(calm).toContain('more than 32 of 255');
});

describe('what is measured', async () => {
  // One network three times over, on pictures whose labels are its answers: right on all of them, its attacks known to succeed.
  const model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const random = pseudoRandom(5);
  const pictures = Array.from({ length: 40 }, () => {
    const level = random();
    return Float32Array.from({ length: 768 }, () => Math.round(255 * (0.2 + 0.6 * level * random())) / 255);
  });
  const labels: number[] = [];
  for (const picture of pictures) labels.push((await model.predictPlain(picture)).label);
  const set: Dataset = {
    name: 'answers',
    length: pictures.length,
    classNames: ['a', 'b', 'c', 'd', 'e'],
    image: async (i) => ({ data: pictures[i]!, channels: 3, height: 16, width: 16 }),
    label: (i) => labels[i]!,
  };
  const said: string[] = [];
  const step: RunStep = async (title, work, found) => {
    const result = await work(() => {});
    said.push(`${title}: ${found(result)}`);
    return result;
  };
  const scale = { asked: 40, attacked: 10, transferred: 6, attackSteps: 5, drawingSteps: 5 };
  const gather = () => gatherFindings({ models: { standard: model, robust: model, second: model }, set, step, scale });
  const findings = await gather();

  it('is what it says', () => {
    const { accuracy, attacks, curve, smallest, transfer, budget } = findings;
    expect(accuracy.right).toEqual({ standard: 40, robust: 40, second: 40 });
    expect(said).toHaveLength(stepCount);
    expect(curve.right.standard[0]).toBe(10);
    expect(curve.right.standard.at(-1)).toBe(0);
    expect(curve.right.standard.toSorted((a, b) => b - a)).toEqual(curve.right.standard);
    for (const { adversarial, original, success8 } of attacks.standard) {
      expect(success8).toBe(true);
      expect(withinBudget(distances(adversarial, original).linf, budget / 255)).toBe(true);
    }
    for (const one of smallest.standard) expect(withinBudget(one!.result.distances.linf, one!.budget / 255)).toBe(true);
    expect(transfer.made.standard.fooled.second).toBe(transfer.made.standard.count);
    expect(findings.changes.list.map(({ kind }) => kind)).toEqual(['linf', 'l2', 'l1', 'noise', 'shift']);
  });

  it('compares what was attacked, and JPEG, with the original', async () => {
    const { original, attacked, compressed, quality } = findings.views;
    expect([attacked.answer.label === original.label, quality]).toEqual([false, 50]);
    const picture = (data: Float32Array) => ({ data, channels: 3, height: 16, width: 16 });
    for (const view of [attacked, compressed]) {
      expect(view.rows.map(({ name }) => name)).toEqual([
        'linf',
        'l2',
        'ssim',
        'gmsd',
        'haarpsi',
        'ciede2000',
        'lpips',
      ]);
      const [linf, l2] = view.rows;
      const expected = distances(view.picture, original.picture);
      expect(linf).toMatchObject({ kind: 'measured', value: expect.closeTo(expected.linf, 5) });
      expect(l2).toMatchObject({ kind: 'measured', value: expect.closeTo(expected.l2, 4) });
    }
    expect(attacked.answer.label).toBe((await model.predictPlain(attacked.picture)).label);
    expect(compressed.picture).toEqual((await jpeg(50).apply(picture(original.picture))).data);
  });

  it('is the same again', async () => {
    expect(await tellStory(await gather())).toBe(await tellStory(findings));
  });
});

it('words fit their numbers', () => {
  expect([percent(0, 7), percent(1, 1000), percent(999, 1000), percent(7, 7), percent(1, 3)]).toEqual(
    ['0', 'under 1', 'over 99', '100', '33'].map((words) => `${words}\u00a0%`),
  );
  expect([ofAll(0, 6), ofAll(6, 6), ofAll(2, 6)]).toEqual(['none of the 6', 'all 6', '2 of the 6']);
  expect([withArticle('arrow'), withArticle('cube')]).toEqual(['an arrow', 'a cube']);
  expect([median([5, 1, 3]), median([4, 1, 3, 2]), median([1, Number.POSITIVE_INFINITY])]).toEqual([3, 2, 1]);
});
