/** @file What the bridge does where a unit, a picture or their number leaves nothing to measure, and its γ where that is known. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../src/bridge/bridge.ts';
import { BridgeError } from '../src/bridge/bridge-error.ts';
import { localLinearity } from '../src/bridge/local-linearity.ts';
import type { PatternReactions } from '../src/bridge/measure-doses.ts';
import { responderOf } from '../src/bridge/response.ts';
import { loadModel } from '../src/model/load-model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { unitNamed } from '../src/visualize/unit-named.ts';
import { pseudoRandom } from './random.ts';
import { linearNetwork, smallNetwork } from './support/network.ts';

const random = pseudoRandom(11);
const size = 3 * 16 * 16;
const greys = (levels: readonly number[]) =>
  levels.map((level) => new Float32Array(size).map(() => level + 0.02 * (random() - 0.5)));
const pictures = greys(Array.from({ length: 12 }, (_, i) => 0.3 + 0.03 * i));
const options = { doses: [8 / 255], closely: 2, batch: 4 };

/** A model of pictures [N, 3, 16, 16], from nodes between the flat picture and the scores of two classes. */
async function modelOf(
  build: (
    graph: GraphBuilder,
    flat: string,
    floats: (values: ArrayLike<number>, shape: readonly number[]) => string,
  ) => void,
) {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  build(graph, flat!, (values, shape) => graph.initializer('float32', shape, toBytes(hostTensor(values, shape))));
  graph.output('scores', 'float32', ['N', 2]);
  return loadModel(graph.encode(18), { preprocessing: 'none' });
}

/** Scores 5 and Relu(mean - 0.3): the second unit is dead for dark pictures, and nothing is taken for it. */
function threshold() {
  return modelOf((graph, flat, floats) => {
    const [mean] = graph.node('MatMul', [flat, floats(new Float64Array(size).fill(1 / size), [size, 1])]);
    const [above] = graph.node('Relu', [graph.node('Sub', [mean!, floats([0.3], [1])])[0]!]);
    graph.node('Gemm', [above!, floats([0, 1], [1, 2]), floats([5, 0], [2])], {}, ['scores']);
  });
}

/** Scores 0 and |x - centre|². */
function quadratic(centre: Float32Array) {
  return modelOf((graph, flat, floats) => {
    const [off] = graph.node('Sub', [flat, floats(centre, [size])]);
    const [squares] = graph.node('Mul', [off!, off!]);
    const columns = Float64Array.from({ length: 2 * size }, (_, at) => at % 2);
    graph.node('MatMul', [squares!, floats(columns, [size, 2])], {}, ['scores']);
  });
}

/** Scores 0 and mean + steeper Relu(mean - bend). */
function bent(steeper: number, bend: number) {
  return modelOf((graph, flat, floats) => {
    const [mean] = graph.node('MatMul', [flat, floats(new Float64Array(size).fill(1 / size), [size, 1])]);
    const [above] = graph.node('Relu', [graph.node('Sub', [mean!, floats([bend], [1])])[0]!]);
    const [both] = graph.node('Concat', [mean!, above!], { axis: 1 });
    graph.node('MatMul', [both!, floats([0, 1, 0, steeper], [2, 2])], {}, ['scores']);
  });
}

/** A linear model of random weights, both signs, that takes nothing for its second class. */
async function stubborn() {
  const weights = Float64Array.from({ length: size }, () => random() - 0.5);
  return loadModel(linearNetwork(weights, -100), { preprocessing: 'none' });
}

const places = (found: Awaited<ReturnType<typeof bridge>>, name: RegExp): PatternReactions['places'] =>
  found.patterns.find(({ pattern }) => name.test(pattern.name))!.reactions.places;

it('refuses a unit that is dead around grey, and says the way out', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const dead = bridge(model, pictures, unitNamed(model, 'Relu#2:1'), options);
  await expect(dead).rejects.toThrow(BridgeError);
  await expect(dead).rejects.toThrow(/^Relu#2:1 of .* around which its gradient is 0, .* take the layer before/);
});

describe('pictures without a gradient', () => {
  it('are left out of the patterns that need one, and counted', async () => {
    await using model = await threshold();
    const some = greys([0.6, 0.1, 0.5, 0.15, 0.1]);
    const found = await bridge(model, some, unitNamed(model, '1'), options);
    expect(places(found, /^gradient sign$/)).toEqual([0, 2]);
    expect(places(found, /^PGD$/)).toEqual([0, 2]);
    expect(places(found, /^random signs$/)).toEqual([0, 1, 2, 3, 4]);
    expect(found.notes).toContain(
      '3 of 5 pictures have no gradient to follow and are left out of the pattern gradient sign.',
    );
    // Half of the mean of the pixels, raised by a dose of signs that all agree.
    const signs = found.patterns.find(({ pattern }) => pattern.name === 'gradient sign')!;
    const up = signs.reactions.doses.find(({ dose }) => dose > 0)!;
    for (const gained of up.gained) expect(gained).toBeCloseTo(4 / 255, 6);
  });

  it('leave a pattern out where there are no others', async () => {
    await using model = await threshold();
    const { patterns, notes } = await bridge(model, greys([0.1, 0.15]), unitNamed(model, '1'), options);
    const names = patterns.map(({ pattern }) => pattern.name);
    expect(names).not.toContain('PGD');
    expect(names).not.toContain('gradient sign');
    expect(names).toContain('random signs');
    expect(notes.filter((note) => note.startsWith('2 of 2 pictures')).length).toBe(2);
  });
});

it.each([
  ['of another size', new Float32Array(12), 'Picture 1 has 12 values;'],
  ['in levels', new Float32Array(size).fill(200), 'Picture 1 holds 200; pixels run from 0 to 1, so divide levels by'],
  ['that are no numbers', new Float32Array(size).fill(Number.NaN), 'Picture 1 holds NaN; pixels run from 0 to 1.'],
])('refuses pictures %s', async (_name, wrong, message) => {
  await using model = await stubborn();
  const refused = bridge(model, [pictures[0]!, wrong], unitNamed(model, '1'), options);
  await expect(refused).rejects.toThrow(BridgeError);
  await expect(refused).rejects.toThrow(message);
});

describe('pictures that made a pattern', () => {
  it('are set aside from its numbers', async () => {
    await using model = await stubborn();
    const found = await bridge(model, pictures, unitNamed(model, '1'), options);
    expect(places(found, /^wave/)).toEqual([8, 9, 10, 11]);
    expect(places(found, /^universal$/)).toEqual([1, 3, 5, 7, 9, 11]);
    const wave = found.patterns.find(({ pattern }) => pattern.name.startsWith('wave'))!;
    for (const { gained, fooled } of wave.reactions.doses) expect([gained.length, fooled.length]).toEqual([4, 4]);
    expect(found.notes).toEqual([]);
  });

  it('are judged on where there are no others, which a note says', async () => {
    await using model = await stubborn();
    const found = await bridge(model, pictures.slice(0, 8), unitNamed(model, '1'), options);
    expect(places(found, /^wave/).length).toBe(8);
    expect(found.notes.join()).toMatch(/^The wave \(\d+, \d+\) is measured on the pictures that chose it/);
  });
});

it('says that pictures are not taken for the unit only of classes', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const wordsOf = async (unit: string) => {
    const { patterns } = await bridge(model, pictures.slice(0, 3), unitNamed(model, unit), options);
    return patterns[0]!.links.find(({ name }) => name === 'answers alone')!.words;
  };
  expect(await wordsOf('Conv#1:2')).not.toContain('takes for it');
  expect(await wordsOf('1')).toContain('none of which the model takes for it');
});

it('gives the same to the bit with the same seed, and something else with another', async () => {
  await using model = await stubborn();
  const run = (seed: number) => bridge(model, pictures.slice(0, 10), unitNamed(model, '1'), { ...options, seed });
  const first = await run(3);
  expect(await run(3)).toEqual(first);
  expect((await run(4)).patterns[0]!.pattern.of).not.toEqual(first.patterns[0]!.pattern.of);
});

describe('γ of a quadratic unit', () => {
  // The response is half of |x - centre|², or minus that, and the deviation of δ is half of |δ|², whatever x is.
  const centre = new Float32Array(size).fill(0.5);
  const away = centre.map(() => 0.4 + 0.2 * random());
  const doses = [4 / 255, 16 / 255];
  it.each([
    ['in a valley, off its middle', '1', away],
    ['on a hill, off its top', '0', away],
    ['at the top, where the slope is 0 and nothing rises', '0', centre],
  ])('is half of the square of the radius %s', async (_name, unit, picture) => {
    await using model = await quadratic(centre);
    const responder = responderOf(model, unitNamed(model, unit));
    const clean = await responder.slopes([picture]);
    const found = await localLinearity(responder, [picture], clean, doses, 'rms');
    for (const [i, { dose, gamma }] of found.entries()) {
      expect(dose).toBe(doses[i]);
      const known = (size * dose ** 2) / 2;
      expect(gamma.value / known).toBeGreaterThan(0.98);
      expect(gamma.value / known).toBeLessThan(1.001);
    }
  });
});

it.each(['rms', 'linf'] as const)(
  'γ of a unit that bends further off is found from where ascent ends, %s',
  async (strength) => {
    // Around grey the response is linear, so that no search from nearby has a slope to follow; it bends half of the way
    // to the border that raises it most. Of the response, half of the score, γ is half of 4 times the way behind the bend.
    const grey = new Float32Array(size).fill(0.4);
    const dose = 16 / 255;
    await using model = await bent(4, 0.4 + dose / 2);
    const responder = responderOf(model, unitNamed(model, '1'));
    const clean = await responder.slopes([grey]);
    const [found] = await localLinearity(responder, [grey], clean, [dose], strength);
    expect(found!.gamma.value / dose).toBeCloseTo((4 * 0.5) / 2, 3);
    expect(found!.raised.value / dose).toBeCloseTo((1 + 4 * 0.5) / 2, 3);
  },
);
