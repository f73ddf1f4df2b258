/** @file One call for every attack: by its name, or the best for the norm and the budget. */
import { isModel } from './attack-options.ts';
import { bestMethod } from './best.ts';
import type { AttackMethod, MethodOptions } from './method.ts';
import { methodNamed } from './methods.ts';
import { AttackError, type AttackResult, type DistanceAttackResult } from './result.ts';
import type { Victim } from './victim.ts';

/** Options of `attack`: those of the attack that is named, and which one it is. */
export interface AnyAttackOptions extends MethodOptions {
  /** A name of the registry, or `best`: the strongest known for the norm, the budget and the victim. `best` unless given. */
  readonly method?: string;
}

/**
 * Attacks pictures. With `epsilon` they stay within a ball; without, the smallest change is looked for.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or the attack has no such option
 * @example
 * const [result] = await attack(model, [pixels], [label], { norm: 'linf', epsilon: 8 / 255 });
 * console.log(result.method, result.success8 ? `made it ${result.after8.name}` : 'did not fool it');
 */
export async function attack(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  { method: name = 'best', ...options }: AnyAttackOptions,
): Promise<(AttackResult | DistanceAttackResult)[]> {
  const { method, reason } = chooseMethod(victim, name, options);
  checkOwnOptions(method, options);
  const results = await method.run(victim, images, labels, options);
  return reason === undefined
    ? results
    : results.map((result) => ({ ...result, notes: [`Chosen: ${reason}.`, ...result.notes] }));
}

/** The attack of a name, with a reason where `best` chose it. @throws AttackError where there is none */
export function chooseMethod(
  victim: Victim,
  name: string,
  { norm, epsilon, target }: Pick<MethodOptions, 'norm' | 'epsilon' | 'target'>,
): { readonly method: AttackMethod; readonly reason: string | undefined } {
  if (name !== 'best') return { method: methodNamed(name), reason: undefined };
  return bestMethod({
    norm: norm ?? (epsilon === undefined ? 'l2' : 'linf'),
    kind: epsilon === undefined ? 'minimal' : 'budget',
    gradients: isModel(victim),
    targeted: target !== undefined,
    classCount: victim.classCount,
  });
}

/** Options that every attack understands. */
const common = new Set([
  'norm',
  'epsilon',
  'target',
  'criterion',
  'mask',
  'seed',
  'batch',
  'expectation',
  'signal',
  'onProgress',
]);

/** Options that every attack of a kind understands, as long as it asks the victim on its way. */
const ofKind = { budget: 'exhaust', minimal: 'finalSearch' } as const;

/** Refuses options that an attack does not have, and a budget too many or too few. @throws AttackError */
export function checkOwnOptions(method: AttackMethod, options: MethodOptions): void {
  const { name, kind, own, norms, targeted, knowledge } = method;
  const known = (key: string) => common.has(key) || key in own || (knowledge !== 'surrogate' && key === ofKind[kind]);
  const unknown = Object.keys(options).filter((key) => options[key] !== undefined && !known(key));
  if (unknown.length > 0) {
    const list = Object.keys(own);
    throw new AttackError(
      `${name} has no option ${unknown.join(', ')}; ${list.length === 0 ? 'it has none of its own' : `its own are ${list.join(', ')}`}.`,
    );
  }
  if (kind === 'budget' && options.epsilon === undefined)
    throw new AttackError(`${name} stays within a ball: say how far with epsilon, such as 8 / 255.`);
  if (kind === 'minimal' && options.epsilon !== undefined)
    throw new AttackError(`${name} looks for the smallest change and takes no epsilon; leave it out.`);
  if (options.norm !== undefined && !norms.includes(options.norm))
    throw new AttackError(`${name} is defined for ${norms.join(', ')}, not for "${options.norm}".`);
  if (options.target !== undefined && !targeted)
    throw new AttackError(`${name} cannot be led to a chosen class; leave the target out.`);
}
