/** @file The loops of the transfer attacks' papers written down a second time: one graph holds all copies, its loss is the mean cross-entropy. */
import type { TransferOptions } from '../../src/attack/transfer-options.ts';
import { type Trial, trialOf } from '../../src/attack/trial.ts';
import { compile } from '../../src/runtime/compile.ts';
import type { DeviceRuntime } from '../../src/runtime/runtime.ts';
import { grad } from '../../src/tensor/grad.ts';
import { add, div, mul, neg } from '../../src/tensor/ops/arithmetic.ts';
import { concat } from '../../src/tensor/ops/concat.ts';
import { reduceMean, reduceSum } from '../../src/tensor/ops/reduce.ts';
import { logSoftmax } from '../../src/tensor/ops/softmax.ts';
import { constant, type Tensor } from '../../src/tensor/tensor.ts';
import type { Transform } from '../../src/transform/transform.ts';

/** What a loop is told: networks whose losses are averaged, and the change that every copy goes through. */
export interface PlainTransfer {
  readonly networks: readonly ((x: Tensor) => Tensor)[];
  readonly device: DeviceRuntime;
  readonly options: Partial<TransferOptions>;
  readonly transform: Transform | undefined;
}

const [channels, side, classes] = [3, 16, 5];
const size = channels * side * side;

/** The streams that a picture draws from. */
function streamsOf(x0: Float32Array, label: number): Trial['random'] {
  const prediction = { scores: new Float32Array(classes), probabilities: new Float32Array(classes), label };
  const shape = [channels, side, side] as const;
  const start = { x0, label, target: undefined, shape, classCount: classes, mask: undefined, before: prediction };
  return trialOf({ ...start, misclassifiedBefore: false, seed: 0 }).random;
}

/** The last iterate of ten steps within 16 / 255 in linf, pictures of 3 x 16 x 16 and five classes. */
export async function plainTransfer(
  { networks, device, options, transform }: PlainTransfer,
  x0: Float32Array,
  label: number,
): Promise<Float32Array> {
  const { nesterov = false, scales = 1, kernel = 1, neighbours = 0, mixes = 0, spectra = 0, shuffles = 0 } = options;
  const [epsilon, steps, mu] = [16 / 255, 10, 1];
  const alpha = epsilon / steps;
  const random = streamsOf(x0, label);
  const images = options.pool?.images ?? [];
  const draws = Math.max(1, mixes, spectra, shuffles);
  const specs = Object.entries(transform?.data ?? {});
  const pairs = Array.from({ length: draws * scales }, (_, i) => [Math.floor(i / scales), i % scales] as const);
  const picture = { shape: [1, channels, side, side], dtype: 'float32' as const };
  const oneHot = constant(Float32Array.from({ length: classes }, (_, k) => Number(k === label)));
  const program = await compile(
    ({ x, ...data }) => {
      const losses = pairs.flatMap(([draw, scale]) => {
        const mixed = mixes > 0 ? add(x!, mul(data[`partner ${draw}`]!, 0.2)) : x!;
        const dark = div(mixed, 2 ** scale);
        const own = Object.fromEntries(specs.map(([name]) => [name, data[`${name} ${draw} ${scale}`]!]));
        const seen = transform?.apply(dark, own) ?? dark;
        return networks.map((logits) => neg(reduceSum(mul(logSoftmax(logits(seen), 1), oneHot), { axes: [1] })));
      });
      return { gradient: grad(reduceMean(concat(losses, 0)), [x!])[0]! };
    },
    Object.fromEntries([
      ['x', picture],
      ...(mixes > 0 ? pairs.map(([draw]) => [`partner ${draw}`, picture] as const) : []),
      ...pairs.flatMap(([draw, scale]) =>
        specs.map(([name, { shape, dtype }]) => [`${name} ${draw} ${scale}`, { shape: [1, ...shape], dtype }] as const),
      ),
    ]),
    { device },
  );
  const gradientAt = async (x: Float32Array, t: number, phase: number, n: number) => {
    const feeds: Record<string, Float32Array | readonly number[] | number> = { x };
    for (const [draw, scale] of pairs) {
      const which = Math.floor(images.length * random(2, t, phase, n, draw).uniform());
      if (mixes > 0) feeds[`partner ${draw}`] = images[which]!;
      const drawn = transform?.draw(random(3, t, phase, n, draw, scale)) ?? {};
      for (const [name, value] of Object.entries(drawn)) feeds[`${name} ${draw} ${scale}`] = value;
    }
    return Float64Array.from((await program.run(feeds)).gradient!.data as Float32Array);
  };
  let x = x0;
  let g = new Float64Array(size);
  let v = new Float64Array(size);
  for (let t = 0; t < steps; t++) {
    const ahead = nesterov ? x.map((value, i) => value + alpha * mu * g[i]!) : x;
    const gradient = await gradientAt(ahead, t, 0, 0);
    const tuned = convolved(
      gradient.map((value, i) => value + v[i]!),
      kernel,
    );
    const mean = tuned.reduce((sum, value) => sum + Math.abs(value), 0) / size;
    g = g.map((value, i) => mu * value + tuned[i]! / mean);
    v = new Float64Array(size);
    for (let n = 0; n < neighbours; n++) {
      const noise = random(1, t, n);
      const near = x.map((value) => value + 1.5 * epsilon * (2 * noise.uniform() - 1));
      const slope = await gradientAt(near, t, 1, n);
      v = v.map((value, i) => value + (slope[i]! - gradient[i]!) / neighbours);
    }
    x = x.map((value, i) => {
      const next = value + alpha * Math.sign(g[i]!);
      return Math.min(1, x0[i]! + epsilon, Math.max(0, x0[i]! - epsilon, next));
    });
  }
  await program.release();
  return x;
}

/** A k x k Gaussian with its edge at three deviations, zeros outside. */
function convolved(values: Float64Array, k: number): Float64Array {
  const radius = (k - 1) / 2;
  const weight = (v: number, u: number) => (k === 1 ? 1 : Math.exp(-4.5 * ((v * v + u * u) / radius ** 2)));
  const result = new Float64Array(values.length);
  let total = 0;
  for (let v = -radius; v <= radius; v++) {
    for (let u = -radius; u <= radius; u++) {
      total += weight(v, u);
      for (let i = 0; i < values.length; i++) {
        const [row, column] = [(Math.floor(i / side) % side) + v, (i % side) + u];
        if (row >= 0 && row < side && column >= 0 && column < side)
          result[i]! += weight(v, u) * values[i + v * side + u]!;
      }
    }
  }
  return result.map((value) => value / total);
}
