/** @file What the demo measures: three networks asked, attacked and made to draw. Only numbers and pictures; the words are in story.ts. */
import { pgd } from '../../src/attack/pgd.ts';
import type { AttackResult, Prediction } from '../../src/attack/result.ts';
import { describePrediction } from '../../src/attack/result.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { type Distances, distances, type Norm } from '../../src/distance/ball.ts';
import { quantize8 } from '../../src/image/image.ts';
import type { Model } from '../../src/model/model.ts';
import { randomStream } from '../../src/random/random-stream.ts';
import { type Visualization, visualizeClasses } from '../../src/visualize/visualize-class.ts';
import type { RunStep } from './progress.ts';

/** The networks of the demo: what sets them apart is how they were trained. */
export const networkNames = ['standard', 'robust', 'second'] as const;
export type NetworkName = (typeof networkNames)[number];

/** The two that are compared throughout. */
export const comparedNames = ['standard', 'robust'] as const;
export type ComparedName = (typeof comparedNames)[number];

/** A picture of the set. */
export interface Shown {
  readonly picture: Float32Array;
  readonly label: number;
}

/** The smallest whole budget that fools, and the picture that it fools with. */
export interface Smallest {
  readonly budget: number;
  readonly result: AttackResult;
}

/** One picture changed in some way, and what the standard network makes of it. */
export interface Change {
  readonly kind: 'linf' | 'l2' | 'l1' | 'noise' | 'shift';
  readonly picture: Float32Array;
  readonly distances: Distances;
  readonly psnr: number;
  readonly answer: Prediction;
}

/** A walk from a picture towards a class, each stop with more room around the picture. */
export interface Walk {
  readonly start: Shown;
  readonly target: number;
  /** How far each value may move, of 255. */
  readonly budgets: readonly number[];
  readonly stops: Readonly<Record<ComparedName, readonly Visualization[]>>;
}

/** All that the demo finds. Budgets are whole steps of the 255 that a byte holds. */
export interface Findings {
  readonly classNames: readonly string[];
  /** What it all ran on. */
  readonly device: string;
  /** Channels, height and width of a picture. */
  readonly shape: readonly [number, number, number];
  readonly accuracy: { readonly count: number; readonly right: Readonly<Record<NetworkName, number>> };
  /** One picture of each class, for the reader to see what they look like. */
  readonly examples: readonly Shown[];
  readonly budget: number;
  /** A few pictures that all networks answer rightly, attacked within the budget. */
  readonly attacks: Readonly<Record<ComparedName, readonly AttackResult[]>>;
  readonly curve: {
    readonly count: number;
    readonly budgets: readonly number[];
    /** Pictures still answered rightly at each budget. */
    readonly right: Readonly<Record<ComparedName | 'noise', readonly number[]>>;
  };
  /** The attack of the smallest budget that changes the answer, for each attacked picture; undefined where the largest tried does not. */
  readonly smallest: Readonly<Record<ComparedName, readonly (Smallest | undefined)[]>>;
  readonly changes: { readonly original: Shown; readonly list: readonly Change[] };
  readonly transfer: {
    readonly count: number;
    /** Pictures that fool the network they were made for, and pictures of random noise: how many each network gets wrong. */
    readonly made: Readonly<
      Record<NetworkName | 'noise', { readonly count: number; readonly fooled: Readonly<Record<NetworkName, number>> }>
    >;
  };
  readonly drawings: Readonly<Record<ComparedName, readonly Visualization[]>> & {
    /** Drawings that the second network takes for the class they are meant to show. */
    readonly recognised: Readonly<Record<ComparedName, number>>;
  };
  readonly walk: Walk;
}

/** What the demo works on. */
export interface DemoSetup {
  readonly models: Readonly<Record<NetworkName, Model>>;
  readonly set: Dataset;
  readonly step: RunStep;
  /** Sizes, so that tests and slow machines can do with less. */
  readonly scale?: Partial<Scale>;
}

/** How much is done. */
export interface Scale {
  /** Pictures that accuracy is measured on; how many of them are attacked for the curve, and for the transfer. */
  readonly asked: number;
  readonly attacked: number;
  readonly transferred: number;
  /** Steps of an attack, and of a drawing. */
  readonly attackSteps: number;
  readonly drawingSteps: number;
}

/** What `npm run demo` does. */
export const usualScale: Scale = { asked: 500, attacked: 100, transferred: 60, attackSteps: 20, drawingSteps: 128 };

/** Number of steps that `gatherFindings` reports. */
export const stepCount = 7;

const budget = 8;
const budgets = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
const walkBudgets = [8, 32, 96, 255];
const shownCount = 6;
const seed = 1;

/** Measures everything. Deterministic: the same models and scale give the same findings on one device. */
export async function gatherFindings({ models, set, step, scale }: DemoSetup): Promise<Findings> {
  const { asked, attacked, transferred, attackSteps, drawingSteps } = { ...usualScale, ...scale };
  const { standard, robust, second } = models;
  const compared = { standard, robust };
  const nameOf = (label: number) => set.classNames[label]!;
  const percent = (share: number) => `${Math.round(100 * share)} %`;

  const { pictures, answers } = await step(
    `Showing ${asked} new pictures to three networks`,
    async (update) => {
      const pictures: Shown[] = [];
      for (let i = 0; i < Math.min(asked, set.length); i++) {
        if (i % 50 === 0) update(`drawing picture ${i}`);
        pictures.push({ picture: (await set.image(i)).data, label: set.label(i) });
      }
      const answers = await perNetwork(networkNames, (name) => answersOf(models[name], pictures));
      return { pictures, answers };
    },
    ({ pictures, answers }) =>
      networkNames
        .map((name) => `${name} ${percent(countRight(answers[name], pictures) / pictures.length)} right`)
        .join(', '),
  );
  const right = await perNetwork(networkNames, async (name) => countRight(answers[name], pictures));
  const solved = pictures.filter(({ label }, i) => networkNames.every((name) => answers[name][i] === label));
  const examples = set.classNames.flatMap((_, label) => pictures.find((shown) => shown.label === label) ?? []);
  const chosen = firstOfEachClass(solved, shownCount);
  const options = { epsilon: budget / 255, steps: attackSteps, seed };

  const attacks = await step(
    `Attacking ${chosen.length} pictures, each value of a pixel by at most ${budget} of 255`,
    () => perNetwork(comparedNames, (name) => attackAll(models[name], chosen, { ...options, steps: 2 * attackSteps })),
    (found) => comparedNames.map((name) => `${name} fooled on ${fooledOf(found[name])} of ${chosen.length}`).join(', '),
  );

  const curve = await step(
    `Attacking ${attacked} pictures with growing budgets`,
    async (update) => {
      const some = pictures.slice(0, attacked);
      const right = await perNetwork(comparedNames, (name) =>
        standingAt(compared[name], some, attackSteps, (at) => update(`${name} network, budget ${at} of 255`)),
      );
      return {
        count: some.length,
        budgets: [0, ...budgets],
        right: { ...right, noise: await standingNoise(standard, some) },
      };
    },
    ({ right, count }) => {
      const at = budgets.indexOf(budget) + 1;
      return `at ${budget} of 255, ${comparedNames.map((name) => `${name} still right on ${percent(right[name][at]! / count)}`).join(', ')}`;
    },
  );

  const smallest = await step(
    'Finding the smallest change that fools, picture by picture',
    () =>
      perNetwork(comparedNames, async (name) => {
        const found: (Smallest | undefined)[] = [];
        for (const shown of chosen) found.push(await smallestBudget(compared[name], shown, attackSteps));
        return found;
      }),
    (found) =>
      comparedNames
        .map((name) => `${name} ${found[name].map((one) => one?.budget ?? `>${budgets.at(-1)}`).join(' ')}`)
        .join(', '),
  );

  const original = chosen[0]!;
  const { changes, transfer } = await step(
    'Measuring changes, and showing attacked pictures to the other networks',
    async () => ({
      changes: await changesOf(standard, original, attackSteps, nameOf),
      transfer: await transferOf(models, solved.slice(0, transferred), attackSteps),
    }),
    ({ transfer: { made } }) =>
      `${percent(made.standard.fooled.second / made.standard.count)} of those made for the standard network fool the second, ${percent(made.noise.fooled.second / made.noise.count)} of random ones`,
  );

  const drawings = await step(
    `Drawing ${set.classNames.length} classes from noise`,
    async (update) => {
      const labels = set.classNames.map((_, label) => label);
      const drawn = await perNetwork(comparedNames, (name) =>
        visualizeClasses(compared[name], labels, {
          steps: drawingSteps,
          seed,
          onProgress: (at, steps) => update(`${name} network, step ${at} of ${steps}`),
        }),
      );
      const recognised = await perNetwork(comparedNames, async (name) =>
        countRight(await answersOf(second, drawn[name]), drawn[name]),
      );
      return { ...drawn, recognised };
    },
    ({ recognised }) =>
      comparedNames
        .map((name) => `the second network recognises ${recognised[name]} drawn by the ${name} one`)
        .join(', '),
  );

  const walk = await step(
    'Walking from a picture to another class, with more and more room',
    async (): Promise<Walk> => {
      const target = chosen[1]!.label;
      const stops = await perNetwork(comparedNames, async (name) => {
        const list: Visualization[] = [];
        for (const epsilon of walkBudgets) {
          const within = { norm: 'linf', epsilon: epsilon / 255 } as const;
          list.push(
            ...(await visualizeClasses(compared[name], [target], {
              start: original.picture,
              within,
              steps: drawingSteps,
              seed,
            })),
          );
        }
        return list;
      });
      return { start: original, target, budgets: walkBudgets, stops };
    },
    ({ start, target }) => `from ${nameOf(start.label)} to ${nameOf(target)}`,
  );

  return {
    classNames: set.classNames,
    device: standard.device.description,
    shape: [standard.channels, standard.height, standard.width],
    accuracy: { count: pictures.length, right },
    examples,
    budget,
    attacks,
    curve,
    smallest,
    changes: { original, list: changes },
    transfer,
    drawings,
    walk,
  };
}

async function perNetwork<N extends string, T>(
  names: readonly N[],
  work: (name: N) => Promise<T>,
): Promise<Readonly<Record<N, T>>> {
  const results: [N, T][] = [];
  for (const name of names) results.push([name, await work(name)]);
  return Object.fromEntries(results) as Record<N, T>;
}

/** What a network answers to each picture. */
async function answersOf(model: Model, shown: readonly { readonly picture: Float32Array }[]): Promise<number[]> {
  const answers: number[] = [];
  const size = model.channels * model.height * model.width;
  const most = Math.min(50, model.maxBatch);
  for (let at = 0; at < shown.length; at += most) {
    const part = shown.slice(at, at + most);
    const pixels = new Float32Array(part.length * size);
    for (const [i, { picture }] of part.entries()) pixels.set(picture, i * size);
    const scores = await model.predict(pixels, part.length);
    for (const i of part.keys())
      answers.push(largest(scores.subarray(i * model.classCount, (i + 1) * model.classCount)));
  }
  return answers;
}

function largest(scores: Float32Array): number {
  return scores.reduce((best, score, k) => (score > scores[best]! ? k : best), 0);
}

function countRight(answers: readonly number[], shown: readonly { readonly label: number }[]): number {
  return shown.filter(({ label }, i) => answers[i] === label).length;
}

function firstOfEachClass(shown: readonly Shown[], count: number): Shown[] {
  const labels = new Set<number>();
  const first = shown.filter(({ label }) => !labels.has(label) && labels.add(label));
  if (first.length < 2) throw new Error('The networks agree on too few pictures to show anything: are they trained?');
  return first.slice(0, count);
}

type AttackOptions = Parameters<typeof pgd>[3];

function attackAll(model: Model, shown: readonly Shown[], options: AttackOptions): Promise<AttackResult[]> {
  return pgd(
    model,
    shown.map(({ picture }) => picture),
    shown.map(({ label }) => label),
    options,
  );
}

function fooledOf(results: readonly AttackResult[]): number {
  return results.filter(({ success8 }) => success8).length;
}

/** Pictures answered rightly as they are and after attacks of each budget; what a small budget fools, a larger one does too. */
async function standingAt(
  model: Model,
  shown: readonly Shown[],
  steps: number,
  onBudget: (at: number) => void,
): Promise<number[]> {
  const answers = await answersOf(model, shown);
  let standing = shown.filter(({ label }, i) => answers[i] === label);
  const counts = [standing.length];
  for (const at of budgets) {
    onBudget(at);
    const results = await attackAll(model, standing, { epsilon: at / 255, steps, seed });
    standing = standing.filter((_, i) => !results[i]!.success8 && !results[i]!.misclassifiedBefore);
    counts.push(standing.length);
  }
  return counts;
}

/** Pictures answered rightly as they are and with each value moved by the whole budget, up or down at random. */
async function standingNoise(model: Model, shown: readonly Shown[]): Promise<number[]> {
  const counts: number[] = [];
  for (const at of [0, ...budgets])
    counts.push(
      countRight(
        await answersOf(
          model,
          shown.map((one, i) => noisy(one, at, i)),
        ),
        shown,
      ),
    );
  return counts;
}

function noisy({ picture, label }: Shown, at: number, index: number): Shown {
  const random = randomStream(seed, index, at);
  const moved = picture.map((value) => Math.min(1, Math.max(0, value + (random.uniform() < 0.5 ? -at : at) / 255)));
  return { picture: quantize8(moved), label };
}

/** The smallest whole budget that fools, by halving the way between one that does not and one that does. */
async function smallestBudget(model: Model, shown: Shown, steps: number): Promise<Smallest | undefined> {
  const attempt = async (at: number): Promise<Smallest | undefined> => {
    const [result] = await attackAll(model, [shown], { epsilon: at / 255, steps: 2 * steps, seed });
    return result!.success8 ? { budget: at, result: result! } : undefined;
  };
  let best = await attempt(budgets.at(-1)!);
  for (let low = 0; best !== undefined && best.budget - low > 1; ) {
    const middle = (low + best.budget) >> 1;
    const found = await attempt(middle);
    if (found === undefined) low = middle;
    else best = found;
  }
  return best;
}

/** Budgets that are tried one after another until the answer changes. */
const ladders: Readonly<Record<Norm, readonly number[]>> = {
  linf: budgets.map((at) => at / 255),
  l2: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5],
  l1: [1, 2, 4, 8, 12, 16, 24, 32, 64, 128],
};

/** One picture changed in five ways, to compare what distances say with what the eye and the network say. */
async function changesOf(
  model: Model,
  original: Shown,
  steps: number,
  nameOf: (label: number) => string,
): Promise<Change[]> {
  const describe = async (kind: Change['kind'], picture: Float32Array): Promise<Change> => {
    const measured = distances(picture, original.picture);
    return {
      kind,
      picture,
      distances: measured,
      psnr: -20 * Math.log10(measured.l2 / Math.sqrt(picture.length)),
      answer: describePrediction(await model.predictPlain(picture), nameOf),
    };
  };
  const list: Change[] = [];
  for (const norm of ['linf', 'l2', 'l1'] as const) {
    for (const epsilon of ladders[norm]) {
      const [result] = await attackAll(model, [original], { norm, epsilon, steps: 2 * steps, seed });
      if (!result!.success8) continue;
      list.push(await describe(norm, result!.adversarial));
      break;
    }
  }
  list.push(await describe('noise', noisy(original, budget, 0).picture));
  list.push(await describe('shift', shifted(original.picture, model.width)));
  return list;
}

/** The picture one pixel to the right; its left column stays. */
function shifted(picture: Float32Array, width: number): Float32Array {
  return picture.map((value, at) => (at % width === 0 ? value : picture[at - 1]!));
}

async function transferOf(
  models: Readonly<Record<NetworkName, Model>>,
  shown: readonly Shown[],
  steps: number,
): Promise<Findings['transfer']> {
  const judge = async (changed: readonly Shown[]) => ({
    count: changed.length,
    fooled: await perNetwork(
      networkNames,
      async (name) => changed.length - countRight(await answersOf(models[name], changed), changed),
    ),
  });
  const made = await perNetwork(networkNames, async (name) => {
    // All steps: the further a picture is led from its class, the likelier others follow.
    const results = await attackAll(models[name], shown, { epsilon: budget / 255, steps, seed, exhaust: true });
    const successes = results.filter(({ success8 }) => success8);
    return judge(successes.map(({ adversarial, label }) => ({ picture: adversarial, label })));
  });
  return { count: shown.length, made: { ...made, noise: await judge(shown.map((one, i) => noisy(one, budget, i))) } };
}
