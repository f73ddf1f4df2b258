/**
 * @file The one optimisation of this project, stated: maximise J(f(T(g(z)))) - penalty(x) over allowed z, x = g(z).
 * Attacks and visualisations are instances of it that differ in g, T, J and the allowed set.
 */
import type { GradientOptions } from '../tensor/grad.ts';
import type { Spec } from '../tensor/op.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Tensors of a batch by name: the batch axis comes first. */
export type Batch = Readonly<Record<string, Tensor>>;

/** What the objective says of a batch. */
export interface Objective {
  /** What is maximised, one number per sample: [N]. */
  readonly value: Tensor;
  /** What the host wants to see of each step besides (logits, activations): [N, …] each. */
  readonly outputs?: Batch;
}

/** A step from z with its gradient to the next z. */
export interface StepRule {
  /** Shapes of what the rule remembers between steps (momentum …), per sample; zeros at the start. */
  readonly state?: Readonly<Record<string, Shape>>;
  /** All tensors have the batch axis first. */
  next(args: { readonly z: Tensor; readonly gradient: Tensor; readonly state: Batch; readonly data: Batch }): {
    readonly z: Tensor;
    readonly state?: Batch;
  };
}

/** A search problem. Every function builds expressions; the whole step becomes one graph. */
export interface Problem {
  /** Tells the problem's graph from any other on the device, so that it is compiled once. */
  readonly key: string;
  /** Shape of one sample's z. */
  readonly shape: Shape;
  /** Shapes and types, per sample, of what is fed at every step besides z (labels, budgets, step sizes …). */
  readonly data: Readonly<Record<string, Spec>>;
  /** g: from z to the picture; the identity unless given. */
  parameterise?(z: Tensor, data: Batch): Tensor;
  /** T: what the picture goes through before the network sees it; nothing unless given. */
  transform?(x: Tensor, data: Batch): Tensor;
  /** J and f: from the network's picture to what is maximised. */
  objective(x: Tensor, data: Batch): Objective;
  /** Taken from the objective's value, [N]; nothing unless given. */
  penalty?(x: Tensor, data: Batch, z: Tensor): Tensor;
  readonly rule: StepRule;
  /** Rules of nodes that are not their ops' own, for gradients that lead on where true ones do not. */
  gradientRules?(data: Batch): GradientOptions['ruleOf'] & object;
  /** Whether each step also says how much every place of the picture counts: the sum over channels of |dJ / dx|, [N, H, W]. */
  readonly seesPictureGradient?: boolean;
  /** Brings z back into the allowed set; everything is allowed unless given. */
  project?(z: Tensor, data: Batch): Tensor;
}
