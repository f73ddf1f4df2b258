/**
 * @file What a network is written against: a scope that hands out named parameters. The same function of tensors declares the parameters,
 * trains on them, and is exported with their values.
 */
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Initializer } from './initializer.ts';

/** A trained tensor. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initial: Initializer;
  /** Whether weight decay applies: not to biases and normalisations, as most recipes have it. */
  readonly decay: boolean;
}

/** A tensor that training updates without a gradient (running means, singular vectors). */
export interface StatisticSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initial: Initializer;
}

/** Random numbers that a step is fed: one stream per sample, so that they do not depend on the batch. */
export interface NoiseSpec {
  readonly name: string;
  /** The batch axis comes first. */
  readonly shape: Shape;
  /** Uniform in [0, 1), or normal with variance 1. */
  readonly kind: 'uniform' | 'normal';
}

/**
 * How a network is run.
 * - `train`: statistics of the batch, which update the running ones; dropout and other noise
 * - `craft`: statistics of the batch and nothing else: an adversarial input is being searched
 * - `eval`: running statistics, no noise
 * - `export`: as `eval`, written with the ops that readers of a model file expect
 */
export type Mode = 'train' | 'craft' | 'eval' | 'export';

/** Where a scope's tensors come from. */
export interface Store {
  parameter(spec: ParameterSpec): Tensor;
  statistic(spec: StatisticSpec): Tensor;
  setStatistic(name: string, value: Tensor): void;
  noise(spec: NoiseSpec): Tensor;
  /** Share of the training's steps that are done, a scalar; 1 outside training. */
  progress(): Tensor;
  /** A stand-in for a value through which no gradient passes. */
  hold(value: Tensor): Tensor;
  /** Notes a value's name, for an exported file. */
  name?(name: string, value: Tensor): void;
}

/** A place in a network, under which its parameters are named. */
export class Scope {
  readonly mode: Mode;
  readonly #store: Store;
  readonly #path: string;

  constructor(store: Store, mode: Mode, path = '') {
    this.#store = store;
    this.mode = mode;
    this.#path = path;
  }

  /** The scope of a part. */
  at(name: string | number): Scope {
    return new Scope(this.#store, this.mode, `${this.#path}${name}.`);
  }

  /** The same parameters run in another mode. */
  in(mode: Mode): Scope {
    return new Scope(this.#store, mode, this.#path);
  }

  parameter(name: string, shape: Shape, initial: Initializer, { decay = true } = {}): Tensor {
    return this.#store.parameter({ name: this.#path + name, shape, initial, decay });
  }

  statistic(name: string, shape: Shape, value: number): Tensor {
    return this.#store.statistic({ name: this.#path + name, shape, initial: { kind: 'constant', value } });
  }

  /** A statistic that starts at random values. */
  randomStatistic(name: string, shape: Shape): Tensor {
    return this.#store.statistic({ name: this.#path + name, shape, initial: { kind: 'normal', std: 1 } });
  }

  /** Gives a statistic its next value, in `train` mode. */
  update(name: string, value: Tensor): void {
    if (this.mode === 'train') this.#store.setStatistic(this.#path + name, value);
  }

  /** Random numbers, new at each step. */
  noise(name: string, shape: Shape, kind: NoiseSpec['kind']): Tensor {
    return this.#store.noise({ name: this.#path + name, shape, kind });
  }

  /** Share of the training's steps that are done, a scalar: lets a task change on its way. 1 outside training. */
  progress(): Tensor {
    return this.#store.progress();
  }

  /** Gives a value the scope's own name in an exported file, so that users find it there. */
  named(value: Tensor): Tensor {
    this.#store.name?.(this.#path.slice(0, -1), value);
    return value;
  }

  /** The value as a constant of differentiation. */
  hold(value: Tensor): Tensor {
    return this.#store.hold(value);
  }
}

/** A part of a network: an expression of its input over a scope's parameters. */
export type Layer = (x: Tensor, scope: Scope) => Tensor;
