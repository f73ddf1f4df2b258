/**
 * @file One search of a distance attack (Rony et al. 2021, "Augmented Lagrangian adversarial attacks", Algorithm 1) from given starts. It
 * departs from the paper in two points: the distance is divided by that of a faint noise, so that one step size serves all distances,
 * and further distances may be bounded beside the one that is made small.
 */
import { type Observation, type Sample, search } from '../search/search.ts';
import { oneHot } from './criterion.ts';
import { constraintCount, type DistanceProblem, searchProblem, squareDecay } from './distance-problem.ts';
import { type Candidate, excessOver, isBetter, type Task } from './distance-task.ts';
import { afterWindow, firstMultiplier, type Multiplier, updatedMultiplier } from './lagrangian.ts';

/** Where a search starts for a picture. */
export interface Start {
  readonly task: Task;
  readonly z: Float32Array;
  /** Length of a first step. */
  readonly stepSize: number;
  /** The distance of a faint noise, by which distances are divided. */
  readonly scale: number;
}

/** What a search is run with. */
export interface DistanceSearchOptions {
  readonly steps: number;
  readonly batch: number;
  readonly mask: Float32Array;
  /** Whether the points go into the tasks' paths: only where the search is by the distance that was asked for. */
  readonly keepsPath: boolean;
  /** Asked where all limits hold: whether that is enough. */
  readonly isEnough?: (candidate: Candidate, task: Task) => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number) => void;
}

/** Steps between looks at whether a constraint comes nearer. */
const windowSteps = 10;

/** Share of the first step's length that is left at the end. */
const lastShare = 0.01;

/** A start on its way. */
interface Path extends Start {
  multipliers: readonly Multiplier[];
  /** Constraints at the start of the window, and whether each held since. */
  windowStart: readonly number[];
  held: readonly boolean[];
  /** Step at which the model was first fooled within all limits. */
  foundAt: number | undefined;
  best: Candidate | undefined;
}

/**
 * Searches from every start and adds the best change that fooled to its task's candidates. Says which tasks found enough; their other starts
 * are given up.
 */
export async function distanceSearch(
  problem: DistanceProblem,
  starts: readonly Start[],
  { steps, batch, mask, keepsPath, isEnough, signal, onProgress }: DistanceSearchOptions,
): Promise<ReadonlySet<Task>> {
  const { model } = problem;
  const isMinimal = problem.main.limit === Number.POSITIVE_INFINITY;
  const limits = [problem.main, ...problem.bounds].map(({ limit }) => limit);
  const paths = starts.map(
    (start): Path => ({
      ...start,
      multipliers: new Array<Multiplier>(constraintCount(problem)).fill(firstMultiplier),
      windowStart: [],
      held: [],
      foundAt: isMinimal ? undefined : 0,
      best: undefined,
    }),
  );
  const samples = paths.map((path): Sample => {
    const { x0, label, target } = path.task;
    const fixed = {
      x0,
      mask,
      label: oneHot(label, model.classCount),
      target: oneHot(target ?? label, model.classCount),
      scale: path.scale,
    };
    return {
      z: path.z,
      steps,
      data: (step) => ({
        ...fixed,
        mu: path.multipliers.map(({ mu }) => mu),
        rho: path.multipliers.map(({ rho }) => rho),
        'step size': path.stepSize * stepFactor(path.foundAt, step, steps),
        correction: 1 - squareDecay ** (step + 1),
      }),
    };
  });
  const satisfied = new Set<Task>();
  const observe = async (seen: readonly Observation[]) => {
    for (const one of seen) {
      const path = paths[one.sample]!;
      const found = observeStep(one, path, limits, keepsPath);
      if (satisfied.has(path.task) || found?.excess !== 0 || isEnough === undefined) continue;
      if (!(await isEnough(found, path.task))) continue;
      path.best = found;
      satisfied.add(path.task);
    }
    return seen.map(({ sample }) => satisfied.has(paths[sample]!.task));
  };
  await search(searchProblem(problem), samples, observe, {
    device: model.device,
    batch,
    describe: model.describe,
    ...(signal === undefined ? {} : { signal }),
    onProgress,
  });
  for (const { task, best } of paths) {
    if (best !== undefined) task.candidates.push(best);
    for (const note of model.gradientNotes) task.notes.add(note);
  }
  return satisfied;
}

/** Full steps until the model is first fooled, then down to a hundredth at the end. */
function stepFactor(foundAt: number | undefined, step: number, steps: number): number {
  return foundAt === undefined ? 1 : lastShare ** ((step - foundAt) / Math.max(1, steps - foundAt));
}

/** Takes in what a step saw; the point as a candidate where it fools. */
function observeStep(
  { step, z, gradientNorm, outputs }: Observation,
  path: Path,
  limits: readonly number[],
  keepsPath: boolean,
): Candidate | undefined {
  const { task } = path;
  task.forwards++;
  if (gradientNorm !== undefined) task.backwards++;
  if (Number.isNaN(gradientNorm)) task.notes.add('The gradient became NaN.');
  const constraints = Array.from(outputs.constraints!);
  const measured = Array.from(outputs.measured!);
  const excess = outputs.excess![0]!;
  if (keepsPath) task.path.push({ forwards: task.forwards, excess, distance: measured[0]! });
  let found: Candidate | undefined;
  if (excess > 0) {
    found = { z, excess: excessOver(measured, limits), distance: outputs.distance![0]! };
    if (found.excess === 0) path.foundAt ??= step;
    if (isBetter(found, path.best)) path.best = found;
  }
  path.held = constraints.map((y, k) => (path.held[k] ?? false) || y <= 0);
  path.multipliers = path.multipliers.map((multiplier, k) => updatedMultiplier(multiplier, constraints[k]!));
  if (step % windowSteps === 0) {
    const before = path.windowStart;
    if (before.length > 0) {
      path.multipliers = path.multipliers.map((multiplier, k) =>
        afterWindow(multiplier, before[k]!, constraints[k]!, path.held[k]!),
      );
    }
    path.windowStart = constraints;
    path.held = constraints.map((y) => y <= 0);
  }
  return found;
}
