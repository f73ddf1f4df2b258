/** @file A task's metrics on a whole set, with given weights. */
import type { ImageArray } from '../data/dataset.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import type { Layout } from './layout.ts';
import { noiseBatch } from './random-fill.ts';
import type { Task } from './task.ts';
import { type BatchShape, compileEvaluation, evaluationNoises, names } from './train-step.ts';

/** Weights of a task's network. */
export interface TaskWeights {
  readonly task: Task;
  readonly layout: Layout;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  readonly device: DeviceRuntime;
  /** 100 unless given. */
  readonly batchSize?: number;
  readonly seed?: number;
}

/** Means of a task's metrics over all pictures of a set. */
export async function evaluate(
  { task, layout, parameters, statistics }: TaskWeights,
  data: ImageArray,
  { device, batchSize = 100, seed = 0 }: EvaluateOptions,
): Promise<Record<string, number>> {
  const [count, channels, height, width] = data.shape;
  const classes = data.classNames.length;
  const size = channels * height * width;
  const sums: Record<string, number> = {};
  for (let first = 0; first < count; ) {
    const n = Math.min(batchSize, count - first);
    const shape: BatchShape = {
      images: [n, channels, height, width],
      classes,
      bytes: data.pixels instanceof Uint8Array,
    };
    const program = await compileEvaluation(task, shape, layout, device);
    const noises = evaluationNoises(task, shape);
    // All batches of one size share a program; the rest has its own.
    for (; first + n <= count; first += n) {
      const samples = Array.from({ length: n }, (_, i) => first + i);
      const labels = new Float32Array(n * classes);
      samples.forEach((sample, row) => {
        labels[row * classes + data.labels[sample]!] = 1;
      });
      const results = await program.run({
        [names.images]: data.pixels.subarray(first * size, (first + n) * size),
        [names.labels]: labels,
        [names.parameters]: parameters,
        ...(layout.statisticCount === 0 ? {} : { [names.statistics]: statistics }),
        ...Object.fromEntries(noises.map((spec) => [names.noise + spec.name, noiseBatch(spec, samples, seed, -1)])),
      });
      for (const [name, { data: value }] of Object.entries(results)) {
        const metric = name.slice(names.metric.length);
        sums[metric] = (sums[metric] ?? 0) + Number(value[0]) * n;
      }
    }
    await program.release();
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
