/**
 * @file Transfer attacks: pictures are made on surrogate models by the iterative sign method with momentum (Dong et al. 2018), whose
 * gradients may be taken ahead (Lin et al. 2020), averaged over copies of the picture (Lin et al. 2020; Xie et al. 2019; Wang et al. 2021;
 * Long et al. 2022; Wang et al. 2024), smoothed (Dong et al. 2019) and corrected by their variance (Wang and He 2021). All steps are
 * taken, nobody stops early, and the victim is asked about the end alone.
 *
 * As in the authors' code, gradients are divided by their mean absolute value where the papers write the l1 norm; only the way that
 * Nesterov's method looks ahead depends on it. Where several papers are combined a copy is mixed, darkened, changed in its spectrum,
 * shuffled, resized, in this order; each copy draws all of it anew, and there are as many as the part with most asks for. Gradients go
 * back through every change (the code for spectra leaves that out). Pixels run from 0 to 1, so copies darken and gaps are black; in the
 * earlier code, where they run from -1 to 1, both tend to grey. The last step's variance would help nobody and is not taken.
 */
import { type Ball, runBudgetAttack } from './budget-attack.ts';
import { smoothed } from './gaussian-smoothing.ts';
import { slopeFactor } from './loss.ts';
import { type DrawPartner, partnersOf } from './mixing-partners.ts';
import { type HintQuestion, hints, look, type Procedure } from './procedure.ts';
import { intoBall } from './projection.ts';
import type { AttackResult } from './result.ts';
import { type TransferOptions, type TransferPlan, transferPlan } from './transfer-options.ts';
import type { Trial } from './trial.ts';
import { addScaled, normalised, scaled } from './vector.ts';
import type { Victim } from './victim.ts';

/**
 * Makes adversarial pictures on surrogate models and has the victim judge them. Without further options this is MI-FGSM.
 * @param victim whoever is to be fooled: with surrogates it needs no gradients
 * @param images one [C, H, W] each, pixels in [0, 1], of the victim's size
 * @param labels the true class of each; what the victim answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const options = { epsilon: 16 / 255, surrogates: [resnet, vgg], diversity: 0.5, neighbours: 20 };
 * const [result] = await transferAttack(opaqueModel(service), [pixels], [label], options);
 */
export async function transferAttack(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: TransferOptions,
): Promise<AttackResult[]> {
  return runTransferAttack('transfer', victim, images, labels, options);
}

/** The same under the name of a method. */
export async function runTransferAttack(
  name: string,
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: TransferOptions,
): Promise<AttackResult[]> {
  const plan = transferPlan(name, victim, options);
  return runBudgetAttack(
    victim,
    images,
    labels,
    { ...options, exhaust: plan.keepBest },
    { name, norms: ['linf', 'l2'], run: (trial, ball) => search(trial, ball, plan) },
  );
}

/** What streams of a trial are for, as the first of their names. */
const streams = { neighbours: 1, partner: 2, change: 3 } as const;

function* search(trial: Trial, ball: Ball, plan: TransferPlan): Procedure {
  const { steps, stepSize: alpha, momentum: mu, nesterov, neighbours, window } = plan;
  const partner = plan.mixShare > 0 ? partnersOf(trial, plan.pool) : undefined;
  let x = trial.x0;
  // The accumulated gradient, and the variance of the step before.
  let g = scaled(x, 0);
  let v = new Float64Array(x.length);
  for (let t = 0; t < steps; t++) {
    const at = nesterov ? addScaled(x, alpha * mu, g) : x;
    const slope = yield* meanSlope(trial, plan, partner, 1, () => at, [t, 0]);
    const tuned = slope.map((value, i) => value + v[i]!);
    if (neighbours > 0 && t + 1 < steps) {
      const here = x;
      const nearby = (n: number) => neighbour(trial, here, plan.reach, [t, n]);
      const around = yield* meanSlope(trial, plan, partner, neighbours, nearby, [t, 1]);
      v = around.map((value, i) => value - slope[i]!);
    }
    g = accumulated(g, mu, window === undefined ? tuned : smoothed(tuned, trial.shape, window), trial);
    x = stepped(x, alpha, g, trial, ball);
    if (plan.keepBest || t + 1 === steps) yield* look(x);
  }
}

/** Questions that a picture asks at once. */
const askedAtOnce = 32;

/** Mean gradient of the loss over points, copies of each, and guides; in float64, in which weights of sure answers do not vanish. */
function* meanSlope(
  trial: Trial,
  plan: TransferPlan,
  partner: DrawPartner | undefined,
  points: number,
  pointAt: (n: number) => Float32Array,
  names: readonly number[],
): Procedure<Float64Array> {
  const sum = new Float64Array(trial.x0.length);
  const total = points * plan.draws * plan.scales * plan.guides.length;
  const waiting = copies(trial, plan, partner, points, pointAt, names);
  for (;;) {
    const asked: Copy[] = [];
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      asked.push(next.value);
      if (asked.length === askedAtOnce) break;
    }
    const answers = yield* hints(asked.map(({ question }) => question));
    for (const [k, { gradient, value }] of answers.entries()) {
      const weight = (asked[k]!.factor * slopeFactor(plan.loss, trial.target !== undefined, value)) / total;
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * gradient[i]!;
    }
    if (asked.length < askedAtOnce) return sum;
  }
}

/** A copy of a picture as a question, and by how much it moves where the picture moves. */
interface Copy {
  readonly question: HintQuestion;
  readonly factor: number;
}

function* copies(
  trial: Trial,
  { guides, loss, scales, draws, transform, mixShare }: TransferPlan,
  partner: DrawPartner | undefined,
  points: number,
  pointAt: (n: number) => Float32Array,
  names: readonly number[],
): Generator<Copy, void> {
  for (let n = 0; n < points; n++) {
    const point = pointAt(n);
    for (let draw = 0; draw < draws; draw++) {
      const mixed =
        partner === undefined
          ? point
          : addScaled(point, mixShare, partner(trial.random(streams.partner, ...names, n, draw)));
      for (let scale = 0; scale < scales; scale++) {
        const factor = 2 ** -scale;
        const x = scale === 0 ? mixed : scaled(mixed, factor);
        const through = transform && {
          transform,
          drawn: transform.draw(trial.random(streams.change, ...names, n, draw, scale)),
        };
        for (const guide of guides)
          yield { factor, question: { x, of: { loss }, guide, ...(through === undefined ? {} : { through }) } };
      }
    }
  }
}

/** A picture with uniform noise where it may change. */
function neighbour(trial: Trial, x: Float32Array, reach: number, names: readonly number[]): Float32Array {
  const random = trial.random(streams.neighbours, ...names);
  return x.map((value, i) => value + reach * (2 * random.uniform() - 1) * (trial.mask?.[i] ?? 1));
}

/** mu g + slope / mean |slope|, the mean over what may change; mu g where the slope says nothing, so that no 0 / 0 enters the sum. */
function accumulated(g: Float32Array, mu: number, slope: Float64Array, { mask }: Trial): Float32Array {
  let [sum, count] = [0, 0];
  for (let i = 0; i < slope.length; i++) {
    const may = mask?.[i] ?? 1;
    sum += may * Math.abs(slope[i]!);
    count += may;
  }
  const mean = sum / count;
  if (!(mean > 0 && mean < Number.POSITIVE_INFINITY)) return scaled(g, mu);
  return g.map((value, i) => mu * value + ((mask?.[i] ?? 1) * slope[i]!) / mean);
}

/** A step along the accumulated gradient, brought back into the ball and the range. */
function stepped(x: Float32Array, alpha: number, g: Float32Array, trial: Trial, { norm, epsilon }: Ball): Float32Array {
  const direction = norm === 'linf' ? g.map(Math.sign) : normalised(g);
  if (direction === undefined) return x;
  return intoBall(norm, addScaled(x, alpha, direction), epsilon, trial);
}
