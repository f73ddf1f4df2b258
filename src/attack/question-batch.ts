/** @file A batch of questions to a network: what is fed for it, and what becomes of a gradient. */
import type { SampleData } from '../search/search.ts';
import type { Spec } from '../tensor/op.ts';
import { sizeOf } from '../tensor/shape.ts';
import { drawnNumbers, drawnSpecs, type Expectation } from './expectation.ts';
import type { Query, Rising } from './procedure.ts';
import type { Trial } from './trial.ts';
import { normOf } from './vector.ts';

/** A question in its batch. */
export interface Place {
  readonly speaker: number;
  readonly at: number;
  readonly trial: Trial;
  readonly query: Query;
  /** Which of its picture's questions this is. */
  readonly serial: number;
}

/** Whether a loss leads to a class. */
export function isTargeted(of: Rising & { readonly target?: number }, { target }: Trial): boolean {
  return of.target !== undefined || target !== undefined;
}

/** The rows of a batch; places beyond the chunk repeat its first. */
export function rows(chunk: readonly Place[], size: number, pick: (place: Place) => Float32Array): Float32Array {
  const first = pick(chunk[0]!);
  const all = new Float32Array(size * first.length);
  for (let i = 0; i < size; i++) all.set(chunk[i] === undefined ? first : pick(chunk[i]!), i * first.length);
  return all;
}

/** The class that a question leads to; the label where there is none. */
export function targetOf({ query, trial }: Place): number {
  const own = (query.kind === 'slope' || query.kind === 'hint') && 'loss' in query.of ? query.of.target : undefined;
  return own ?? trial.target ?? trial.label;
}

/** Numbers of each draw for each picture: its own stream, at its own place on the path. */
export function drawn(
  chunk: readonly Place[],
  size: number,
  expectation: Expectation | undefined,
): Record<string, Float32Array> {
  if (expectation === undefined) return {};
  const numbers = chunk.map(({ trial, serial }) => drawnNumbers(expectation, (draw) => trial.random(serial, draw)));
  return fedAs((name) => name, drawnSpecs(expectation), numbers, size);
}

/** What is fed for a batch, by name, from the numbers of each picture; places beyond them repeat the first. */
export function fedAs(
  nameOf: (name: string) => string,
  specs: Readonly<Record<string, Spec>>,
  numbers: readonly SampleData[],
  size: number,
): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => {
      const length = sizeOf(shape);
      const all = new Float32Array(size * length);
      for (let i = 0; i < size; i++) {
        const value = (numbers[i] ?? numbers[0]!)[name]!;
        all.set(typeof value === 'number' ? [value] : value, i * length);
      }
      return [nameOf(name), all];
    }),
  );
}

/** A gradient with zeros where the mask forbids a change; what is wrong with it is noted. */
export function ownGradient(gradient: Float32Array, trial: Trial): Float32Array {
  const { mask } = trial;
  if (mask !== undefined) for (let j = 0; j < gradient.length; j++) gradient[j] = gradient[j]! * mask[j]!;
  const length = normOf('l1', gradient);
  if (length === 0) trial.zeroGradients++;
  if (Number.isNaN(length)) trial.notes.add('The gradient became NaN.');
  return gradient;
}
