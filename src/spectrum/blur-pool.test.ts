/** @file Blurred down-sampling against loops on the host, and what it does to the lines of a random network. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { binomial } from './binomial.ts';
import { blurDownsampling } from './blur-pool.ts';
import { gradientSpectrum } from './gradient-spectrum.ts';
import { lineIndex } from './lines.ts';

const values = (seed: number, count: number) => {
  const random = pseudoRandom(seed);
  return Float64Array.from({ length: count }, () => 2 * random() - 1);
};

interface Form {
  readonly size?: number;
  readonly conv?: Readonly<Record<string, string | readonly number[]>>;
  readonly pool?: Readonly<Record<string, number | readonly number[]>>;
  readonly opset?: number;
}

const weights = values(1, 4 * 3 * 9);

/** A convolution of stride 2, relu, a max pooling of stride 2: all its places are scores. */
function network({
  size = 15,
  conv = { pads: [1, 1, 1, 1] },
  pool = { pads: [0, 0, 0, 0] },
  opset = 18,
}: Form = {}): Uint8Array {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, size, size]);
  const floats = (data: Float64Array, shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(data, shape)));
  const strided = { kernel_shape: [3, 3], strides: [2, 2] };
  const [a] = graph.node('Conv', ['picture', floats(weights, [4, 3, 3, 3])], { ...strided, ...conv });
  const [b] = graph.node('Relu', [a!]);
  const [c] = graph.node('MaxPool', [b!], { ...strided, ...pool }, ['pooled']);
  graph.node('Flatten', [c!], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 'K']);
  return graph.encode(opset);
}

type Plane = number[][];

/** Largest or weighted sums of windows of a plane that `at` extends beyond its edges. */
function windows(
  at: (y: number, x: number) => number,
  count: number,
  reduce: (window: (dy: number, dx: number) => number) => number,
  stride = 1,
): Plane {
  return Array.from({ length: count }, (_, y) =>
    Array.from({ length: count }, (_, x) => reduce((dy, dx) => at(y * stride + dy, x * stride + dx))),
  );
}

function blurredPlane(plane: Plane, taps: readonly number[], count: number): Plane {
  const n = plane.length;
  const begin = Math.floor((taps.length - 1) / 2);
  const mirrored = (i: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  return windows(
    (y, x) => plane[mirrored(y - begin)]![mirrored(x - begin)]!,
    count,
    (window) => taps.reduce((sum, a, dy) => sum + taps.reduce((row, b, dx) => row + a * b * window(dy, dx), 0), 0),
    2,
  );
}

/** The network with blurs, in loops: padding of convolution and pooling before and after. */
function onHost(x: Float64Array, size: number, taps: readonly number[], pad: readonly [number, number], last: number) {
  const fine = size + pad[0] + pad[1] - 2;
  const coarse = Math.floor((fine - 1) / 2) + 1;
  return Array.from({ length: 4 }, (_, k) => {
    const sharp = windows(
      (y, x) => (y << 8) + x,
      fine,
      (window) => {
        let sum = 0;
        for (let c = 0; c < 3; c++)
          for (let dy = 0; dy < 3; dy++)
            for (let dx = 0; dx < 3; dx++) {
              const [y, x0] = [(window(dy, dx) >> 8) - pad[0], (window(dy, dx) & 255) - pad[0]];
              const inside = y >= 0 && y < size && x0 >= 0 && x0 < size;
              if (inside) sum += weights[((k * 3 + c) * 3 + dy) * 3 + dx]! * x[(c * size + y) * size + x0]!;
            }
        return Math.max(0, sum);
      },
    );
    const half = blurredPlane(sharp, taps, coarse);
    const largest = windows(
      (y, x) => half[y]![x]!,
      coarse - 2,
      (window) => Math.max(...[0, 1, 2].flatMap((dy) => [0, 1, 2].map((dx) => window(dy, dx)))),
    );
    return blurredPlane(largest, taps, last);
  }).flat(2);
}

async function answers(bytes: Uint8Array, x: Float64Array) {
  await using model = await loadModel(bytes, { preprocessing: 'none' });
  const plain = await model.predictPlain(Float32Array.from(x));
  return { scores: [...plain.scores], derived: [...(await model.predict(Float32Array.from(x), 1))] };
}

async function blurredAnswers(bytes: Uint8Array, x: Float64Array, size = 3) {
  await using model = await loadModel(bytes, { preprocessing: 'none' });
  const { bytes: after, blurred } = blurDownsampling(model, { size });
  return { ...(await answers(after, x)), blurred };
}

const close = (a: readonly number[], b: readonly number[]) => {
  expect(a).toHaveLength(b.length);
  for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i]!, 4);
};

describe('blurDownsampling', () => {
  const x = values(2, 3 * 15 * 15).map((value) => 0.5 + value / 2);

  it.each([2, 3, 4, 5])('gives what loops give with %i taps', async (size) => {
    const { scores, derived, blurred } = await blurredAnswers(network(), x, size);
    expect(blurred).toHaveLength(2);
    const expected = onHost(x, 15, binomial(size), [1, 1], 3);
    close(scores, expected);
    close(derived, expected);
  });

  it('keeps the shape where a last window of pooling hangs over the edge', async () => {
    const even = values(3, 3 * 16 * 16);
    const bytes = network({ size: 16, pool: { ceil_mode: 1 } });
    const { scores } = await blurredAnswers(bytes, even);
    expect(scores).toHaveLength((await answers(bytes, even)).scores.length);
    close(scores, onHost(even, 16, binomial(3), [1, 1], 4));
  });

  it('pads as auto_pad did with the stride, not as it would without', async () => {
    const even = values(3, 3 * 16 * 16);
    const { scores } = await blurredAnswers(network({ size: 16, conv: { auto_pad: 'SAME_UPPER' } }), even);
    // One row and column at the end, where stride 1 would have one on each side.
    close(scores, onHost(even, 16, binomial(3), [0, 1], 3));
  });

  it('writes pads as attributes in old files', async () => {
    const { scores } = await blurredAnswers(network({ opset: 10 }), x);
    close(scores, onHost(x, 15, binomial(3), [1, 1], 3));
  });

  it('blurs named layers alone', async () => {
    await using model = await loadModel(network(), { preprocessing: 'none' });
    expect(blurDownsampling(model, { layers: ['pooled'] }).blurred).toEqual(['pooled']);
    // As `spectrum --gradient` calls it.
    const byNumber = blurDownsampling(model, { layers: ['MaxPool#1'] });
    expect(byNumber.bytes).toEqual(blurDownsampling(model, { layers: ['pooled'] }).bytes);
    expect(() => blurDownsampling(model, { layers: ['scores'] })).toThrow(/called "scores"; it has .*pooled/);
  });

  it('refuses what has no stride, and sizes that are none', async () => {
    await using model = await loadModel(linearNetwork(new Float32Array(768).fill(1), 0), { preprocessing: 'none' });
    expect(() => blurDownsampling(model)).toThrow('nothing to blur');
    expect(() => blurDownsampling(model, { size: 8 })).toThrow('2 to 7 taps, got 8');
  });

  it('takes the lines of period 2 out of the gradient of a random network', async () => {
    const graph = new GraphBuilder();
    const floats = (seed: number, shape: readonly number[], scale: number) => {
      const data = values(
        seed,
        shape.reduce((a, b) => a * b),
      ).map((value) => value * scale);
      return graph.initializer('float32', shape, toBytes(hostTensor(data, shape)));
    };
    const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    graph.input('picture', 'float32', ['N', 3, 32, 32]);
    const [a] = graph.node('Conv', ['picture', floats(4, [16, 3, 3, 3], 0.5)], { ...window, strides: [2, 2] });
    const [b] = graph.node('Relu', [a!]);
    const [c] = graph.node('Conv', [b!, floats(5, [16, 16, 3, 3], 0.2)], { ...window, strides: [1, 1] });
    const [d] = graph.node('Relu', [c!]);
    const [e] = graph.node('GlobalAveragePool', [d!]);
    const [f] = graph.node('Flatten', [e!]);
    graph.node('Gemm', [f!, floats(6, [16, 5], 1)], {}, ['scores']);
    graph.output('scores', 'float32', ['N', 5]);
    await using sharp = await loadModel(graph.encode(18), { preprocessing: 'none' });
    await using soft = await loadModel(blurDownsampling(sharp).bytes, { preprocessing: 'none' });
    const random = pseudoRandom(7);
    const pictures = Array.from({ length: 16 }, () => Float32Array.from({ length: 3072 }, random));
    const indices: number[] = [];
    for (const [i, model] of [sharp, soft].entries())
      indices[i] = lineIndex(await gradientSpectrum(model, pictures), 2)!;
    expect(indices[0]).toBeGreaterThan(5);
    expect(indices[1]).toBeLessThan(2.5);
  });
});
