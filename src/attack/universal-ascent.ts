/** @file One pass of stochastic ascent over pictures for a change that they share (Shafahi et al. 2020): a step for each batch, in one graph. */
import { randomOrder } from '../random/random-order.ts';
import { compile, type Program } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { clip, maximum, minimum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { abs, sign } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneHot } from './criterion.ts';
import { lossFor } from './loss.ts';
import type { Trial } from './trial.ts';
import type { Crafting, Pass } from './universal-crafting.ts';

/** Settings of the ascent. */
export interface AscentSettings {
  readonly passes: number;
  readonly stepSize: number;
  readonly clamp: number;
}

/** Share of the running gradient that each step keeps. */
const momentum = 0.9;

/** Passes that share one running gradient and step schedule. */
export async function ascentPass(crafting: Crafting, { passes, stepSize, clamp }: AscentSettings): Promise<Pass> {
  const { model, trials, batch, seed, signal } = crafting;
  const size = Math.min(batch, trials.length);
  const program = await stepProgram(crafting, size);
  const steps = Math.ceil(trials.length / size);
  const length = trials[0]!.x0.length;
  let running: Float32Array = new Float32Array(length);
  return async (start, pass) => {
    const order = randomOrder(trials.length, seed, pass);
    let v = start;
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const chunk = Array.from({ length: size }, (_, i) => trials[order[(step * size + i) % trials.length]!]!);
      const rows = (width: number, pick: (trial: Trial) => Float32Array) => {
        const all = new Float32Array(size * width);
        for (const [i, trial] of chunk.entries()) all.set(pick(trial), i * width);
        return all;
      };
      const share = (pass * steps + step) / (passes * steps);
      const results = await program.run({
        x: rows(length, ({ x0 }) => x0),
        v,
        running,
        label: rows(model.classCount, ({ label }) => oneHot(label, model.classCount)),
        target: rows(model.classCount, ({ label, target }) => oneHot(target ?? label, model.classCount)),
        'step size': stepSize * (1 - 0.9 * share),
        clamp,
        mask: trials[0]!.mask ?? new Float32Array(length).fill(1),
      });
      crafting.forwards += size;
      crafting.backwards += size;
      v = results.v!.data as Float32Array;
      running = results.running!.data as Float32Array;
    }
    return v;
  };
}

function stepProgram({ model, trials, norm, epsilon }: Crafting, size: number): Promise<Program> {
  const { channels, height, width, classCount } = model;
  const isTargeted = trials[0]!.target !== undefined;
  const { loss } = lossFor('margin', isTargeted, classCount);
  const float = (...shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const change = float(1, channels, height, width);
  return compile(
    (inputs) => {
      const { x, v, running, label, target, clamp, mask } = inputs as Record<string, Tensor> as Inputs;
      const logits = model.logits(clip(add(x, v), 0, 1));
      // Beyond the clamp a picture is fooled for good and pulls no more.
      const value = minimum(loss({ logits, label, target }), clamp);
      const gradient = mul(grad(reduceSum(value), [v], { describe: model.describe })[0]!, mask);
      const next = add(mul(running, momentum), div(gradient, maximum(reduceMean(abs(gradient)), 2 ** -126)));
      const alpha = inputs['step size']!;
      return { v: within(add(v, mul(alpha, direction(next))), epsilon), running: next };
    },
    {
      x: float(size, channels, height, width),
      v: change,
      running: change,
      mask: change,
      label: float(size, classCount),
      target: float(size, classCount),
      'step size': float(),
      clamp: float(),
    },
    { device: model.device, key: `${model.key} universal ${norm} ${epsilon} ${isTargeted}` },
  );

  function direction(g: Tensor): Tensor {
    return norm === 'linf' ? sign(g) : div(g, maximum(reduceL2(g), 1e-20));
  }

  function within(v: Tensor, radius: number): Tensor {
    return norm === 'linf' ? clip(v, -radius, radius) : mul(v, minimum(div(radius, maximum(reduceL2(v), 1e-20)), 1));
  }
}

type Inputs = Readonly<Record<'x' | 'v' | 'running' | 'label' | 'target' | 'clamp' | 'mask', Tensor>>;
