/**
 * @file Which attack to take where none is named: the winners of AttackBench (Cinà et al. 2025) for each norm, by what the victim gives and
 * whether a budget is set.
 */
import type { BudgetNorm } from './budget-attack.ts';
import type { AttackMethod } from './method.ts';
import { attackMethods } from './methods.ts';
import { AttackError } from './result.ts';

/** What a choice rests on. */
export interface Situation {
  readonly norm: BudgetNorm;
  /** Whether the change must stay within a budget, or is to be the smallest. */
  readonly kind: AttackMethod['kind'];
  readonly gradients: boolean;
  readonly targeted: boolean;
  readonly classCount: number;
}

/** An attack with the reason why it was chosen. */
export interface Choice {
  readonly method: AttackMethod;
  readonly reason: string;
}

type Ranking = Partial<Record<BudgetNorm, readonly string[]>>;

/** First the strongest for a victim with gradients; what follows is taken where the first cannot be. */
const withGradients: Readonly<Record<AttackMethod['kind'], Ranking>> = {
  budget: { linf: ['apgd-t', 'apgd-ce'], l2: ['apgd-t', 'apgd-ce'], l1: ['apgd-t', 'apgd-ce'], l0: ['jsma'] },
  minimal: { linf: ['pdpgd', 'fmn'], l2: ['ddn'], l1: ['pdpgd', 'fmn'], l0: ['sigma-zero', 'fmn'] },
};

const withoutGradients: Readonly<Record<AttackMethod['kind'], Ranking>> = {
  budget: { linf: ['square'], l2: ['square'], l1: ['square'], l0: ['one-pixel'] },
  minimal: { linf: ['hopskipjump'], l2: ['hopskipjump'], l1: ['geoda'] },
};

/** Classes that the targeted DLR loss needs. */
const targetedClasses = 4;

/** The attack to take in a situation. @throws AttackError where none fits */
export function bestMethod({ norm, kind, gradients, targeted, classCount }: Situation): Choice {
  const names = (gradients ? withGradients : withoutGradients)[kind][norm] ?? [];
  const method = names
    .map((name) => attackMethods.find((one) => one.name === name))
    .find(
      (one) =>
        one?.norms.includes(norm) &&
        (!targeted || one.targeted) &&
        !(one.name === 'apgd-t' && (targeted || classCount < targetedClasses)),
    );
  if (method === undefined) {
    throw new AttackError(
      `No attack is known to be best for ${kind === 'budget' ? 'a budget' : 'the smallest change'} in ${norm}${gradients ? '' : ' without gradients'}; name one.`,
    );
  }
  const aim = kind === 'budget' ? `within a budget in ${norm}` : `for the smallest change in ${norm}`;
  const why = gradients ? 'the strongest in AttackBench' : 'the strongest that needs no gradients';
  return { method, reason: `${method.name} (${method.paper}), ${why} ${aim}` };
}
