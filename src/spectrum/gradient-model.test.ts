/** @file Changed gradients against their formulas; answers stay. */
import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import type { Model } from '../model/model.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input } from '../tensor/tensor.ts';
import { averageForMax, withAverageGradient } from './average-gradient.ts';
import { withBlurredGradient, withNoisyGradient } from './smooth-gradient.ts';

const random = pseudoRandom(3);
const picture = Float32Array.from({ length: 768 }, random);

/** Logits and the gradient of their sum, and the same from the traced graph. */
async function seen(model: Model, x: Float32Array) {
  const { channels, height, width } = model;
  const program = await compile(
    ({ x: symbol }) => {
      const [logits, traced] = [model.logits(symbol!), model.trace(symbol!).logits];
      const [dx, dt] = [grad(reduceSum(logits), [symbol!])[0]!, grad(reduceSum(traced), [symbol!])[0]!];
      return { logits, dx, dt };
    },
    { x: { shape: [1, channels, height, width], dtype: 'float32' } },
    { device: model.device, key: `${model.key} seen` },
  );
  const { logits, dx, dt } = await program.run({ x });
  expect(Array.from(dt!.data as Float32Array)).toEqual(Array.from(dx!.data as Float32Array));
  return { logits: [...(logits!.data as Float32Array)], dx: dx!.data as Float32Array };
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 5) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, digits);
};

it("average pooling's gradient shares out what a window gets, over its places inside the picture", async () => {
  // Max pooling 3 x 3, stride 2, one pixel of padding: 8 x 8 windows, weighted, are the scores' sum.
  const graph = new GraphBuilder();
  const floats = (data: ArrayLike<number>, shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(data, shape)));
  const w = Float64Array.from({ length: 3 * 64 }, () => random() - 0.5);
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [a] = graph.node('MaxPool', ['picture'], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const [b] = graph.node('Mul', [a!, floats(w, [3, 8, 8])]);
  graph.node('Flatten', [b!], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 192]);
  const bytes = graph.encode(18);
  await using model = await loadModel(bytes, { preprocessing: 'none' });
  await using loaded = await loadModel(bytes, { preprocessing: 'none', standIns: averageForMax });

  const expected = new Float64Array(768);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) {
        const places = [-1, 0, 1]
          .flatMap((dy) => [-1, 0, 1].map((dx) => [2 * y + dy, 2 * x + dx] as const))
          .filter(([v, u]) => v >= 0 && u >= 0 && v < 16 && u < 16);
        for (const [v, u] of places) expected[c * 256 + v * 16 + u]! += w[c * 64 + y * 8 + x]! / places.length;
      }
  const own = await seen(model, picture);
  for (const changed of [withAverageGradient(model), loaded]) {
    const { logits, dx } = await seen(changed, picture);
    expect(logits).toEqual(own.logits);
    close(dx, expected);
  }
  expect(Math.max(...own.dx.map((value, i) => Math.abs(value - expected[i]!)))).toBeGreaterThan(0.1);
});

it('a network without max pooling has no gradient to exchange', async () => {
  await using model = await loadModel(linearNetwork(picture, 0), { preprocessing: 'none' });
  expect(() => withAverageGradient(model).logits(input('x', [1, 3, 16, 16]))).toThrow('no max pooling');
});

it('a blurred gradient is the blur of the gradient, and answers stay', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const own = await seen(model, picture);
  const { logits, dx } = await seen(withBlurredGradient(model, 3), picture);
  expect(logits).toEqual(own.logits);
  const taps = [0.25, 0.5, 0.25];
  const expected = Array.from({ length: 768 }, (_, at) => {
    const [c, y, x] = [at >> 8, (at >> 4) & 15, at & 15];
    // The transpose of a blur that repeats the edge: what falls outside goes to the edge.
    let sum = 0;
    for (let v = 0; v < 16; v++)
      for (let u = 0; u < 16; u++) {
        const along = (from: number, to: number) =>
          taps.reduce((s, tap, i) => s + (Math.min(15, Math.max(0, from + i - 1)) === to ? tap : 0), 0);
        sum += along(v, y) * along(u, x) * own.dx[(c << 8) + (v << 4) + u]!;
      }
    return sum;
  });
  close(dx, expected, 4);
  expect(() => withBlurredGradient(model, 4)).toThrow('3, 5 or 7 taps, got 4');
});

it('a gradient over noise is the mean of gradients at noisy pictures', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const own = await seen(model, picture);
  const { logits, dx } = await seen(withNoisyGradient(model, { deviation: 0.3, draws: 2, seed: 5 }), picture);
  expect(logits).toEqual(own.logits);
  const expected = new Float64Array(768);
  for (const draw of [0, 1]) {
    const stream = randomStream(5, draw);
    const noisy = picture.map((value) => value + Math.fround(0.3 * stream.normal()));
    const { dx: one } = await seen(model, noisy);
    for (const [i, value] of one.entries()) expected[i]! += value / 2;
  }
  close(dx, expected, 4);
});

it('disposing of a changed model leaves the model open', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const own = await seen(model, picture);
  const changed = withBlurredGradient(model);
  await seen(changed, picture);
  await changed[Symbol.asyncDispose]();
  expect((await seen(model, picture)).logits).toEqual(own.logits);
});
