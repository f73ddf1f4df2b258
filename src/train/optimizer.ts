/**
 * @file Update rules of parameters, as expressions of one vector that holds all of them: SGD with (Nesterov) momentum, Adam (Kingma and
 * Ba 2015), AdamW (Loshchilov and Hutter 2019). Conventions are PyTorch's.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** An update rule by name, with its constants. */
export type OptimizerOptions =
  | { readonly kind: 'sgd'; readonly momentum?: number; readonly nesterov?: boolean; readonly weightDecay?: number }
  | {
      readonly kind: 'adam' | 'adamw';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    };

/** What an update sees: vectors of all parameters, the learning rate and the rule's scalars. */
export interface UpdateArgs {
  readonly p: Tensor;
  readonly g: Tensor;
  /** What the rule remembers, by slot. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Learning rate, a scalar or a vector. */
  readonly lr: Tensor;
  /** 1 where weight decay applies, else 0. */
  readonly decay: Tensor;
  readonly scalars: Readonly<Record<string, Tensor>>;
}

/** An update rule. */
export interface Optimizer {
  /** Names of the vectors that it remembers between steps; zeros at the start. */
  readonly slots: readonly string[];
  /** Numbers that it is fed at step t, counted from 1. */
  scalars(t: number): Readonly<Record<string, number>>;
  update(args: UpdateArgs): { readonly p: Tensor; readonly state: Readonly<Record<string, Tensor>> };
}

/** The rule of the given options. */
export function optimizerOf(options: OptimizerOptions): Optimizer {
  return options.kind === 'sgd' ? sgd(options) : adam(options);
}

/** b = mu b + g + wd p; p -= lr b, or with Nesterov's form lr (g + wd p + mu b). */
function sgd({
  momentum = 0.9,
  nesterov = true,
  weightDecay = 0,
}: Extract<OptimizerOptions, { kind: 'sgd' }>): Optimizer {
  return {
    slots: momentum === 0 ? [] : ['momentum'],
    scalars: () => ({}),
    update: ({ p, g, state, lr, decay }) => {
      const full = weightDecay === 0 ? g : add(g, mul(mul(p, decay), weightDecay));
      if (momentum === 0) return { p: sub(p, mul(lr, full)), state: {} };
      const b = add(mul(state.momentum!, momentum), full);
      const direction = nesterov ? add(full, mul(b, momentum)) : b;
      return { p: sub(p, mul(lr, direction)), state: { momentum: b } };
    },
  };
}

/** m, v: running means of g and g²; p -= lr m / c1 / (sqrt(v / c2) + eps), c = 1 - beta^t. AdamW decays p apart from the gradient. */
function adam(options: Exclude<OptimizerOptions, { kind: 'sgd' }>): Optimizer {
  const { kind, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = kind === 'adamw' ? 0.01 : 0 } = options;
  return {
    slots: ['first moment', 'second moment'],
    scalars: (t) => ({ 'correction 1': 1 - beta1 ** t, 'root correction 2': Math.sqrt(1 - beta2 ** t) }),
    update: ({ p, g, state, lr, decay, scalars }) => {
      const full = kind === 'adam' && weightDecay !== 0 ? add(g, mul(mul(p, decay), weightDecay)) : g;
      const m = add(mul(state['first moment']!, beta1), mul(full, 1 - beta1));
      const v = add(mul(state['second moment']!, beta2), mul(square(full), 1 - beta2));
      const root = add(div(sqrt(v), scalars['root correction 2']!), epsilon);
      const decayed = kind === 'adamw' && weightDecay !== 0 ? sub(p, mul(mul(p, decay), mul(lr, weightDecay))) : p;
      const moved = sub(decayed, mul(lr, div(div(m, scalars['correction 1']!), root)));
      return { p: moved, state: { 'first moment': m, 'second moment': v } };
    },
  };
}
