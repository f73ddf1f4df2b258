/** @file Loading models: preprocessing in every order it is looked for, class names, tails, batches, sizes, odd files. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { pgd } from '../src/attack/pgd.ts';
import { findClass, parseClassList } from '../src/model/class-names.ts';
import { fitPicture } from '../src/model/fit-picture.ts';
import { loadModel } from '../src/model/load-model.ts';
import { ModelError } from '../src/model/model-error.ts';
import { type Preprocessing, preprocess, preprocessOnHost, presetFor } from '../src/model/preprocessing.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DType } from '../src/tensor/dtype.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { input } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';
import { smallNetwork } from './support/network.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-model-'));
const random = pseudoRandom(1);
const pixels = (count: number) => Float32Array.from({ length: count }, random);

describe('preprocessing', () => {
  const all: Preprocessing[] = ['imagenet', 'caffe-bgr', 'tf', 'raw255', 'none'].flatMap((name) => [
    presetFor(name, 3, 'NCHW')!,
    presetFor(name, 3, 'NHWC')!,
  ]);

  it.each(all)('$layout $channels, mean $mean, std $std: the graph and the host agree', (p) => {
    const x = pixels(3 * 4 * 5);
    const y = preprocess(input('x', [1, 3, 4, 5]), p, [4, 5]);
    expect(y.shape).toEqual(p.layout === 'NHWC' ? [1, 4, 5, 3] : [1, 3, 4, 5]);
    const graph = interpret([y], { x: hostTensor(x, [1, 3, 4, 5]) })[0]!.data;
    const host = preprocessOnHost(x, p, [4, 5]);
    graph.forEach((value, i) => {
      expect(value).toBeCloseTo(host[i]!, 4);
    });
  });

  it('is what its formula says: caffe-bgr is BGR, 0..255, minus its mean', () => {
    const host = preprocessOnHost(Float32Array.of(1, 0.5, 0), presetFor('caffe-bgr', 3, 'NCHW')!, [1, 1]);
    expect(Array.from(host)).toEqual([-104, 127.5 - 117, 255 - 123].map(Math.fround));
  });

  it('resizes and crops in the graph where pictures come in another size, with a gradient for their own pixels', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
    const device = await openRuntime('cpu');
    const program = await compile(
      ({ x }) => {
        const logits = model.logits(x!);
        return { logits, dx: grad(reduceSum(logits), [x!])[0]! };
      },
      { x: { shape: [1, 3, 32, 40], dtype: 'float32' } },
      { device },
    );
    const x = new Float32Array(3 * 32 * 40).fill(0.3);
    const { logits, dx } = await program.run({ x });
    // A uniform picture is the same at any size.
    const scores = await model.predict(new Float32Array(768).fill(0.3), 1);
    scores.forEach((score, k) => {
      expect(Number(logits!.data[k])).toBeCloseTo(score, 4);
    });
    expect(dx!.shape).toEqual([1, 3, 32, 40]);
    // What the crop leaves out (4 columns on each side of 40) has no gradient, but for the filter's reach.
    expect(Number(dx!.data[0])).toBe(0);
    expect(Math.abs(Number(dx!.data[16 * 40 + 20]))).toBeGreaterThan(0);
    await program.release();
  });

  it('is taken from options before the sidecar, and from the sidecar before a guess', async () => {
    const path = join(folder, 'net.onnx');
    writeFileSync(path, smallNetwork());
    const originOf = async (options = {}) => {
      await using model = await loadModel(path, options);
      return [model.preprocessingOrigin, model.preprocessing.range, model.notes.length];
    };
    expect(await originOf()).toEqual(['guess', 1, 1]);
    writeFileSync(join(folder, 'net.pareidolia.json'), JSON.stringify({ preprocessing: { range: 255 } }));
    expect(await originOf()).toEqual(['sidecar', 255, 0]);
    expect(await originOf({ preprocessing: 'none' })).toEqual(['option', 1, 0]);
  });
});

describe('pictures for a model', () => {
  it('keep their pixels where the size is right, and are resized and cropped where not', () => {
    const model = { channels: 3, height: 4, width: 4, preprocessing: presetFor('none', 3, 'NCHW')! };
    const exact = { data: pixels(48), channels: 3, height: 4, width: 4 };
    expect(fitPicture(exact, model)).toBe(exact.data);
    const wide = { data: new Float32Array(3 * 8 * 16).fill(0.25), channels: 3, height: 8, width: 16 };
    expect(Array.from(fitPicture(wide, model))).toEqual(new Array(48).fill(0.25));
    expect(fitPicture(exact, { ...model, channels: 1 }).length).toBe(16);
  });
});

describe('class names', () => {
  it('are read from lines with or without WordNet numbers, and from JSON', () => {
    expect(parseClassList('n01440764 tench, Tinca tinca\nn01443537 goldfish\n')).toEqual({
      names: ['tench, Tinca tinca', 'goldfish'],
      ids: ['n01440764', 'n01443537'],
    });
    expect(parseClassList('cat\ndog')).toEqual({ names: ['cat', 'dog'] });
    expect(parseClassList('{"1": "b", "0": "a", "10": "k", "2": "c"}').names).toEqual(['a', 'b', 'c', 'k']);
    expect(parseClassList('{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}')).toEqual({
      names: ['tench', 'goldfish'],
      ids: ['n01440764', 'n01443537'],
    });
    expect(() => parseClassList('["cat", "dog"')).toThrow(ModelError);
  });

  it('find their class by name, synonym, identifier or number', () => {
    const classes = {
      names: ['tench, Tinca tinca', 'great_grey owl', 'crane', 'crane, bird'],
      ids: ['n1', 'n2', 'n3', 'n01440764'],
    };
    expect(['Tinca Tinca', 'great grey owl', 'n01440764', '1'].map((name) => findClass(name, classes, 4))).toEqual([
      0, 1, 3, 1,
    ]);
    expect(findClass('crane', classes, 4)).toBe(2);
    expect(() => findClass('crain', classes, 4)).toThrow(/Near matches: crane \(2\)/);
    expect(() => findClass('cat', undefined, 4)).toThrow('has no class names');
  });
});

/** A linear classifier of [N, 2, 2, channels] or [N, channels, 2, 2] that ends in `tail`. */
function tailed(
  tail: readonly string[],
  options: { readonly shape?: readonly (number | string)[]; readonly dtype?: 'float32' | 'float16' } = {},
): Uint8Array {
  const { shape = ['N', 3, 2, 2], dtype = 'float32' } = options;
  const graph = new GraphBuilder();
  graph.input('x', dtype, shape);
  const w = graph.initializer(
    dtype,
    [12, 4],
    toBytes(
      hostTensor(
        Float64Array.from({ length: 48 }, (_, i) => Math.sin(i)),
        [12, 4],
        dtype,
      ),
    ),
  );
  let value = graph.node('MatMul', [graph.node('Flatten', ['x'])[0]!, w])[0]!;
  for (const op of tail)
    value = graph.node(op, [value], op === 'Softmax' || op === 'LogSoftmax' ? { axis: 1 } : {})[0]!;
  graph.node('Identity', [value], {}, ['y']);
  graph.output('y', dtype, ['N', 4]);
  return graph.encode(17);
}

describe('scores', () => {
  it.each([
    [['Softmax'], 'softmax'],
    [['LogSoftmax'], 'logSoftmax'],
    [['Sigmoid'], 'sigmoid'],
    [['Softmax', 'Identity'], 'softmax'],
    [[], undefined],
    [['Relu'], undefined],
  ] as const)('before the tail %j are found', async (tail, removed) => {
    await using model = await loadModel(tailed(tail), { preprocessing: 'none' });
    await using plain = await loadModel(tailed([]), { preprocessing: 'none' });
    expect(model.removedTail).toBe(removed);
    const x = pixels(12);
    const [scores, linear] = [await model.predict(x, 1), await plain.predict(x, 1)];
    if (removed !== undefined) expect(Array.from(scores)).toEqual(Array.from(linear));
    const { probabilities, label } = await model.predictPlain(x);
    if (removed !== 'sigmoid') expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(label).toBe(scores.indexOf(Math.max(...scores)));
  });

  it('behind a transpose that reorders them are left where they are', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', ['N', 3, 2, 2]);
    const [p] = graph.node('Softmax', ['x'], { axis: 1 });
    graph.node('Transpose', [p!], { perm: [0, 2, 3, 1] }, ['y']);
    graph.output('y', 'float32', ['N', 2, 2, 3]);
    await using model = await loadModel(graph.encode(17), { preprocessing: 'none' });
    expect(model.removedTail).toBeUndefined();
    const x = pixels(12);
    const scores = await model.predict(x, 1);
    (await model.predictPlain(x)).scores.forEach((score, k) => {
      expect(scores[k]).toBeCloseTo(score, 5);
    });
  });

  it('of an NHWC model take the same pictures', async () => {
    await using nhwc = await loadModel(tailed([], { shape: ['N', 2, 2, 3] }), { preprocessing: 'none' });
    expect([nhwc.preprocessing.layout, nhwc.channels, nhwc.height]).toEqual(['NHWC', 3, 2]);
    const x = pixels(12);
    const scores = await nhwc.predict(x, 1);
    (await nhwc.predictPlain(x)).scores.forEach((score, k) => {
      expect(scores[k]).toBeCloseTo(score, 5);
    });
  });

  it('of a half-precision model are computed in float32 and close to its own', async () => {
    await using half = await loadModel(tailed([], { dtype: 'float16' }), { preprocessing: 'none' });
    const x = pixels(12);
    const scores = await half.predict(x, 1);
    (await half.predictPlain(x)).scores.forEach((score, k) => {
      expect(Math.abs(scores[k]! - score)).toBeLessThan(5e-3);
    });
  });

  it('of a file for one picture run in batches too, row by row the same', async () => {
    await using model = await loadModel(tailed(['Softmax'], { shape: [1, 3, 2, 2] }), { preprocessing: 'none' });
    expect(model.maxBatch).toBe(Number.POSITIVE_INFINITY);
    const [a, b] = [pixels(12), pixels(12)];
    const both = await model.predict(Float32Array.of(...a, ...b), 2);
    expect(Array.from(both.subarray(4))).toEqual(Array.from(await model.predict(b, 1)));
  });
});

/** A linear classifier into four classes whose nodes between the picture "x" and the scores are written by `build`. */
function pictureModel(
  dtype: DType,
  shape: readonly (number | string)[],
  build: (graph: GraphBuilder, weights: string, int64: (values: readonly number[]) => string) => string,
  outputs: readonly (readonly [name: string, dtype: DType])[] = [['y', 'float32']],
): Uint8Array {
  const graph = new GraphBuilder();
  graph.input('x', dtype, shape);
  const w = Float64Array.from({ length: 48 }, (_, i) => Math.sin(i));
  const weights = graph.initializer('float32', [12, 4], toBytes(hostTensor(w, [12, 4])));
  const int64 = (values: readonly number[]) =>
    graph.initializer('int64', [values.length], toBytes(hostTensor(values, [values.length], 'int64')));
  const scores = build(graph, weights, int64);
  graph.node('Identity', [scores], {}, ['y']);
  for (const [name, type] of outputs) graph.output(name, type, name === 'label' ? ['N'] : ['N', 4]);
  return graph.encode(17);
}

const flatLinear = (graph: GraphBuilder, weights: string) =>
  graph.node('MatMul', [graph.node('Flatten', ['x'])[0]!, weights])[0]!;
const castLinear = (graph: GraphBuilder, weights: string) => {
  const [floats] = graph.node('Cast', ['x'], { to: 1 });
  return graph.node('MatMul', [graph.node('Flatten', [floats!])[0]!, weights])[0]!;
};

describe('models of bytes', () => {
  it('are taken to want 0..255, and their graph rounds as their pictures are rounded', async () => {
    await using model = await loadModel(pictureModel('uint8', ['N', 2, 2, 3], castLinear));
    expect([model.preprocessing.range, model.preprocessing.layout]).toEqual([255, 'NHWC']);
    const x = Float32Array.from({ length: 12 }, (_, i) => (20 * i + 0.7) / 255);
    const { scores } = await model.predictPlain(x);
    (await model.predict(x, 1)).forEach((score, k) => {
      expect(score).toBeCloseTo(scores[k]!, 3);
    });
  });
});

describe('a batch that the file fixes', () => {
  it.each([
    ['of bytes', pictureModel('uint8', [3, 3, 2, 2], castLinear)],
    ['of doubles', pictureModel('float64', [3, 3, 2, 2], castLinear)],
    [
      'written into a shape',
      pictureModel('float32', [3, 3, 2, 2], (graph, weights, int64) => {
        const [flat] = graph.node('Reshape', ['x', int64([3, -1])]);
        return graph.node('MatMul', [flat!, weights])[0]!;
      }),
    ],
    [
      'written into the last shape',
      pictureModel(
        'float32',
        [3, 3, 2, 2],
        (graph, weights, int64) => graph.node('Reshape', [flatLinear(graph, weights), int64([3, 4])])[0]!,
      ),
    ],
  ])('%s is filled up', async (_name, bytes) => {
    await using model = await loadModel(bytes, { preprocessing: 'raw255' });
    expect(model.classCount).toBe(4);
    expect(model.maxBatch).toBeGreaterThanOrEqual(3);
    const images = [1, 2, 3].map((k) => Float32Array.from({ length: 12 }, (_, i) => ((i * k * 37) % 256) / 255));
    for (const count of [1, 2, 3]) {
      const together = await model.predict(Float32Array.from(images.slice(0, count).flatMap((x) => [...x])), count);
      expect(together.length).toBe(4 * count);
      for (const [i, x] of images.slice(0, count).entries()) {
        (await model.predictPlain(x)).scores.forEach((score, k) => {
          expect(together[4 * i + k]).toBeCloseTo(score, 2);
        });
      }
    }
    const results = await pgd(model, images, undefined, { epsilon: 0.4, batch: 8 });
    expect(results.every((result) => result.success8)).toBe(true);
    const traced = model.trace(input('x', [2, 3, 2, 2]));
    expect([traced.logits, traced.outputs[0]!, traced.values.get('y')!].map((y) => y.shape)).toEqual([
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
  });
});

describe('the output that holds the scores', () => {
  const withLabel = pictureModel(
    'float32',
    ['N', 3, 2, 2],
    (graph, weights) => {
      const scores = flatLinear(graph, weights);
      graph.node('ArgMax', [scores], { axis: 1, keepdims: 0 }, ['label']);
      return scores;
    },
    [
      ['label', 'int64'],
      ['y', 'float32'],
    ],
  );

  it('is the first of floating-point numbers, not a label before it', async () => {
    await using model = await loadModel(withLabel, { preprocessing: 'none' });
    expect(model.classCount).toBe(4);
    expect((await model.predictPlain(pixels(12))).scores.length).toBe(4);
  });

  it('is refused where it holds whole numbers', async () => {
    await expect(loadModel(withLabel, { preprocessing: 'none', output: 'label' })).rejects.toThrow(
      'Output "label" holds int64; class scores are floating-point numbers. The model has label int64, y float32.',
    );
  });
});

describe('the layout of a model that leaves its axes open', () => {
  const path = join(folder, 'open.onnx');
  const open = pictureModel('float32', ['N', 'a', 'b', 'c'], flatLinear);
  it('is taken from the sidecar, as from options', async () => {
    writeFileSync(path, open);
    writeFileSync(join(folder, 'open.pareidolia.json'), JSON.stringify({ preprocessing: { layout: 'NHWC' } }));
    await using model = await loadModel(path, { height: 2, width: 2 });
    expect([model.preprocessing.layout, model.input.layout, model.channels]).toEqual(['NHWC', 'NHWC', 3]);
    await using same = await loadModel(open, { preprocessing: { layout: 'NHWC' }, height: 2, width: 2 });
    const x = pixels(12);
    expect(Array.from(await model.predict(x, 1))).toEqual(Array.from(await same.predict(x, 1)));
  });
});

describe('preprocessing as written', () => {
  it.each([
    [{ mena: [0.5, 0.5, 0.5] }, 'mena'],
    [{ mean: 0.5 }, 'mean'],
    [{ range: '255' }, 'range'],
    [{ range: 0 }, 'range'],
    [{ std: [1, 1, Number.NaN] }, 'std'],
    [{ channels: 'cmyk' }, 'channels'],
  ])('%j is refused', async (preprocessing, word) => {
    const load = loadModel(smallNetwork(), { preprocessing: preprocessing as object });
    await expect(load).rejects.toThrow(ModelError);
    await expect(load).rejects.toThrow(word);
  });
});

describe('files that are no classifiers of pictures', () => {
  it.each([
    [
      'two inputs',
      (graph: GraphBuilder) => {
        graph.input('a', 'float32', ['N', 3, 4, 4]);
        graph.input('b', 'float32', ['N', 3, 4, 4]);
        graph.node('Add', ['a', 'b'], {}, ['y']);
      },
      'Expected a model with one input, a picture; this one has 2',
    ],
    [
      'a vector as input',
      (graph: GraphBuilder) => {
        graph.input('a', 'float32', ['N', 7]);
        graph.node('Relu', ['a'], {}, ['y']);
      },
      'got inputs: "a" float32 [N, 7]',
    ],
  ])('%s', async (_name, build, message) => {
    const graph = new GraphBuilder();
    build(graph);
    graph.output('y', 'float32', ['N', 'K']);
    await expect(loadModel(graph.encode(17))).rejects.toThrow(message);
  });

  it('an op that the runtime does not have', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', ['N', 3, 4, 4]);
    graph.node('Frobnicate', ['x'], {}, ['y'], 'my.ops');
    graph.output('y', 'float32', ['N', 'K']);
    await expect(loadModel(graph.encode(17))).rejects.toThrow(/ONNX Runtime cannot load this model: .*Frobnicate/);
  });
});

it('an op that only the runtime knows is carried through: it runs, and only its gradient is refused', async () => {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', ['N', 3, 4, 4]);
  const boxes = graph.initializer('float32', [1, 4], toBytes(hostTensor([0, 0, 3, 3], [1, 4])));
  const index = graph.initializer('int64', [1], toBytes(hostTensor([0], [1], 'int64')));
  const [pooled] = graph.node('RoiAlign', ['x', boxes, index], { output_height: 2, output_width: 2 });
  graph.node('Flatten', [pooled!], {}, ['y']);
  graph.output('y', 'float32', ['N', 'K']);
  await using model = await loadModel(graph.encode(17), { preprocessing: 'none', height: 4, width: 4 });
  const x = pixels(48);
  const scores = await model.predict(x, 1);
  (await model.predictPlain(x)).scores.forEach((score, k) => {
    expect(scores[k]).toBeCloseTo(score, 5);
  });
  expect(model.notes.join()).toContain('RoiAlign run as they are');
  const pictures = input('x', [1, 3, 4, 4]);
  expect(() => grad(reduceSum(model.logits(pictures)), [pictures], { describe: model.describe })).toThrow(
    /No gradient passes through RoiAlign/,
  );
});
