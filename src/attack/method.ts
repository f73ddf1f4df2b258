/** @file What the registry says of an attack: its name, what it needs to know, what it costs, where it comes from, how it is run. */
import type { AttackOptions } from './attack-options.ts';
import type { BudgetNorm } from './budget-attack.ts';
import type { AttackResult, DistanceAttackResult } from './result.ts';
import type { Victim } from './victim.ts';

/** What an attack must know of the model. */
export type Knowledge = 'gradients' | 'scores' | 'labels' | 'surrogate';

/** Options of any attack by name: what all understand, the budget where it takes one, and the attack's own. */
export interface MethodOptions extends AttackOptions {
  readonly norm?: BudgetNorm;
  /** Radius of the ball; asked for by attacks within a ball, and refused by the others. */
  readonly epsilon?: number;
  /** The attack's own options, by their names in its function. */
  readonly [own: string]: unknown;
}

/** An attack of the registry. */
export interface AttackMethod {
  /** Its name on the command line, such as `apgd-ce`. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly brief: string;
  /** Whether it stays within a ball, or looks for the smallest change. */
  readonly kind: 'budget' | 'minimal';
  /** Norms that it is defined for, the default first. */
  readonly norms: readonly BudgetNorm[];
  readonly knowledge: Knowledge;
  /** Whether it can lead to a chosen class. */
  readonly targeted: boolean;
  /** What one picture costs that resists, at the defaults. */
  readonly cost: string;
  /** Authors, year. */
  readonly paper: string;
  /** Names of its own options, with a few words on each. */
  readonly own: Readonly<Record<string, string>>;
  run(
    victim: Victim,
    images: readonly Float32Array[],
    labels: readonly number[] | undefined,
    options: MethodOptions,
  ): Promise<(AttackResult | DistanceAttackResult)[]>;
}

/**
 * A registry row from a typed attack function. What an untyped caller gives is checked by the function itself.
 */
export function methodOf<Options extends AttackOptions>(
  row: Omit<AttackMethod, 'run'>,
  attack: (
    victim: Victim,
    images: readonly Float32Array[],
    labels: readonly number[] | undefined,
    options: Options,
  ) => Promise<(AttackResult | DistanceAttackResult)[]>,
): AttackMethod {
  return {
    ...row,
    run: (victim, images, labels, options) => attack(victim, images, labels, options as unknown as Options),
  };
}
