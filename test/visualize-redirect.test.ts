/** @file Gradients past ReLUs that are off: Lucid's rule, where it holds and where it does not. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { loadModel } from '../src/model/load-model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { rawPixels } from '../src/prior/pixels.ts';
import { compile } from '../src/runtime/compile.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { relu } from '../src/tensor/ops/activation.ts';
import { mul } from '../src/tensor/ops/arithmetic.ts';
import { clip } from '../src/tensor/ops/extrema.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { constant, type Tensor } from '../src/tensor/tensor.ts';
import { classScore } from '../src/visualize/objectives/unit.ts';
import { redirected } from '../src/visualize/redirect.ts';
import { visualize } from '../src/visualize/visualize.ts';

/** Gradients of sum(w f(x)) for rows of x, with and without the redirection. */
async function gradients(f: (x: Tensor) => Tensor, x: readonly number[], w: readonly number[], active: number) {
  const program = await compile(
    ({ values, on }) => {
      const value = reduceSum(mul(f(values!), constant(Float32Array.from(w), [1, w.length])));
      return { dx: grad(value, [values!], { ruleOf: redirected(on!) })[0]! };
    },
    { values: { shape: [x.length / w.length, w.length], dtype: 'float32' }, on: { shape: [1], dtype: 'float32' } },
    { device: await openRuntime('cpu') },
  );
  const { dx } = await program.run({ values: x, on: [active] });
  return Array.from(dx!.data as Float32Array, (v) => v + 0);
}

describe('where a row of a ReLU passes nothing', () => {
  const w = [2, -3, 0.5];
  // The first row is off everywhere; the second passes a gradient in one place; the third only in one that counts for nothing.
  const x = [-1, -2, -3, -1, 4, -3];
  it('what would turn it on passes, elsewhere the gradient is its own', async () => {
    expect(await gradients(relu, x, w, 1)).toEqual([2, 0, 0.5, 0, -3, 0]);
    expect(await gradients(relu, x, w, 0)).toEqual([0, 0, 0, 0, -3, 0]);
  });

  it('clips are led back from both ends', async () => {
    const relu6 = (v: Tensor) => clip(v, 0, 6);
    expect(await gradients(relu6, [-1, 8, 7, -2, 8, 5], w, 1)).toEqual([2, -3, 0, 0, 0, 0.5]);
    expect(await gradients(relu6, [-1, 8, 7], w, 0)).toEqual([0, 0, 0]);
  });
});

/** Class 1 scores relu(mean - 0.6), which is off for a grey picture. */
function sleepingNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: ArrayLike<number>, shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  const weights = new Float64Array(768).fill(1 / 768);
  const [over] = graph.node('Gemm', [flat!, floats(weights, [768, 1]), floats([-0.6], [1])]);
  const [awake] = graph.node('Relu', [over!]);
  graph.node('MatMul', [awake!, floats([0, 1], [1, 2])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

it('a unit that a grey picture leaves off is drawn with the redirection alone, and said to be stuck without it', async () => {
  await using model = await loadModel(sleepingNetwork(), { preprocessing: 'none' });
  const options = { parameterisation: rawPixels([3, 16, 16]), steps: 40 };
  const stuck = await visualize(model, classScore(1), options);
  expect(stuck.path.at(-1)!.objective).toBe(0);
  expect(stuck.notes).toEqual([
    'The gradient was exactly zero on the way: nothing leads on there. Where ReLUs are off, redirect leads past them.',
    'The activation did not rise.',
  ]);
  const woken = await visualize(model, classScore(1), { ...options, redirect: 16 });
  expect(woken.path.at(-1)!.objective).toBeGreaterThan(0.2);
  expect(woken.notes).toEqual([]);
  // After its steps gradients are true ones: too few do not wake it.
  const early = await visualize(model, classScore(1), { ...options, redirect: 1, rate: 1e-4 });
  expect([early.path[0]!.gradientNorm! > 0, early.path[2]!.gradientNorm]).toEqual([true, 0]);
});
