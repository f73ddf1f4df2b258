/**
 * @file Which attack to take where none is named, by the norm, what the victim gives and whether a budget is set: where AttackBench (Cinà et
 * al. 2025, mean local optimality on CIFAR-10 and ImageNet) ranks attacks that are here the first of it, elsewhere as each reason says.
 */
import type { BudgetNorm } from './budget-attack.ts';
import type { AttackMethod } from './method.ts';
import { methodNamed } from './methods.ts';
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

/** An attack's name, and why it is the one to take. */
type Entry = readonly [name: string, why: string];

type Ranking = Partial<Record<BudgetNorm, readonly Entry[]>>;

const strongest = 'the strongest in AttackBench';
const noTargeted = 'since apgd-t needs four classes and leads to no target of yours,';
const onlyOne = 'the only one here that needs no gradients';
const fewest = "that of the fewest questions in its authors' comparison";
const byLabels = 'from labels alone, which AttackBench does not rank,';

/** First the best for a victim with gradients; what follows is taken where the first cannot be. */
const withGradients: Readonly<Record<AttackMethod['kind'], Ranking>> = {
  budget: {
    linf: [
      ['apgd-t', strongest],
      ['apgd-ce', noTargeted],
    ],
    l2: [
      ['apgd-t', `${strongest} on ImageNet, within a point of apgd-ce on CIFAR-10,`],
      ['apgd-ce', noTargeted],
    ],
    l1: [['apgd-ce', strongest]],
    l0: [['jsma', 'the only one here that follows gradients']],
  },
  minimal: {
    linf: [['pdpgd', `${strongest}, level with fmn on ImageNet,`]],
    l2: [['ddn', strongest]],
    l1: [['pdpgd', strongest]],
    l0: [['sigma-zero', strongest]],
  },
};

const withoutGradients: Readonly<Record<AttackMethod['kind'], Ranking>> = {
  budget: {
    linf: [['square', fewest]],
    l2: [['square', fewest]],
    l1: [['square', onlyOne]],
    l0: [['one-pixel', onlyOne]],
  },
  minimal: {
    linf: [['hopskipjump', byLabels]],
    l2: [['hopskipjump', byLabels]],
    l1: [['geoda', onlyOne]],
  },
};

/** Classes that the targeted DLR loss needs. */
const targetedClasses = 4;

/** The attack to take in a situation. @throws AttackError where none fits */
export function bestMethod({ norm, kind, gradients, targeted, classCount }: Situation): Choice {
  const entries = (gradients ? withGradients : withoutGradients)[kind][norm] ?? [];
  const found = entries
    .map(([name, why]) => ({ method: methodNamed(name), why }))
    .find(
      ({ method }) =>
        (!targeted || method.targeted) && !(method.name === 'apgd-t' && (targeted || classCount < targetedClasses)),
    );
  if (found === undefined) {
    throw new AttackError(
      `No attack is known to be best for ${kind === 'budget' ? 'a budget' : 'the smallest change'} in ${norm}${gradients ? '' : ' without gradients'}; name one.`,
    );
  }
  const aim = kind === 'budget' ? `within a budget in ${norm}` : `for the smallest change in ${norm}`;
  return { method: found.method, reason: `${found.method.name} (${found.method.paper}), ${found.why} ${aim}` };
}
