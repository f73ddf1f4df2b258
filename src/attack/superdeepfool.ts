/**
 * @file SuperDeepFool, SDF(∞, 1) (Abdolahpourrostam, Abroshan and Moosavi-Dezfooli 2024, Algorithm 2): DeepFool up to a border, then the
 * change's projection onto the border's normal there, x = x0 + ((x' - x0) . w / |w|²) w, until that fools by itself, or the border was met no
 * nearer three times, which the paper does not ask. The line search that ends it is the runner's. The authors' code adds projection to
 * projection; this is the paper's.
 */
import { checkCount } from './check-options.ts';
import { checkDeepfool, type DeepfoolOptions, type DeepfoolSearch, deepfoolSearch } from './deepfool.ts';
import { otherClasses } from './linearisation.ts';
import { methodOf } from './method.ts';
import { runMinimalAttack } from './minimal-attack.ts';
import { difference, type Procedure, slope } from './procedure.ts';
import type { DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dot, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `superdeepfool`. */
export interface SuperdeepfoolOptions extends Omit<DeepfoolOptions, 'norm'> {
  readonly norm?: 'l2';
  /** Projections at most; 100 unless given. */
  readonly projections?: number;
}

/**
 * Looks for the smallest change in l2 that fools: nearly as quick as DeepFool, and nearer.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target is given
 */
export async function superdeepfool(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SuperdeepfoolOptions = {},
): Promise<DistanceAttackResult[]> {
  const { steps = 100, overshoot = 0.02, candidates = 10, projections = 100 } = options;
  const settings: DeepfoolSearch = { norm: 'l2', steps, overshoot, candidates };
  checkDeepfool('SuperDeepFool', options, settings);
  checkCount('Projections', projections, 1);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'superdeepfool',
    norms: ['l2'],
    run: (trial) => search(trial, settings, projections),
  });
}

/** Share by which a border must be nearer, and times that it may fail to be. */
const [progress, patience] = [1e-3, 3];

function* search(trial: Trial, settings: DeepfoolSearch, projections: number): Procedure {
  const { x0, label, classCount } = trial;
  let [x, distance, idle] = [x0, Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < projections; i++) {
    const end = yield* deepfoolSearch(x, trial, settings);
    // DeepFool takes no step from a projection that fools.
    const reached = normOf('l2', minus(end.x, x0));
    idle = reached < distance * (1 - progress) ? 0 : idle + 1;
    if ((i > 0 && end.x === x) || idle === patience) return;
    distance = Math.min(distance, reached);
    const ahead = otherClasses(end.scores, label)[0]!;
    const { gradient: w } = yield* slope(end.x, difference(ahead, label, classCount));
    const square = dot(w, w);
    if (!(square > 0)) return;
    x = allowed(addScaled(x0, dot(minus(end.x, x0), w) / square, w), trial);
  }
}

/** Its row in the registry. */
export const superdeepfoolMethod = methodOf(
  {
    name: 'superdeepfool',
    brief: "DeepFool with projections onto the border's normal",
    kind: 'minimal',
    norms: ['l2'],
    knowledge: 'gradients',
    targeted: false,
    cost: "a few times DeepFool's",
    paper: 'Abdolahpourrostam et al. 2024',
    own: {
      steps: 'steps of DeepFool at most, between projections (100)',
      overshoot: 'share of the way beyond the border (0.02)',
      candidates: 'classes in play (10)',
      projections: 'projections at most (100)',
    },
  },
  superdeepfool,
);
