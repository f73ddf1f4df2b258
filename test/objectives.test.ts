/** @file Objectives of drawings against loops over a layer's values, for one picture and for several that belong together. */
import { describe, expect, it } from 'vitest';
import { layerNames } from '../src/model/layer-names.ts';
import { loadModel } from '../src/model/load-model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import { compile } from '../src/runtime/compile.ts';
import { activationsOf } from '../src/visualize/activations-of.ts';
import { activations as activationsOn } from '../src/visualize/evidence.ts';
import { direction, meanOverPlaces } from '../src/visualize/objectives/direction.ts';
import { caricature, matching, style } from '../src/visualize/objectives/matching.ts';
import { meanPerSample, type Objective, weightedSum } from '../src/visualize/objectives/objective.ts';
import { alignment, diversity, interpolation } from '../src/visualize/objectives/together.ts';
import { channel, classScore, neuron, wholeLayer } from '../src/visualize/objectives/unit.ts';
import { see } from '../src/visualize/see.ts';
import { unitNamed } from '../src/visualize/unit-named.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork, tokenNetwork } from './support/network.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });
const layer = 'Relu#2';
const random = pseudoRandom(5);
const pictures = Array.from({ length: 3 }, () => Float32Array.from({ length: 768 }, random));

/** Values of the layer [12, 8, 8] and scores of each picture. */
async function valuesOf(x: readonly Float32Array[]) {
  const program = await compile(
    ({ pixels }) => {
      const seen = see(model, pixels!, pixels!, { group: 1, viewCount: 1 });
      return { layer: seen.at(layer), logits: seen.logits };
    },
    { pixels: { shape: [x.length, 3, 16, 16], dtype: 'float32' } },
    { device: model.device },
  );
  const found = await program.run({ pixels: Float32Array.from(x.flatMap((one) => Array.from(one))) });
  await program.release();
  const rows = (name: string) => {
    const data = found[name]!.data as Float32Array;
    const length = data.length / x.length;
    return x.map((_, i) => data.slice(i * length, (i + 1) * length));
  };
  return { layers: rows('layer'), logits: rows('logits') };
}
const { layers, logits } = await valuesOf(pictures);

async function value(objective: Objective, x: readonly Float32Array[], group = 1): Promise<number[]> {
  const program = await compile(
    ({ pixels }) => {
      const seen = see(model, pixels!, pixels!, { group, viewCount: 1 });
      return { value: meanPerSample(objective.value(seen), seen) };
    },
    { pixels: { shape: [x.length, 3, 16, 16], dtype: 'float32' } },
    { device: model.device },
  );
  const found = await program.run({ pixels: Float32Array.from(x.flatMap((one) => Array.from(one))) });
  await program.release();
  return Array.from(found.value!.data as Float32Array);
}

const [channels, area] = [12, 64];
const at = (i: number, c: number, p: number) => layers[i]![c * area + p]!;
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const places = Array.from({ length: area }, (_, p) => p);
const all = Array.from({ length: channels }, (_, c) => c);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);
const length = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));
const vector = Float32Array.from({ length: channels }, (_, c) => Math.sin(c + 1));
const gram = (i: number) =>
  all.flatMap((a) => all.map((b) => places.reduce((sum, p) => sum + at(i, a, p) * at(i, b, p), 0)));
const activations = (i: number) => ({ layer, shape: [channels, 8, 8], data: layers[i]! });

describe('one picture', () => {
  const margin = (scores: Float32Array, k: number) => scores[k]! - Math.max(...scores.filter((_, j) => j !== k));
  const powered = (a: number[], p: number) => {
    const product = dot(a, vector);
    return product * Math.max(0.1, product / (Math.max(length(a), 1e-4) * length(vector))) ** p;
  };
  it.each<[string, Objective, (i: number) => number]>([
    ['a channel', channel(layer, 7), (i) => mean(places.map((p) => at(i, 7, p)))],
    ['the neuron in the middle', neuron(layer, 7), (i) => at(i, 7, 4 * 8 + 4)],
    ['a neuron', neuron(layer, 3, [1, 6]), (i) => at(i, 3, 8 + 6)],
    ['a whole layer', wholeLayer(layer), (i) => mean(Array.from(layers[i]!, (v) => v * v))],
    ['a class', classScore(2), (i) => logits[i]![2]!],
    ["a class's lead", classScore(2, 'margin'), (i) => margin(logits[i]!, 2)],
    [
      'a direction',
      direction(layer, vector, { cosinePower: 0 }),
      (i) =>
        mean(
          places.map((p) =>
            dot(
              all.map((c) => at(i, c, p)),
              vector,
            ),
          ),
        ),
    ],
    [
      'a direction and its cosine',
      direction(layer, vector),
      (i) =>
        mean(
          places.map((p) =>
            powered(
              all.map((c) => at(i, c, p)),
              2,
            ),
          ),
        ),
    ],
    [
      'a direction in the middle',
      direction(layer, vector, { place: 'middle', cosinePower: 1 }),
      (i) =>
        powered(
          all.map((c) => at(i, c, 36)),
          1,
        ),
    ],
    [
      'a picture to match',
      matching(activations(0)),
      (i) => -length(layers[i]!.map((v, k) => v - layers[0]![k]!)) / length(layers[0]!),
    ],
    [
      'a caricature',
      caricature(activations(0), 1),
      (i) => {
        const product = dot(layers[i]!, layers[0]!) / length(layers[0]!);
        return product * Math.max(0.1, product / length(layers[i]!));
      },
    ],
    [
      'a style',
      style(activations(1)),
      (i) => {
        const [own, wanted] = [gram(i), gram(1)];
        return -mean(own.map((v, k) => (v - wanted[k]!) ** 2)) / mean(wanted.map((v) => v * v));
      },
    ],
    [
      'a sum',
      weightedSum([
        [channel(layer, 1), 2],
        [channel(layer, 2), -0.5],
      ]),
      (i) => mean(places.map((p) => 2 * at(i, 1, p) - 0.5 * at(i, 2, p))),
    ],
  ])('%s', async (_name, objective, reference) => {
    const found = await value(objective, pictures);
    for (const [i, v] of found.entries())
      expect(Math.abs(v - reference(i))).toBeLessThan(2e-4 * Math.max(1, Math.abs(reference(i))));
  });
});

describe('tokens', async () => {
  const tokenModel = await loadModel(tokenNetwork(), { preprocessing: 'none', name: 'tokens' });
  const [own] = await Promise.all(pictures.slice(0, 1).map((picture) => activationsOf(tokenModel, 'tokens', picture)));
  const of = (token: number, c: number) => own!.data[token * 6 + c]!;
  const square = (token: number) => mean(Array.from({ length: 6 }, (_, c) => of(token, c) ** 2));
  const v = Float32Array.from([1, -2, 0, 0.5, 3, 1]);
  const along = (token: number) => dot(own!.data.subarray(6 * token, 6 * token + 6), v);
  it.each<[string, Objective, number]>([
    ['count all unless some are chosen', channel('tokens', 2), mean([0, 1, 2, 3].map((t) => of(t, 2)))],
    ['count one', channel('tokens', 2, 3), of(3, 2)],
    ['count all but the first', channel('tokens', 2, { which: [[1]] }), mean([of(1, 2), of(2, 2), of(3, 2)])],
    ['count some once each', channel('tokens', 5, { which: [0, [2, 3], 2] }), mean([of(0, 5), of(2, 5), of(3, 5)])],
    [
      'count by the one that responds most',
      channel('tokens', 4, { average: 'largest' }),
      Math.max(...[0, 1, 2, 3].map((t) => of(t, 4))),
    ],
    ['count for a whole layer', wholeLayer('tokens', { which: [[0, 1]] }), mean([square(0), square(1)])],
    [
      'count for a direction',
      direction('tokens', v, { cosinePower: 0, tokens: { which: [1, 2], average: 'largest' } }),
      Math.max(along(1), along(2)),
    ],
    ['are named with the unit', unitNamed(tokenModel, 'tokens:1', { tokens: 0 }).objective, of(0, 1)],
  ])('%s', async (_name, objective, expected) => {
    const [found] = await activationsOn(tokenModel, objective, [pictures[0]!]);
    expect(found).toBeCloseTo(expected, 4);
  });

  it('that are not there, or of maps, are refused', async () => {
    const ask = (objective: Objective, asked = tokenModel) => activationsOn(asked, objective, [pictures[0]!]);
    await expect(ask(channel('tokens', 2, 4))).rejects.toThrow('has tokens 0 to 3; 4 is none of them.');
    await expect(ask(channel('tokens', 2, { which: [[2, 9]] }))).rejects.toThrow('2 to 9 are not all of them.');
    await expect(ask(channel('tokens', 2, { which: [] }))).rejects.toThrow('At least one token');
    await expect(ask(channel(layer, 2, 0), model)).rejects.toThrow('has no tokens: its places are 8 x 8.');
  });
});

it('the direction of a picture is the mean of its activations, of maps and of tokens', async () => {
  const tokenModel = await loadModel(tokenNetwork(), { preprocessing: 'none' });
  const [map, tokens] = [
    await activationsOf(model, layer, pictures[0]!),
    await activationsOf(tokenModel, 'tokens', pictures[0]!),
  ];
  const ofMap = meanOverPlaces(map);
  for (const c of all) expect(ofMap[c]).toBeCloseTo(mean(places.map((p) => at(0, c, p))), 4);
  const ofTokens = meanOverPlaces(tokens);
  for (let c = 0; c < 6; c++)
    expect(ofTokens[c]).toBeCloseTo(mean([0, 1, 2, 3].map((t) => tokens.data[6 * t + c]!)), 5);
});

describe('several pictures', () => {
  it('differ by the cosines of their Gram matrices', async () => {
    const unit = [0, 1, 2].map((i) => gram(i).map((v) => v / length(gram(i))));
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const;
    const [found] = await value(diversity(layer), pictures, 3);
    expect(found).toBeCloseTo(-mean(pairs.map(([a, b]) => dot(unit[a]!, unit[b]!))), 4);
    expect(await value(diversity(layer), pictures, 1)).toEqual([0, 0, 0]);
  });

  it('align with their neighbours, near ones more than far ones', async () => {
    const gap = (a: number, b: number) => mean(Array.from(pictures[a]!, (v, k) => (v - pictures[b]![k]!) ** 2));
    const [found] = await value(alignment('pictures', 2), pictures, 3);
    expect(found).toBeCloseTo(-(mean([gap(0, 1), gap(1, 2)]) / 2 + gap(0, 2) / 4), 5);
  });

  it('go from one channel to another', async () => {
    const of = (i: number, c: number) => mean(places.map((p) => at(i, c, p)));
    const [found] = await value(interpolation(layer, 4, 9), pictures, 3);
    expect(found).toBeCloseTo(mean([of(0, 4), (of(1, 4) + of(1, 9)) / 2, of(2, 9)]), 4);
  });
});

describe('units by name', () => {
  it.each([
    ['Relu#2:7', channel(layer, 7).key],
    ['Relu#2:3:1,6', neuron(layer, 3, [1, 6]).key],
    ['Relu#2', wholeLayer(layer).key],
    ['class:3', classScore(3).key],
    ['3', classScore(3).key],
  ])('%s', (name, key) => {
    const unit = unitNamed(model, name);
    expect(unit.objective.key).toBe(key);
    expect(unit.layer).toBe(unit.label === undefined ? layer : undefined);
  });

  it('adds and takes away what is named together', async () => {
    const { objective, name } = unitNamed(model, 'Relu#2:7 - 0.5 * class:3 + 2');
    expect(name).toBe('Relu#2:7 - 0.5 * class:3 + 2');
    const found = await value(objective, pictures);
    for (const [i, v] of found.entries())
      expect(v).toBeCloseTo(mean(places.map((p) => at(i, 7, p))) - 0.5 * logits[i]![3]! + logits[i]![2]!, 4);
  });

  it.each([
    ['Rellu#2:7', 'has no layer "Rellu#2"'],
    ['Relu#9:7', 'has no layer "Relu#9"'],
    ['Relu#2:7 - nothing', 'Class "nothing" cannot be looked up'],
    ['nothing', 'Class "nothing" cannot be looked up'],
    ['class:9', '9'],
  ])('%s is refused', (name, message) => {
    expect(() => unitNamed(model, name)).toThrow(message);
  });

  it('channels and places that are not there are refused when they are looked at', async () => {
    await expect(value(channel(layer, 12), pictures)).rejects.toThrow('has channels 0 to 11; 12 is none');
    await expect(value(neuron(layer, 0, [8, 0]), pictures)).rejects.toThrow('has 8 x 8 places; row 8, column 0');
    await expect(value(direction(layer, vector.slice(1)), pictures)).rejects.toThrow('has 12 numbers, got 11');
    await expect(value(channel('Relu#5', 0), pictures)).rejects.toThrow('has no layer "Relu#5"; near matches');
  });
});

describe('activations of a layer', () => {
  it('are what objectives match', async () => {
    const seen = await activationsOf(model, layer, pictures[1]!);
    expect([seen.layer, seen.shape]).toEqual([layer, [12, 8, 8]]);
    for (const [i, v] of layers[1]!.entries()) expect(seen.data[i]).toBeCloseTo(v, 5);
    expect((await value(matching(seen), [pictures[1]!]))[0]).toBeCloseTo(0, 5);
  });

  it('of another size or none are refused', async () => {
    await expect(activationsOf(model, layer, new Float32Array(3))).rejects.toThrow('has 3 values; small takes 3 x 16');
    const other = { layer, shape: [5, 8, 8], data: new Float32Array(320) };
    await expect(value(style(other), pictures)).rejects.toThrow('has 5 channels; the layer has 12');
    await expect(value(matching(other), pictures)).rejects.toThrow(
      'have 320 values [5, 8, 8]; this size of picture gives 768',
    );
  });
});

it("a value's own name is never another layer's", () => {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1, 3]);
  graph.node('Relu', ['x'], {}, ['second']);
  graph.node('Neg', ['second'], {}, ['Relu#2']);
  graph.node('Relu', ['Relu#2'], {}, ['third']);
  graph.output('third', 'float32', [1, 3]);
  const file = parseModel(graph.encode(18));
  file.graph!.node[0]!.name = 'third';
  file.graph!.node[2]!.name = 'last';
  expect(Object.fromEntries(layerNames(file))).toEqual({
    second: 'second',
    'Relu#1': 'second',
    'Relu#2': 'Relu#2',
    'Neg#1': 'Relu#2',
    third: 'third',
    last: 'third',
  });
});
