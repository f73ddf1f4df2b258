/** @file What the flags of `attack` ask for: an attack within a ball, or one under a distance. Refuses flags that do not go together. */
import type { DistanceBound } from '../attack/distance-attack.ts';
import type { LossName } from '../attack/loss.ts';
import type { ChangeName } from '../attack/parameterisation.ts';
import type { StepSchedule } from '../attack/pgd.ts';
import type { Norm } from '../distance/ball.ts';
import type { Distance } from '../distance/distance.ts';
import { enlarged } from '../distance/enlarged.ts';
import { openDistance } from '../distance/open-distance.ts';
import type { Model } from '../model/model.ts';
import { CliError } from './errors.ts';
import type { ModelFlags } from './model-flags.ts';
import { parseBudget } from './parse.ts';

/** Flags of `attack` for a ball of a norm. */
interface BallFlags {
  readonly epsilon?: number;
  readonly method?: 'pgd' | 'fgsm';
  readonly norm?: Norm;
  readonly stepSize?: number;
  readonly schedule?: StepSchedule;
  readonly loss?: LossName;
  readonly momentum?: number;
  readonly restarts?: number;
  readonly randomStart?: boolean;
  readonly exhaust?: boolean;
}

/** Flags of `attack` for any distance. */
interface DistanceFlags {
  readonly distance?: string;
  readonly budget?: number;
  readonly minimal?: boolean;
  readonly bound?: readonly string[];
  readonly mask?: string;
  readonly change?: ChangeName;
}

/** Flags of `attack`. */
export interface AttackFlags extends ModelFlags, BallFlags, DistanceFlags {
  readonly target?: string;
  readonly label?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly batch: number;
  readonly out?: string;
  readonly figure: boolean;
  readonly reportDistances: boolean;
  readonly failUnder?: number;
}

/** What is to be done. Distances are opened, but not yet fitted to a model. */
export type AttackPlan =
  | { readonly kind: 'ball'; readonly method: 'pgd' | 'fgsm'; readonly norm: Norm; readonly epsilon: number }
  | {
      readonly kind: 'distance';
      readonly distance: Distance;
      readonly budget: number | undefined;
      readonly bounds: readonly DistanceBound[];
      readonly change: ChangeName;
    };

const ballNames = [
  'method',
  'norm',
  'stepSize',
  'schedule',
  'loss',
  'momentum',
  'restarts',
  'randomStart',
  'exhaust',
] as const;
const distanceNames = ['budget', 'minimal', 'bound', 'mask', 'change'] as const;

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The plan of flags. @throws CliError where flags do not go together, DistanceError where a distance is unknown */
export async function planOf(flags: AttackFlags): Promise<AttackPlan> {
  const { epsilon, distance, budget, minimal = false, bound = [] } = flags;
  if (distance === undefined) {
    const alien = distanceNames.find((name) => flags[name] !== undefined);
    if (alien !== undefined) throw new CliError(`${dashed(alien)} needs --distance NAME.`);
    if (epsilon === undefined)
      throw new CliError('Say how far: --epsilon 8/255, or --distance NAME with --budget X or --minimal.');
    return { kind: 'ball', method: flags.method ?? 'pgd', norm: flags.norm ?? 'linf', epsilon };
  }
  if (epsilon !== undefined)
    throw new CliError('--epsilon is the radius of a ball of --norm; with --distance say --budget X or --minimal.');
  const alien = ballNames.find((name) => flags[name] !== undefined);
  if (alien !== undefined)
    throw new CliError(`${dashed(alien)} belongs to attacks within --epsilon, not to --distance.`);
  if (minimal && budget !== undefined)
    throw new CliError('--minimal looks for the smallest distance and --budget stays within one: choose one of them.');
  if (!minimal && budget === undefined)
    throw new CliError('--distance needs --minimal for the smallest change, or --budget X to stay within X.');
  const bounds: DistanceBound[] = [];
  for (const text of bound) bounds.push(await boundOf(text));
  return { kind: 'distance', distance: await openDistance(distance), budget, bounds, change: flags.change ?? 'pixels' };
}

/** NAME<=X, NAME=X or NAME:X; names may hold colons. */
async function boundOf(text: string): Promise<DistanceBound> {
  const match = /^(.+?)\s*(?:<=|=|:)\s*(\d[\d.e/ -]*|\.\d+)$/i.exec(text.trim());
  if (match === null) throw new CliError(`Expected a bound such as "linf<=8/255" or lpips=0.03, got "${text}".`);
  return { distance: await openDistance(match[1]!), budget: parseBudget(match[2]!) };
}

/** The plan for a model's size: distances that need larger pictures enlarge them first, which is said. */
export function fitPlan(plan: AttackPlan, { height, width }: Model, note: (text: string) => void): AttackPlan {
  if (plan.kind === 'ball') return plan;
  const fit = (one: Distance): Distance => {
    const fitted = enlarged(one, height, width);
    const { minimumSize } = one.convention;
    if (fitted !== one)
      note(
        `${one.name} is defined from ${minimumSize} pixels on; pictures of ${width} x ${height} are enlarged for it.`,
      );
    return fitted;
  };
  return {
    ...plan,
    distance: fit(plan.distance),
    bounds: plan.bounds.map(({ distance, budget }) => ({ distance: fit(distance), budget })),
  };
}
