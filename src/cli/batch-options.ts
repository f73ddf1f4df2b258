/** @file What `--batch` and `--memory` ask of a run; apart from the flags, so that a command line is read without loading any attack. */
import { batchWithin } from '../attack/batch-within.ts';
import type { Model } from '../model/model.ts';
import type { BatchFlags } from './batch-flags.ts';
import { CliError } from './errors.ts';

/** Refuses both flags at once. @throws CliError */
export function checkBatchFlags({ batch, memory }: BatchFlags): void {
  if (batch !== undefined && memory !== undefined)
    throw new CliError('--memory chooses the batch, and --batch sets it: give one of them.');
}

/** The batch as an option; none where neither flag is given. @throws AttackError where no picture fits into the memory */
export function batchOptions(model: Model, { batch, memory }: BatchFlags): { readonly batch?: number } {
  if (memory !== undefined) return { batch: batchWithin(model, memory) };
  return batch === undefined ? {} : { batch };
}
