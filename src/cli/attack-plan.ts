/** @file What the flags of `attack` ask for: an attack of the registry, or one under a distance. Refuses flags that do not go together. */
import { checkOwnOptions, chooseMethod } from '../attack/attack.ts';
import type { BudgetNorm } from '../attack/budget-attack.ts';
import type { Criterion } from '../attack/criterion.ts';
import type { DistanceBound } from '../attack/distance-attack.ts';
import type { LossName } from '../attack/loss.ts';
import type { AttackMethod, MethodOptions } from '../attack/method.ts';
import { methodNamed } from '../attack/methods.ts';
import type { ChangeName } from '../attack/parameterisation.ts';
import type { StepSchedule } from '../attack/pgd.ts';
import type { Distance } from '../distance/distance.ts';
import { enlarged } from '../distance/enlarged.ts';
import { openDistance } from '../distance/open-distance.ts';
import type { Model } from '../model/model.ts';
import { bandNamed } from '../spectrum/band.ts';
import { bandSubspace } from '../spectrum/band-subspace.ts';
import type { BatchFlags } from './batch-flags.ts';
import { criterionNamed } from './criterion-named.ts';
import { CliError } from './errors.ts';
import type { ModelFlags } from './model-flags.ts';
import { parseBudget } from './parse.ts';

/** Flags of `attack` for an attack of the registry. */
interface MethodFlags {
  readonly epsilon?: number;
  readonly method?: string;
  readonly norm?: BudgetNorm;
  readonly criterion?: string;
  readonly stepSize?: number;
  readonly schedule?: StepSchedule;
  readonly loss?: LossName;
  readonly momentum?: number;
  readonly restarts?: number;
  readonly randomStart?: boolean;
  readonly exhaust?: boolean;
  readonly band?: string;
  readonly set?: readonly (readonly [string, number | boolean | string])[];
}

/** Flags of `attack` for any distance. */
interface DistanceFlags {
  readonly distance?: string;
  readonly budget?: number;
  readonly minimal?: boolean;
  readonly bound?: readonly string[];
  readonly change?: ChangeName;
}

/** Flags of `attack`. */
export interface AttackFlags extends ModelFlags, BatchFlags, MethodFlags, DistanceFlags {
  readonly target?: string;
  readonly mask?: string;
  readonly label?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly out?: string;
  readonly figure: boolean;
  readonly path: boolean;
  readonly reportDistances: boolean;
  readonly failUnder?: number;
}

/** What is to be done. Distances are opened, but not yet fitted to a model. */
export type AttackPlan =
  | {
      readonly kind: 'method';
      /** Its name, or `best` until the model is known. */
      readonly method: string;
      readonly norm: BudgetNorm | undefined;
      readonly epsilon: number | undefined;
      /** Its other options, as its function takes them. */
      readonly options: MethodOptions;
    }
  | {
      readonly kind: 'distance';
      readonly distance: Distance;
      readonly budget: number | undefined;
      readonly bounds: readonly DistanceBound[];
      readonly change: ChangeName;
      readonly criterion: Criterion | undefined;
    };

const ownNames = ['steps', 'stepSize', 'schedule', 'loss', 'momentum', 'restarts', 'randomStart'] as const;
const methodNames = ['method', 'norm', 'set', 'exhaust', 'band', ...ownNames.slice(1)] as const;
const distanceNames = ['budget', 'minimal', 'bound', 'change'] as const;

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The plan of flags. @throws CliError where flags do not go together, DistanceError where a distance is unknown */
export async function planOf(flags: AttackFlags): Promise<AttackPlan> {
  const { epsilon, distance, budget, minimal = false, bound = [] } = flags;
  if (distance === undefined) {
    const alien = distanceNames.find((name) => flags[name] !== undefined);
    if (alien !== undefined) throw new CliError(`${dashed(alien)} needs --distance NAME.`);
    return methodPlan(flags);
  }
  if (epsilon !== undefined)
    throw new CliError('--epsilon is the radius of a ball of --norm; with --distance say --budget X or --minimal.');
  const alien = methodNames.find((name) => flags[name] !== undefined);
  if (alien !== undefined) throw new CliError(`${dashed(alien)} belongs to attacks by --method, not to --distance.`);
  if (minimal && budget !== undefined)
    throw new CliError('--minimal looks for the smallest distance and --budget stays within one: choose one of them.');
  if (!minimal && budget === undefined)
    throw new CliError('--distance needs --minimal for the smallest change, or --budget X to stay within X.');
  const bounds: DistanceBound[] = [];
  for (const text of bound) bounds.push(await boundOf(text));
  const criterion = flags.criterion === undefined ? undefined : criterionNamed(flags.criterion);
  const change = flags.change ?? 'pixels';
  return { kind: 'distance', distance: await openDistance(distance), budget, bounds, change, criterion };
}

/** An attack by its name: PGD within a ball where none is named. */
function methodPlan(flags: AttackFlags): AttackPlan {
  const { epsilon, norm, criterion, exhaust, band, set = [] } = flags;
  const name = flags.method ?? 'pgd';
  const kind = name === 'best' ? undefined : methodNamed(name).kind;
  if (epsilon === undefined && kind === 'budget') {
    throw new CliError(
      'Say how far: --epsilon 8/255, or --distance NAME with --budget X or --minimal, or --method NAME of an attack that looks for the smallest change.',
    );
  }
  const given = {
    criterion: criterion === undefined ? undefined : criterionNamed(criterion),
    exhaust,
    subspace: band === undefined ? undefined : bandSubspace(bandNamed(band)),
    ...Object.fromEntries(ownNames.map((own) => [own, flags[own]])),
  };
  const options = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(set),
  };
  const plan = { kind: 'method', method: name, norm, epsilon, options } as const;
  if (name !== 'best') checkPlan(methodNamed(name), plan);
  return plan;
}

function checkPlan(method: AttackMethod, plan: AttackPlan & { readonly kind: 'method' }): void {
  checkOwnOptions(method, optionsOf(plan));
}

/** What an attack's function is given. */
export function optionsOf({ norm, epsilon, options }: AttackPlan & { readonly kind: 'method' }): MethodOptions {
  return { ...options, ...(norm === undefined ? {} : { norm }), ...(epsilon === undefined ? {} : { epsilon }) };
}

/** NAME<=X, NAME=X or NAME:X; names may hold colons. */
async function boundOf(text: string): Promise<DistanceBound> {
  const match = /^(.+?)\s*(?:<=|=|:)\s*(\d[\d.e/ -]*|\.\d+)$/i.exec(text.trim());
  if (match === null) throw new CliError(`Expected a bound such as "linf<=8/255" or lpips=0.03, got "${text}".`);
  return { distance: await openDistance(match[1]!), budget: parseBudget(match[2]!) };
}

/** The plan for a model: the best attack is chosen, and distances that need larger pictures enlarge them first, which is said. */
export function fitPlan(plan: AttackPlan, model: Model, isTargeted: boolean, note: (text: string) => void): AttackPlan {
  const { height, width } = model;
  if (plan.kind === 'method') {
    const options = { ...optionsOf(plan), ...(isTargeted ? { target: 0 } : {}) };
    const { method, reason } = chooseMethod(model, plan.method, options);
    if (reason !== undefined) note(`chosen: ${reason}.`);
    checkOwnOptions(method, options);
    return { ...plan, method: method.name, norm: plan.norm ?? method.norms[0] };
  }
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
