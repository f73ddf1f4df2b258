/** @file Refuses visualisations that cannot mean what they say, before any work. */
import { type Norm, norms } from '../distance/ball.ts';
import { classFault, pictureFault } from '../model/faults.ts';
import type { Model } from '../model/model.ts';
import type { VisualizeOptions } from './visualize-class.ts';

/** A visualisation that cannot run as asked. The message says what was expected. */
export class VisualizeError extends Error {
  override readonly name = 'VisualizeError';
}

type Settled = VisualizeOptions &
  Required<Pick<VisualizeOptions, 'steps' | 'stepSize' | 'smoothness' | 'jitter' | 'seed' | 'batch'>>;

/** Checks options and classes. @throws VisualizeError with what was expected and what came */
export function checkVisualizeOptions(model: Model, labels: readonly number[], options: Settled): void {
  const { steps, stepSize, smoothness, jitter, seed, batch, start, within } = options;
  for (const label of labels) {
    const fault = classFault(model, label);
    if (fault !== undefined) throw new VisualizeError(fault);
  }
  checkCount('Steps', steps, 1);
  checkCount('Seed', seed, 0);
  checkCount('Batch', batch, 1);
  checkCount('Jitter', jitter, 0);
  if (2 * jitter >= Math.min(model.height, model.width))
    throw new VisualizeError(
      `Jitter of ${jitter} pixels moves a picture of ${model.width} x ${model.height} by more than half of it.`,
    );
  if (!(stepSize > 0 && stepSize < Number.POSITIVE_INFINITY))
    throw new VisualizeError(`Step size must be a positive number, got ${stepSize}.`);
  if (!(smoothness >= 0 && smoothness < Number.POSITIVE_INFINITY))
    throw new VisualizeError(`Smoothness must be a number of at least 0, got ${smoothness}.`);
  const fault = start && pictureFault(model, start, 'The starting picture');
  if (fault !== undefined) throw new VisualizeError(fault);
  if (within === undefined) return;
  if (start === undefined)
    throw new VisualizeError('A ball to stay within needs a picture in its middle: give start as well.');
  checkBall(within.norm, within.epsilon);
}

/** Checks a ball of pixels. @throws VisualizeError where it is none */
export function checkBall(norm: Norm, epsilon: number): void {
  if (!norms.includes(norm)) throw new VisualizeError(`Norm "${norm}" is not one of ${norms.join(', ')}.`);
  if (!(epsilon > 0)) throw new VisualizeError(`Epsilon must be a positive number, got ${epsilon}.`);
  if (norm === 'linf' && epsilon > 1)
    throw new VisualizeError(
      `Epsilon ${epsilon} is more than the way from black to white; pixels run from 0 to 1. Did you mean ${epsilon}/255?`,
    );
}

function checkCount(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new VisualizeError(`${what} must be a whole number of at least ${least}, got ${value}.`);
}
