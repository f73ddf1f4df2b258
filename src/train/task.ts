/** @file What is trained: from a batch to losses and numbers to watch. */
import type { Spec } from '../tensor/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Scope } from './scope.ts';

/** Tensors of a batch by name: `x`, pictures [N, C, H, W] in [0, 1], and `label`, classes as one-hot rows [N, K]. */
export interface TrainingBatch {
  readonly x: Tensor;
  readonly label: Tensor;
}

/** A loss and the parameters that it trains. */
export interface TaskLoss {
  readonly value: Tensor;
  /** Where the names of its parameters begin; all of them unless given. */
  readonly parameters?: string;
  /** Factor of the learning rate for them. */
  readonly rate?: number;
}

/** What a batch says. */
export interface TaskResult {
  readonly losses: readonly TaskLoss[];
  /** Scalars to watch: means over the batch. */
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/** A graph that a finished training writes out. */
export interface TaskExport {
  readonly input: { readonly name: string; readonly spec: Spec };
  readonly output: string;
  /** The value to write, of a batch of inputs. */
  build(x: Tensor, scope: Scope): Tensor;
}

/** Something to train. */
export interface Task {
  readonly name: string;
  /** What tells it from another training of its kind; a checkpoint is only gone on from with the same. */
  readonly settings: Readonly<Record<string, unknown>>;
  train(batch: TrainingBatch, scope: Scope): TaskResult;
  /** Metrics on held-out pictures, in `eval` mode. */
  evaluate(batch: TrainingBatch, scope: Scope): Readonly<Record<string, Tensor>>;
  /** The metric by which the best state is chosen, and whether more of it is better. */
  readonly goal: { readonly metric: string; readonly better: 'higher' | 'lower' };
  /** What is written to a model file for pictures of the given shape [C, H, W]. */
  export(shape: readonly number[]): TaskExport;
}
