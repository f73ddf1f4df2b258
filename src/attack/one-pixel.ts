/**
 * @file One pixel (Su et al. 2019): differential evolution (Storn and Price 1997) of a few pixels' places and colours. A child is one
 * parent plus half the difference of two others, without crossover, and takes the place of its own parent where it makes the model less sure.
 * Colours are whole levels of 8 bits. In l0 a pixel counts as many values as there are channels.
 */
import { type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { checkScoreLoss, type ScoreLoss, scoreLoss } from './log-odds.ts';
import { methodOf } from './method.ts';
import { lookAll, type Procedure } from './procedure.ts';
import { AttackError, type AttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `onePixel`. */
export interface OnePixelOptions extends BudgetOptions {
  readonly norm?: 'l0';
  /** Pixels that change; as many as the budget holds unless given. */
  readonly pixels?: number;
  /** Members of a generation; 400 unless given. */
  readonly population?: number;
  /** Generations after the first; 100 unless given. */
  readonly generations?: number;
  /** Share of the difference of two members that a child gets; 0.5 unless given. */
  readonly scale?: number;
  /** `cross-entropy`, which orders pictures as probabilities do, unless given. */
  readonly loss?: ScoreLoss;
}

type Settings = Required<Omit<OnePixelOptions, keyof BudgetOptions | 'norm'>>;

/**
 * Attacks pictures by changing a few pixels, by class scores alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await onePixel(victim, [pixels], [label], { epsilon: 3 });
 */
export async function onePixel(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: OnePixelOptions,
): Promise<AttackResult[]> {
  const { channels } = victim;
  const {
    epsilon,
    pixels = Math.floor(epsilon / channels),
    population = 400,
    generations = 100,
    scale = 0.5,
  } = options;
  const { loss = 'cross-entropy' } = options;
  if (pixels === 0)
    throw new AttackError(
      `A pixel has ${channels} values, which epsilon ${epsilon} does not hold; give at least ${channels}.`,
    );
  checkCount('Pixels', pixels, 1);
  if (pixels * channels > epsilon)
    throw new AttackError(
      `${pixels} pixels of ${channels} values are more than epsilon ${epsilon}; give at least ${pixels * channels}.`,
    );
  checkCount('Population', population, 4);
  checkCount('Generations', generations, 0);
  if (!(scale > 0)) throw new AttackError(`The scale must be a positive number, got ${scale}.`);
  checkScoreLoss(loss);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'one-pixel',
    norms: ['l0'],
    gradients: false,
    run: (trial) => evolution(trial, { pixels, population, generations, scale, loss }),
  });
}

function* evolution(trial: Trial, settings: Settings): Procedure {
  const { pixels, population, generations, scale, loss } = settings;
  const random = trial.random(0);
  const draw = (n: number) => Math.floor(random.uniform() * n);
  let members = Array.from({ length: population }, () => firstMember(trial, pixels, () => random.normal(), draw));
  let heights = (yield* lookAll(members.map((member) => pictureOf(member, trial)))).map((answer) =>
    scoreLoss(loss, answer, trial),
  );
  for (let generation = 0; generation < generations; generation++) {
    const children = members.map(() => {
      const [a, b, c] = threeOf(population, draw);
      return members[a]!.map((value, i) => value + scale * (members[b]![i]! - members[c]![i]!));
    });
    const answers = yield* lookAll(children.map((child) => pictureOf(child, trial)));
    const own = answers.map((answer) => scoreLoss(loss, answer, trial));
    members = members.map((member, i) => (own[i]! > heights[i]! ? children[i]! : member));
    heights = heights.map((height, i) => Math.max(own[i]!, height));
  }
}

/** Three different numbers below n. */
function threeOf(n: number, draw: (n: number) => number): readonly [number, number, number] {
  const a = draw(n);
  const b = (a + 1 + draw(n - 1)) % n;
  for (;;) {
    const c = draw(n);
    if (c !== a && c !== b) return [a, b, c];
  }
}

/** For each pixel its row, its column, and its colour in levels: places equally likely, colours normal around grey as in the paper. */
function firstMember(
  { shape: [channels, height, width], mask }: Trial,
  pixels: number,
  normal: () => number,
  draw: (n: number) => number,
): Float64Array {
  const free = Array.from({ length: height * width }, (_, pixel) => pixel).filter((pixel) => mask?.[pixel] !== 0);
  return Float64Array.from(
    Array.from({ length: pixels }, () => {
      const pixel = free[draw(free.length)]!;
      const colour = Array.from({ length: channels }, () => 128 + 127 * normal());
      return [Math.floor(pixel / width), pixel % width, ...colour];
    }).flat(),
  );
}

/** The original with a member's pixels. Places beyond the picture fall on its edge, and colours beyond black or white on these. */
function pictureOf(member: Float64Array, trial: Trial): Float32Array {
  const [channels, height, width] = trial.shape;
  const x = trial.x0.slice();
  const within = (value: number, largest: number) => Math.min(largest, Math.max(0, Math.round(value)));
  for (let first = 0; first < member.length; first += 2 + channels) {
    const at = within(member[first]!, height - 1) * width + within(member[first + 1]!, width - 1);
    for (let channel = 0; channel < channels; channel++)
      x[channel * height * width + at] = within(member[first + 2 + channel]!, 255) / 255;
  }
  return allowed(x, trial);
}

/** Its row in the registry. */
export const onePixelMethod = methodOf<OnePixelOptions>(
  {
    name: 'one-pixel',
    brief: 'a few pixels, by differential evolution',
    kind: 'budget',
    norms: ['l0'],
    knowledge: 'scores',
    targeted: true,
    cost: '40400 forward passes',
    paper: 'Su et al. 2019',
    own: {
      pixels: 'pixels that change (what the budget holds)',
      population: 'members of a generation (400)',
      generations: 'generations (100)',
      scale: 'share of a difference that a child gets (0.5)',
      loss: 'margin or cross-entropy (cross-entropy)',
      exhaust: 'go on after a success (false)',
    },
  },
  onePixel,
);
