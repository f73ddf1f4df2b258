/** @file Runs everything that the demo measures, step by step. */
import type { AttackResult } from '../../src/attack/result.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import type { Model } from '../../src/model/model.ts';
import { comparedNames, type Findings, type NetworkName, networkNames, type Shown, type View } from './findings.ts';
import { answersOf, countRight, perNetwork } from './measure/ask.ts';
import { attackAll, budget, budgets, seed, smallestBudget, standingAt, standingNoise } from './measure/attacks.ts';
import { changesOf } from './measure/changes.ts';
import { drawingsOf, walkOf } from './measure/drawings.ts';
import { transferOf } from './measure/transfer.ts';
import { viewsOf } from './measure/views.ts';
import { fooledCount } from './parts.ts';
import type { RunStep } from './progress.ts';
import { percent } from './words.ts';

/** What the demo works on. */
export interface DemoSetup {
  readonly models: Readonly<Record<NetworkName, Model>>;
  readonly set: Dataset;
  readonly step: RunStep;
  /** Sizes, so that tests can do with less. */
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
export const stepCount = 9;

/** Classes of which a picture is attacked and shown. */
const shownCount = 6;

/** Measures everything. Deterministic: the same models and scale give the same findings on one device. */
export async function gatherFindings({ models, set, step, scale }: DemoSetup): Promise<Findings> {
  const { asked, attacked, transferred, attackSteps, drawingSteps } = { ...usualScale, ...scale };
  const { standard } = models;
  const nameOf = (label: number) => set.classNames[label]!;

  const { pictures, answers, right } = await step(
    `Showing ${asked} new pictures to three networks`,
    async (update) => {
      const pictures: Shown[] = [];
      for (let i = 0; i < Math.min(asked, set.length); i++) {
        if (i % 50 === 0) update(`drawing picture ${i}`);
        pictures.push({ picture: (await set.image(i)).data, label: set.label(i) });
      }
      const answers = await perNetwork(networkNames, (name) => answersOf(models[name], pictures));
      const right = await perNetwork(networkNames, async (name) => countRight(answers[name], pictures));
      return { pictures, answers, right };
    },
    ({ right, pictures }) =>
      eachOf(networkNames, (name) => `${name} right on ${percent(right[name], pictures.length)}`),
  );
  const solved = pictures.filter(({ label }, i) => networkNames.every((name) => answers[name][i] === label));
  const chosen = firstOfEachClass(solved, shownCount);
  const [original, other] = chosen as [Shown, Shown];

  const attacks = await step(
    `Attacking ${chosen.length} pictures, each number by at most ${budget} of 255`,
    () =>
      perNetwork(
        comparedNames,
        (name): Promise<AttackResult[]> =>
          attackAll(models[name], chosen, { epsilon: budget / 255, steps: 2 * attackSteps, seed }),
      ),
    (found) => eachOf(comparedNames, (name) => `${name} fooled on ${fooledCount(found[name])}`),
  );

  const curve = await step(
    `Attacking ${attacked} pictures with growing budgets`,
    async (update) => {
      const some = pictures.slice(0, attacked);
      const attackedRight = await perNetwork(comparedNames, (name) =>
        standingAt(models[name], some, attackSteps, (at) => update(`${name} network, ${at} of 255`)),
      );
      const noise = await standingNoise(standard, some);
      return { count: some.length, budgets: [0, ...budgets], right: { ...attackedRight, noise } };
    },
    ({ right, count }) => {
      const at = budgets.indexOf(budget) + 1;
      return `at ${budget} of 255, ${eachOf(comparedNames, (name) => `${name} right on ${percent(right[name][at]!, count)}`)}`;
    },
  );

  const smallest = await step(
    'Finding the smallest change that fools, picture by picture',
    () =>
      perNetwork(comparedNames, async (name) =>
        Promise.all(chosen.map((shown) => smallestBudget(models[name], shown, attackSteps))),
      ),
    (found) => {
      const amounts = (name: (typeof comparedNames)[number]) =>
        found[name].map((one) => one?.budget ?? `>${budgets.at(-1)}`);
      return eachOf(comparedNames, (name) => `${name} ${amounts(name).join(' ')}`);
    },
  );

  const changes = await step(
    'Changing one picture in several ways',
    () => changesOf(standard, original, attackSteps, nameOf),
    (list) =>
      `${list.filter(({ answer }) => answer.label !== original.label).length} of ${list.length} change the answer`,
  );

  const views = await step(
    'Asking distances made after the eye how much an attack changes',
    () => viewsOf(standard, attacks.standard, nameOf),
    ({ attacked, compressed, quality }) => {
      const distance = ({ rows }: View) => rows.map((row) => (row.kind === 'measured' ? row.distance : Number.NaN));
      const [ofAttack, ofJpeg] = [distance(attacked), distance(compressed)];
      const count = ofAttack.filter((value, k) => value < ofJpeg[k]!).length;
      return `${count} of ${ofAttack.length} call it smaller than JPEG at quality ${quality}`;
    },
  );

  const transfer = await step(
    'Showing attacked pictures to the other networks',
    () => transferOf(models, solved.slice(0, transferred), attackSteps),
    ({ made: { standard: made, noise } }) =>
      `${percent(made.fooled.second, made.count)} made for the standard network fool the second, ${percent(noise.fooled.second, noise.count)} of random ones`,
  );

  const drawings = await step(
    `Drawing ${set.classNames.length} classes from noise`,
    (update) => drawingsOf(models, set.classNames.length, drawingSteps, update),
    ({ recognised }) =>
      `the second network recognises ${eachOf(comparedNames, (name) => `${recognised[name]} by the ${name} one`)}`,
  );

  const walk = await step(
    'Walking from a picture to another class, with more and more room',
    () => walkOf(models, original, other.label, drawingSteps),
    () => `from ${nameOf(original.label)} to ${nameOf(other.label)}`,
  );

  return {
    classNames: set.classNames,
    device: standard.device.description,
    shape: [standard.channels, standard.height, standard.width],
    accuracy: { count: pictures.length, right },
    examples: set.classNames.flatMap((_, label) => pictures.find((shown) => shown.label === label) ?? []),
    budget,
    attacks,
    curve,
    smallest,
    changes: { original, list: changes },
    views,
    transfer,
    drawings,
    walk,
  };
}

function eachOf<N extends string>(names: readonly N[], words: (name: N) => string): string {
  return names.map(words).join(', ');
}

function firstOfEachClass(shown: readonly Shown[], count: number): Shown[] {
  const labels = new Set<number>();
  const first = shown.filter(({ label }) => !labels.has(label) && labels.add(label));
  if (first.length < 2) throw new Error('The networks agree on too few pictures to show anything: are they trained?');
  return first.slice(0, count);
}
