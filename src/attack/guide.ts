/**
 * @file Whom an attack asks for gradients without asking the victim: a surrogate model, or an ensemble of them whose class scores are
 * averaged (Dong et al. 2018, section 3.4).
 */
import type { Model } from '../model/model.ts';
import { add, div } from '../tensor/ops/arithmetic.ts';
import { AttackError } from './result.ts';
import type { Victim } from './victim.ts';

/** A source of gradients. Every `Model` is one. */
export interface Guide extends Pick<Model, 'key' | 'device' | 'maxBatch' | 'logits' | 'describe' | 'gradientNotes'> {
  /** Networks that one pass runs through; 1 unless given. */
  readonly passes?: number;
}

/** What the surrogates of an ensemble have in common: their class scores are averaged, or the losses of each. */
export type Fusion = 'logits' | 'losses';

/** All of them, for messages and menus. */
export const fusions: readonly Fusion[] = ['logits', 'losses'];

/**
 * Guides from models: one of their mean class scores, or each for itself, so that losses are averaged by who asks.
 * @throws AttackError if class scores are to be averaged across devices
 */
export function guidesOf(models: readonly Model[], fusion: Fusion): readonly Guide[] {
  if (models.length === 1 || fusion === 'losses') return models;
  const [first] = models;
  const elsewhere = models.find(({ device }) => device !== first!.device);
  if (elsewhere !== undefined) {
    throw new AttackError(
      `${first!.name} and ${elsewhere.name} are on different devices, so their class scores cannot be averaged; load them on one, or average their losses.`,
    );
  }
  return [
    {
      key: models.map(({ key }) => key).join(' with '),
      device: first!.device,
      maxBatch: Math.min(...models.map(({ maxBatch }) => maxBatch)),
      passes: models.length,
      gradientNotes: [...new Set(models.flatMap(({ gradientNotes }) => gradientNotes))],
      logits: (x) =>
        div(
          models.map((model) => model.logits(x)).reduce((sum, logits) => add(sum, logits)),
          models.length,
        ),
      describe: (node) => models.map((model) => model.describe(node)).find((words) => words !== undefined),
    },
  ];
}

/** Refuses surrogates that do not speak of the victim's pictures and classes. @throws AttackError */
export function checkSurrogates(surrogates: readonly Model[], victim: Victim): void {
  if (!Array.isArray(surrogates) || surrogates.length === 0)
    throw new AttackError('Surrogates are a list of at least one model; leave it out to attack the victim itself.');
  for (const surrogate of surrogates) {
    if (typeof surrogate !== 'object' || !('logits' in surrogate))
      throw new AttackError('A surrogate gives gradients: load it by loadModel, a function of pictures is none.');
    const { name, channels, classCount } = surrogate;
    if (channels !== victim.channels)
      throw new AttackError(`Surrogate ${name} takes ${channels} channels, ${victim.name} ${victim.channels}.`);
    if (classCount !== victim.classCount)
      throw new AttackError(`Surrogate ${name} knows ${classCount} classes, ${victim.name} ${victim.classCount}.`);
  }
}
