/**
 * @file From the changes that a distance attack found to its result: moved towards the original while they fool, rounded to 8 bits, held
 * against every limit, and judged by the plain model.
 */
import { distances } from '../distance/ball.ts';
import { quantize8 } from '../image/image.ts';
import type { DistanceProblem, LimitedDistance } from './distance-problem.ts';
import { type Candidate, excessOver, fools, type Task } from './distance-task.ts';
import type { Judges } from './judges.ts';
import { fewestChanges, searchAwaiting, smallestShare } from './nearest-fooling.ts';
import { type DistanceAttackResult, describePrediction, type Measured, type Prediction } from './result.ts';
import { roundTowards } from './round-towards.ts';
import { plainLogits } from './victim.ts';

/** What results are made with. */
export interface Bench {
  readonly problem: DistanceProblem;
  readonly judges: Judges;
  readonly mask: Float32Array;
  readonly seed: number;
}

/** A picture that fools the plain model within all limits. */
interface Fooling {
  readonly x: Float32Array;
  readonly measured: readonly number[];
  readonly prediction: Prediction;
}

/** A picture in float and one of 8-bit values, where there are such. */
interface Found {
  readonly float: Fooling | undefined;
  readonly rounded: Fooling | undefined;
}

/** Shares of the way from the smallest change that fools to the whole one, where the plain model may disagree at the edge. */
const backwards = [0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/** Factors of the whole change: rounding may need more than was found. */
const beyond = [1.02, 1.05, 1.1, 1.2, 1.5];

/** Whether the change rounded to 8 bits fools the derived model within all limits. */
export async function foolsRounded(bench: Bench, { z }: Candidate, task: Task): Promise<boolean> {
  const { judges, mask } = bench;
  const x = await judges.change({ z, x0: task.x0, mask });
  return (await judged(bench, quantize8(x), task)) !== undefined;
}

/** The outcome for a picture, by the candidate whose end is the least distance. */
export async function distanceResult(bench: Bench, task: Task): Promise<DistanceAttackResult> {
  const { problem, seed } = bench;
  const { model, main, bounds } = problem;
  let [float, rounded]: [Fooling | undefined, Fooling | undefined] = [undefined, undefined];
  for (const candidate of task.candidates) {
    const found = await reduced(bench, candidate, task);
    float = smaller(found.float, float);
    rounded = smaller(found.rounded, rounded);
  }
  // An 8-bit picture is a picture: where no other is confirmed, it is the answer in float as well.
  float ??= rounded;
  const { x0, label, target, misclassifiedBefore, notes } = task;
  if (task.candidates.length > 0 && float === undefined)
    notes.add('The derived model was fooled, but no such picture was confirmed by the plain model within the bounds.');
  else if (float !== undefined && rounded === undefined)
    notes.add('Rounded to 8 bits the picture does not fool within the bounds.');
  if (misclassifiedBefore) {
    const before = target === undefined ? 'The model was wrong' : 'The model answered the target';
    notes.add(`${before} before the attack.`);
  }
  const before = describePrediction(task.before, model.className);
  let after8 = rounded?.prediction ?? before;
  if (rounded === undefined && float !== undefined) {
    task.forwards++;
    after8 = describePrediction(await model.predictPlain(quantize8(float.x)), model.className);
  }
  const named = (measured: readonly number[] | undefined): Measured | undefined =>
    measured && Object.fromEntries([main, ...bounds].map(({ distance }, k) => [distance.name, measured[k]!]));
  return {
    method: main.limit === Number.POSITIVE_INFINITY ? 'smallest distance' : 'within a distance',
    success: float !== undefined,
    success8: rounded !== undefined,
    adversarial: float?.x ?? x0,
    adversarial8: rounded?.x ?? x0,
    original: x0,
    distance: main.distance.name,
    budget: main.limit === Number.POSITIVE_INFINITY ? undefined : main.limit,
    bounds: Object.fromEntries(bounds.map(({ distance, limit }) => [distance.name, limit])),
    measured: named(float?.measured),
    measured8: named(rounded?.measured),
    distances: distances(float?.x ?? x0, x0),
    label,
    target,
    misclassifiedBefore,
    before,
    after: float?.prediction ?? before,
    after8,
    forwards: task.forwards,
    backwards: task.backwards,
    path: task.path,
    seed,
    device: model.device.description,
    notes: [...notes],
  };
}

function smaller(a: Fooling | undefined, b: Fooling | undefined): Fooling | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.measured[0]! < b.measured[0]! ? a : b;
}

/** A candidate brought towards the original as far as it fools, in float and in 8 bits. */
async function reduced(bench: Bench, { z, excess }: Candidate, task: Task): Promise<Found> {
  const { problem, judges, mask } = bench;
  const { main, model, change } = problem;
  const { x0 } = task;
  const at = (share: number) => judges.change({ z: z.map((value) => share * value), x0, mask });
  const isFooling = async (x: Float32Array) => fools((await judge(bench, x, task)).logits, task);
  const whole = await at(1);
  let found: Found = { float: undefined, rounded: undefined };
  if (main.limit !== Number.POSITIVE_INFINITY && excess === 0) {
    found = await confirmed(bench, [whole], [quantize8(whole)], task);
    if (found.float !== undefined && found.rounded !== undefined) return found;
  }
  if (!(await isFooling(whole))) return found;
  const least = await searchAwaiting(smallestShare(), async (share) => isFooling(await at(share)));
  const shares = [...backwards.map((share) => least + share * (1 - least)), ...beyond];
  const pictures = shares.map((share) => () => at(share));
  found = {
    float: found.float ?? (await firstConfirmed(bench, pictures, task)),
    rounded:
      found.rounded ??
      (await firstConfirmed(
        bench,
        pictures.flatMap((x) => roundings(x, x0)),
        task,
      )),
  };
  const { counts } = main.distance;
  if (counts === undefined || change.name !== 'pixels') return found;
  const few = await searchAwaiting(fewestChanges(whole, x0, counts, model.channels), isFooling);
  const fewest = await confirmed(bench, [few], [quantize8(few)], task);
  return { float: smaller(fewest.float, found.float), rounded: smaller(fewest.rounded, found.rounded) };
}

/** A picture to 8 bits: each value to the nearest, or where that breaks a bound, towards the original. */
function roundings(picture: () => Promise<Float32Array>, x0: Float32Array): (() => Promise<Float32Array>)[] {
  return [async () => quantize8(await picture()), async () => roundTowards(await picture(), x0)];
}

async function confirmed(
  bench: Bench,
  floats: readonly Float32Array[],
  rounded: readonly Float32Array[],
  task: Task,
): Promise<Found> {
  const lazy = (pictures: readonly Float32Array[]) => pictures.map((x) => async () => x);
  return {
    float: await firstConfirmed(bench, lazy(floats), task),
    rounded: await firstConfirmed(bench, lazy(rounded), task),
  };
}

/** The first picture that fools the derived and the plain model within all limits. */
async function firstConfirmed(
  bench: Bench,
  pictures: readonly (() => Promise<Float32Array>)[],
  task: Task,
): Promise<Fooling | undefined> {
  const { model } = bench.problem;
  for (const picture of pictures) {
    const x = await picture();
    const measured = await judged(bench, x, task);
    if (measured === undefined) continue;
    task.forwards++;
    const plain = await model.predictPlain(x);
    if (await fools(plainLogits(plain, model), task))
      return { x, measured, prediction: describePrediction(plain, model.className) };
  }
  return undefined;
}

/** The distances of a picture that fools the derived model within all limits. */
async function judged(bench: Bench, x: Float32Array, task: Task): Promise<readonly number[] | undefined> {
  const { main, bounds } = bench.problem;
  const { logits, measured } = await judge(bench, x, task);
  const limits = [main, ...bounds].map(({ limit }: LimitedDistance) => limit);
  return (await fools(logits, task)) && excessOver(measured, limits) === 0 ? measured : undefined;
}

async function judge({ judges }: Bench, x: Float32Array, task: Task) {
  task.forwards++;
  return judges.judge({ x, x0: task.x0 });
}
