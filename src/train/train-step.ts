/**
 * @file One step of training as one graph: forward, losses, gradients, clipping, update, running statistics, averages. Parameters are one
 * vector, handed from run to run.
 */
import { compile, type Program, type Specs } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { grad } from '../tensor/grad.ts';
import type { Spec } from '../tensor/op.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { full, zerosLike } from '../tensor/ops/basic.ts';
import { cast } from '../tensor/ops/cast.ts';
import { concat } from '../tensor/ops/concat.ts';
import { minimum } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { substitute } from '../tensor/rewrite.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { constant, input, type Tensor } from '../tensor/tensor.ts';
import { type Layout, layoutOf, type Placed } from './layout.ts';
import type { Optimizer } from './optimizer.ts';
import { type NoiseSpec, Scope, type Store } from './scope.ts';
import type { Task, TrainingBatch } from './task.ts';

/** What a batch looks like. */
export interface BatchShape {
  /** [N, C, H, W]. */
  readonly images: readonly [number, number, number, number];
  readonly classes: number;
  /** Whether pictures come as bytes, 0..255 for [0, 1]. */
  readonly bytes: boolean;
}

/** How parameters are updated. */
export interface UpdateOptions {
  readonly optimizer: Optimizer;
  /** Largest norm of the whole gradient; longer ones are scaled down. */
  readonly clipNorm?: number;
  /** Keep a running average of parameters and statistics, by the decay that each step is fed. */
  readonly average?: boolean;
}

/** Names of a step's inputs and outputs. */
export const names = {
  images: 'images',
  labels: 'labels',
  parameters: 'parameters',
  statistics: 'statistics',
  average: 'average',
  averageStatistics: 'average statistics',
  averageDecay: 'average decay',
  learningRate: 'learning rate',
  progress: 'progress',
  next: 'next ',
  state: 'state ',
  noise: 'noise ',
  metric: 'metric ',
  gradientNorm: 'metric gradient norm',
} as const;

/** Layout of a task for pictures of the given shape. */
export function taskLayout(task: Task, shape: BatchShape): Layout {
  return layoutOf((scope) => {
    const placeholders = { x: input('x', shape.images), label: input('label', [shape.images[0], shape.classes]) };
    task.train(placeholders, scope);
  });
}

/** Noises that a task's evaluation asks for. */
export function evaluationNoises(task: Task, shape: BatchShape): readonly NoiseSpec[] {
  const batch = { x: input('x', shape.images), label: input('label', [shape.images[0], shape.classes]) };
  return layoutOf((scope) => void task.evaluate(batch, scope.in('eval'))).noises;
}

function batchSpecs({ images, classes, bytes }: BatchShape): Specs {
  return {
    [names.images]: { shape: images, dtype: bytes ? 'uint8' : 'float32' },
    [names.labels]: { shape: [images[0], classes], dtype: 'float32' },
  };
}

function batchOf(inputs: Readonly<Record<string, Tensor>>, { bytes }: BatchShape): TrainingBatch {
  const images = inputs[names.images]!;
  return { x: bytes ? div(cast(images, 'float32'), 255) : images, label: inputs[names.labels]! };
}

function vector(size: number): Spec {
  return { shape: [size], dtype: 'float32' };
}

/** The part of a vector that holds one tensor. */
function partOf(all: Tensor, { offset, shape }: Placed<{ readonly shape: Shape }>): Tensor {
  const end = offset + sizeOf(shape);
  const whole = offset === 0 && end === all.shape[0];
  return reshape(whole ? all : slice(all, { axes: [0], starts: [offset], ends: [end] }), shape);
}

/** A store over vectors, which also collects new statistics and held values. */
class VectorStore implements Store {
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly statistics: Map<string, Tensor>;
  readonly held = new Map<Tensor, Tensor>();
  readonly #noises: (spec: NoiseSpec) => Tensor;
  readonly #progress: Tensor | undefined;

  constructor(
    layout: Layout,
    parameters: Tensor,
    statistics: Tensor | undefined,
    noises: (spec: NoiseSpec) => Tensor,
    progress?: Tensor,
  ) {
    this.#progress = progress;
    this.parameters = new Map(layout.parameters.map((spec) => [spec.name, partOf(parameters, spec)]));
    this.statistics = new Map(layout.statistics.map((spec) => [spec.name, partOf(statistics!, spec)]));
    this.#noises = noises;
  }

  parameter({ name }: { readonly name: string }): Tensor {
    return this.#known(this.parameters, name);
  }

  statistic({ name }: { readonly name: string }): Tensor {
    return this.#known(this.statistics, name);
  }

  setStatistic(name: string, value: Tensor): void {
    this.statistics.set(name, value);
  }

  noise(spec: NoiseSpec): Tensor {
    return this.#noises(spec);
  }

  progress(): Tensor {
    return this.#progress ?? constant(1);
  }

  hold(value: Tensor): Tensor {
    if (this.#progress === undefined) return value;
    const stand = input(`held ${this.held.size}`, value.shape, value.dtype);
    this.held.set(stand, value);
    return stand;
  }

  /** Expressions with what was held put in its place. Held values may depend on ones held before them. */
  release(outputs: readonly Tensor[]): Tensor[] {
    return [...this.held].reverse().reduce((list, pair) => substitute(list, new Map([pair])), [...outputs]);
  }

  #known(list: ReadonlyMap<string, Tensor>, name: string): Tensor {
    const value = list.get(name);
    if (value === undefined) throw new TypeError(`"${name}" is asked for and was not declared in training.`);
    return value;
  }
}

/** Inputs that hold a network's weights. */
export function weightSpecs(layout: Layout): Specs {
  return {
    [names.parameters]: vector(layout.parameterCount),
    ...(layout.statisticCount === 0 ? {} : { [names.statistics]: vector(layout.statisticCount) }),
  };
}

/** A scope in evaluation mode over a program's inputs. */
export function evaluationScope(layout: Layout, inputs: Readonly<Record<string, Tensor>>): Scope {
  const noise = ({ name }: NoiseSpec) => inputs[names.noise + name]!;
  return new Scope(new VectorStore(layout, inputs[names.parameters]!, inputs[names.statistics], noise), 'eval');
}

/** Feeds of `weightSpecs`. */
export function weightFeeds({
  layout,
  parameters,
  statistics,
}: {
  readonly layout: Layout;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}): Record<string, Float32Array> {
  return {
    [names.parameters]: parameters,
    ...(layout.statisticCount === 0 ? {} : { [names.statistics]: statistics }),
  };
}

function noiseSpecs(noises: readonly NoiseSpec[]): Specs {
  return Object.fromEntries(noises.map(({ name, shape }) => [names.noise + name, { shape, dtype: 'float32' }]));
}

/** Compiles a step of training. */
export function compileStep(
  task: Task,
  shape: BatchShape,
  layout: Layout,
  { optimizer, clipNorm, average = false }: UpdateOptions,
  device: DeviceRuntime,
): Promise<Program> {
  const scalars = Object.keys(optimizer.scalars(1));
  const scalar: Spec = { shape: [], dtype: 'float32' };
  const p = vector(layout.parameterCount);
  const specs: Specs = {
    ...batchSpecs(shape),
    [names.learningRate]: scalar,
    [names.progress]: scalar,
    ...Object.fromEntries(scalars.map((name) => [name, scalar])),
    [names.parameters]: p,
    ...Object.fromEntries(optimizer.slots.map((slot) => [names.state + slot, p])),
    ...(average ? { [names.average]: p, [names.averageDecay]: scalar } : {}),
    ...(layout.statisticCount === 0 ? {} : { [names.statistics]: vector(layout.statisticCount) }),
    ...(average && layout.statisticCount > 0 ? { [names.averageStatistics]: vector(layout.statisticCount) } : {}),
    ...noiseSpecs(layout.noises),
  };
  return compile(
    (inputs) => {
      const noise = ({ name }: NoiseSpec) => inputs[names.noise + name]!;
      const store = new VectorStore(
        layout,
        inputs[names.parameters]!,
        inputs[names.statistics],
        noise,
        inputs[names.progress],
      );
      const { losses, metrics } = task.train(batchOf(inputs, shape), new Scope(store, 'train'));
      const gradients = new Map<string, Tensor>();
      for (const { value, parameters: prefix = '' } of losses) {
        const mine = layout.parameters.filter(({ name }) => name.startsWith(prefix));
        const found = grad(
          value,
          mine.map(({ name }) => store.parameters.get(name)!),
        );
        mine.forEach(({ name }, i) => {
          const sum = gradients.get(name);
          gradients.set(name, sum === undefined ? found[i]! : add(sum, found[i]!));
        });
      }
      const flat = layout.parameters.map(({ name, shape: s }) =>
        reshape(gradients.get(name) ?? zerosLike(store.parameters.get(name)!), [sizeOf(s)]),
      );
      const raw = flat.length === 1 ? flat[0]! : concat(flat, 0);
      const norm = reduceL2(raw, {});
      const g = clipNorm === undefined ? raw : mul(raw, minimum(div(clipNorm, add(norm, 1e-6)), 1));
      const rates = perParameter(
        layout,
        (name) => losses.findLast(({ parameters = '' }) => name.startsWith(parameters))?.rate ?? 1,
      );
      const updated = optimizer.update({
        p: inputs[names.parameters]!,
        g,
        state: Object.fromEntries(optimizer.slots.map((slot) => [slot, inputs[names.state + slot]!])),
        lr: rates === undefined ? inputs[names.learningRate]! : mul(rates, inputs[names.learningRate]!),
        decay: perParameter(layout, (_, spec) => Number(spec.decay)) ?? full([], 1),
        scalars: Object.fromEntries(scalars.map((name) => [name, inputs[name]!])),
      });
      const outputs: Record<string, Tensor> = {
        [names.next + names.parameters]: updated.p,
        ...Object.fromEntries(optimizer.slots.map((slot) => [names.next + slot, updated.state[slot]!])),
        ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [names.metric + name, value])),
        [names.gradientNorm]: norm,
      };
      const averaged = (name: string, value: Tensor) => {
        if (average)
          outputs[names.next + name] = add(value, mul(sub(inputs[name]!, value), inputs[names.averageDecay]!));
      };
      averaged(names.average, updated.p);
      if (layout.statisticCount > 0) {
        const values = layout.statistics.map(({ name, shape: s }) => reshape(store.statistics.get(name)!, [sizeOf(s)]));
        const next = values.length === 1 ? values[0]! : concat(values, 0);
        outputs[names.next + names.statistics] = next;
        averaged(names.averageStatistics, next);
      }
      const released = store.release(Object.values(outputs));
      return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, released[i]!]));
    },
    specs,
    { device },
  );
}

/** A vector with one number for all elements of each parameter; undefined where the number is 1 everywhere. */
function perParameter(
  layout: Layout,
  of: (name: string, spec: Layout['parameters'][number]) => number,
): Tensor | undefined {
  const numbers = layout.parameters.map((spec) => of(spec.name, spec));
  if (numbers.every((value) => value === 1)) return undefined;
  return concat(
    layout.parameters.map(({ shape }, i) => full([sizeOf(shape)], numbers[i]!)),
    0,
  );
}

/** Compiles a task's evaluation of a batch. */
export function compileEvaluation(
  task: Task,
  shape: BatchShape,
  layout: Layout,
  device: DeviceRuntime,
): Promise<Program> {
  const noises = evaluationNoises(task, shape);
  const specs: Specs = {
    ...batchSpecs(shape),
    ...weightSpecs(layout),
    ...noiseSpecs(noises),
  };
  return compile(
    (inputs) => {
      const metrics = task.evaluate(batchOf(inputs, shape), evaluationScope(layout, inputs));
      return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [names.metric + name, value]));
    },
    specs,
    { device },
  );
}
