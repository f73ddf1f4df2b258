/**
 * @file What makes AutoAttack's answer doubtful before it starts (Croce and Hein 2020; checks.py and flags_doc.md of fra31/auto-attack): a model
 * that answers at random, one that gives probabilities, too few classes. Thresholds are theirs; what they print for the first batch is a
 * note on each picture here.
 */
import { topClass } from '../model/top-class.ts';
import type { AutoAttackVersion, Member } from './autoattack-members.ts';
import { minus, normalised, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Times that a picture is asked about. */
const looks = 5;

/** Distance of two answers, each of length 1, above which the model counts as random. */
const mostApart = 1e-4;

/** What an entry of probabilities or their sum may be off. */
const probabilitySlack = 1e-5;

/** What was seen of a picture, and the forward passes that it took. */
export interface Checked {
  readonly notes: readonly string[];
  readonly forwards: number;
}

/** Checks the model's answers to one picture. */
export async function checkAnswers(victim: Victim, x: Float32Array, version: AutoAttackVersion): Promise<Checked> {
  const notes: string[] = [];
  const answers: Float32Array[] = [];
  const count = version === 'rand' ? 1 : looks;
  for (let i = 0; i < count; i++) answers.push(await victim.predict(x, 1));
  if (areRandom(answers))
    notes.push('The model answers the same picture differently: it seems to be random. Use the version "rand".');
  if (areProbabilities(answers[0]!))
    notes.push(
      'The scores seem to be probabilities: gradients of these vanish. Attack the logits from which they are computed.',
    );
  return { notes, forwards: count };
}

function areRandom(answers: readonly Float32Array[]): boolean {
  const directions = answers.map((answer) => normalised(answer) ?? answer);
  return directions.some(
    (a, i) =>
      topClass(answers[i]!) !== topClass(answers[0]!) ||
      directions.slice(0, i).some((b) => normOf('l2', minus(a, b)) > mostApart),
  );
}

function areProbabilities(scores: Float32Array): boolean {
  const sum = scores.reduce((total, score) => total + score, 0);
  return (
    scores.every((score) => score > -probabilitySlack && score < 1 + probabilitySlack) &&
    Math.abs(sum - 1) < probabilitySlack
  );
}

/** Notes on members that want more classes than there are. */
export function checkClasses(classCount: number, members: readonly Member[]): string[] {
  const others = classCount - 1;
  return members
    .filter(({ targets }) => targets !== undefined && targets > others)
    .map(({ name, targets }) => `${name} leads to ${others} classes: there are not ${targets} others.`);
}
