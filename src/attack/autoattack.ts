/**
 * @file AutoAttack (Croce and Hein 2020; in l1 2021): an ensemble without settings to choose, each member only on the pictures that have resisted
 * those before it. What its authors' code prints as warnings is among each picture's notes.
 */
import { type Norm, norms } from '../distance/ball.ts';
import type { AttackOptions } from './attack-options.ts';
import { checkAnswers, checkClasses } from './autoattack-checks.ts';
import { type AutoAttackVersion, autoAttackMembers, autoAttackVersions } from './autoattack-members.ts';
import { runBudgetAttack } from './budget-attack.ts';
import { checkCount, checkEpsilon } from './check-options.ts';
import { methodOf } from './method.ts';
import { AttackError, type AttackResult } from './result.ts';
import type { Victim } from './victim.ts';

/** Options of `autoattack`. */
export interface AutoAttackOptions extends Omit<AttackOptions, 'target'> {
  /** linf unless given. */
  readonly norm?: Norm;
  /** Radius of the ball: pixels run from 0 to 1, so 8 / 255 and not 8. */
  readonly epsilon: number;
  /** `standard` unless given; `plus` takes three to five times as long, `rand` is for models that answer at random. */
  readonly version?: AutoAttackVersion;
  /** Gradient steps of each run of Auto-PGD and FAB; 100 unless given. Numbers are comparable with others' at 100 only. */
  readonly steps?: number;
  /** Queries of Square; 5000 unless given. Numbers are comparable with others' at 5000 only. */
  readonly queries?: number;
}

/** The outcome of AutoAttack: that of the member that succeeded, or of the last one, with the passes of all. */
export interface AutoAttackResult extends AttackResult {
  /** The member that fooled the model; undefined where none did. */
  readonly member: string | undefined;
}

/**
 * Attacks pictures by AutoAttack.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const results = await autoattack(model, images, labels, { epsilon: 8 / 255 });
 * const robust = results.filter(({ success, misclassifiedBefore }) => !success && !misclassifiedBefore);
 * console.log(`robust accuracy ${robust.length / results.length}`);
 */
export async function autoattack(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: AutoAttackOptions,
): Promise<AutoAttackResult[]> {
  const { version = 'standard', norm = 'linf', epsilon, steps = 100, queries = 5000, onProgress, ...shared } = options;
  if (!autoAttackVersions.includes(version))
    throw new AttackError(`Version "${version}" is not one of ${autoAttackVersions.join(', ')}.`);
  if ('target' in options && options.target !== undefined)
    throw new AttackError('autoattack leads to no target; its members apgd-t and fab-t do.');
  checkEpsilon(victim, norm, epsilon, { name: 'autoattack', norms });
  checkCount('Steps', steps, 1);
  checkCount('Queries', queries, 1);
  const members = autoAttackMembers(version, norm, { steps, queries });
  const classNotes = checkClasses(victim.classCount, members);
  const results: AutoAttackResult[] = [];
  let open = Array.from(images.keys());
  for (const [at, { name, run }] of members.entries()) {
    const isFirst = at === 0;
    const found = await runBudgetAttack(
      victim,
      open.map((i) => images[i]!),
      labels && open.map((i) => labels[i]!),
      {
        ...shared,
        norm,
        epsilon,
        // Each member is one part of the work for a picture.
        onProgress: (done) =>
          onProgress?.(
            images.length - open.length + Math.floor((open.length * at + done) / members.length),
            images.length,
          ),
      },
      { name, norms, run },
    );
    for (const [j, i] of open.entries()) {
      const result = found[j]!;
      if (!isFirst) results[i] = joined(results[i]!, result, whiteBox(members, at));
      else if (result.misclassifiedBefore) results[i] = { ...result, method: 'autoattack', member: undefined };
      else {
        const { notes, forwards } = await checkAnswers(victim, result.original, version);
        const start = { forwards, backwards: 0, path: [], notes: [...notes, ...classNotes] };
        results[i] = joined(start, result, []);
      }
    }
    open = open.filter((i) => !results[i]!.success && !results[i]!.misclassifiedBefore);
    if (open.length === 0) break;
  }
  return results;
}

/** Names of the members with gradients before one. */
function whiteBox(members: readonly { readonly name: string }[], at: number): string[] {
  return members.slice(0, at).map(({ name }) => name);
}

/** A member's outcome after what came before it. */
function joined(
  earlier: Pick<AttackResult, 'forwards' | 'backwards' | 'path' | 'notes'>,
  result: AttackResult,
  before: readonly string[],
): AutoAttackResult {
  const { method: name, success } = result;
  const notes = result.notes.map((note) => `${name}: ${note}`);
  if (success && name === 'square') {
    notes.push(
      `Square, which has no gradients, fooled what ${before.join(', ')} did not: gradients may be masked, and the true robustness lower.`,
    );
  }
  return {
    ...result,
    method: 'autoattack',
    member: success ? name : undefined,
    forwards: earlier.forwards + result.forwards,
    backwards: earlier.backwards + result.backwards,
    path: [...earlier.path, ...result.path.map((point) => ({ ...point, forwards: point.forwards + earlier.forwards }))],
    notes: [...earlier.notes, ...notes],
  };
}

/** Its row in the registry. */
export const autoattackMethod = methodOf<AutoAttackOptions>(
  {
    name: 'autoattack',
    brief: 'Auto-PGD, FAB and Square, each on what resisted the others',
    kind: 'budget',
    norms,
    knowledge: 'gradients',
    targeted: false,
    cost: 'about 7800 forward and 1900 backward passes',
    paper: 'Croce and Hein 2020, 2021',
    own: {
      version: 'standard, plus or rand (standard)',
      steps: 'gradient steps of each run (100)',
      queries: "Square's queries (5000)",
    },
  },
  autoattack,
);
