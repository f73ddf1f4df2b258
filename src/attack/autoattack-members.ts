/**
 * @file What AutoAttack consists of (Croce and Hein 2020, section 5; in l1 2021, section 5), member by member, in the authors' order and with the
 * restarts, classes and passes of their code (fra31/auto-attack, set_version).
 */
import type { Norm } from '../distance/ball.ts';
import { apgdRestarts, apgdSettings } from './apgd.ts';
import { apgdTargets } from './apgd-targeted.ts';
import type { Ball } from './budget-attack.ts';
import { fabSearch } from './fab.ts';
import type { Procedure } from './procedure.ts';
import { squareRestarts, squareSettings } from './square.ts';
import type { Trial } from './trial.ts';

/** The ensembles: the standard one, a dearer one, and one for models that answer at random. */
export type AutoAttackVersion = 'standard' | 'plus' | 'rand';

/** All of them, for messages and menus. */
export const autoAttackVersions: readonly AutoAttackVersion[] = ['standard', 'plus', 'rand'];

/** One attack of the ensemble. */
export interface Member {
  /** Its name in the registry. */
  readonly name: string;
  /** Other classes that it leads to. */
  readonly targets?: number;
  run(trial: Trial, ball: Ball): Procedure;
}

/** Gradients that a step of `rand` takes the mean of. */
const randomDraws = 20;

/** The members of a version in their order. Steps are those of Auto-PGD and FAB, 100 there; queries Square's, 5000. */
export function autoAttackMembers(
  version: AutoAttackVersion,
  norm: Norm,
  { steps, queries }: { readonly steps: number; readonly queries: number },
): readonly Member[] {
  const apgd = (loss: 'cross-entropy' | 'dlr', own: { restarts?: number; largeEpsilon?: boolean; draws?: number }) => ({
    name: loss === 'dlr' ? 'apgd-dlr' : 'apgd-ce',
    run: (trial: Trial, ball: Ball) =>
      apgdRestarts(trial, ball, loss, apgdSettings({ steps, largeEpsilon: false, ...own })),
  });
  const apgdT = (targets: number, largeEpsilon: boolean): Member => ({
    name: 'apgd-t',
    targets,
    run: (trial, ball) => apgdTargets(trial, ball, targets, apgdSettings({ steps, largeEpsilon })),
  });
  const fab = (restarts: number, targets?: number): Member => ({
    name: targets === undefined ? 'fab' : 'fab-t',
    ...(targets === undefined ? {} : { targets }),
    run: (trial, { epsilon }) =>
      fabSearch(trial, { norm, steps, restarts, startRadius: epsilon, alphaMax: 0.1, eta: 1.05, beta: 0.9, targets }),
  });
  const square: Member = {
    name: 'square',
    run: (trial, ball) => squareRestarts(trial, ball, squareSettings({ queries })),
  };
  switch (version) {
    case 'standard': {
      const isL1 = norm === 'l1';
      const ce = apgd('cross-entropy', { restarts: isL1 ? 5 : 1, largeEpsilon: isL1 });
      return [ce, apgdT(isL1 ? 5 : 9, isL1), fab(1, 9), square];
    }
    case 'plus':
      return [
        apgd('cross-entropy', { restarts: 5 }),
        apgd('dlr', { restarts: 5 }),
        fab(5),
        square,
        apgdT(9, false),
        fab(1, 9),
      ];
    case 'rand':
      return [apgd('cross-entropy', { draws: randomDraws }), apgd('dlr', { draws: randomDraws })];
  }
}
