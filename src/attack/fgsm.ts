/** @file The fast gradient sign method (Goodfellow et al. 2015): one steepest step of the whole budget from the picture itself. */
import type { Model } from '../model/model.ts';
import type { GradientAttackOptions } from './gradient-attack.ts';
import { pgd } from './pgd.ts';
import type { AttackResult } from './result.ts';

/** Attacks pictures with one step. Parameters and errors are those of `pgd`. */
export async function fgsm(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: GradientAttackOptions,
): Promise<AttackResult[]> {
  return pgd(model, images, labels, { ...options, steps: 1, stepSize: options.epsilon, randomStart: false });
}
