/** @file Codes of a generator: bounds of each number, the sphere, and what their length costs. */
import { describe, expect, it } from 'vitest';
import { loadModel } from '../src/model/load-model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { type GeneratorOptions, openGenerator } from '../src/prior/generator.ts';
import { openPrior } from '../src/prior/prior-named.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { classScore } from '../src/visualize/objectives/unit.ts';
import { visualize } from '../src/visualize/visualize.ts';
import { linearNetwork } from './support/network.ts';

/** Pictures [N, 3, 16, 16] of codes [N, 4]: each number lights 192 values, around a half, a tenth for each unit. */
function lampGenerator(): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: ArrayLike<number>, shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('code', 'float32', ['N', 4]);
  const lamps = Float64Array.from({ length: 4 * 768 }, (_, at) =>
    Math.floor((at % 768) / 192) === Math.floor(at / 768) ? 0.1 : 0,
  );
  const [light] = graph.node('MatMul', ['code', floats(lamps, [4, 768])]);
  const [around] = graph.node('Add', [light!, floats([0.5], [])]);
  const shape = graph.initializer('int64', [4], toBytes(hostTensor([-1, 3, 16, 16], [4], 'int64')));
  graph.node('Reshape', [around!, shape], {}, ['picture']);
  graph.output('picture', 'float32', ['N', 3, 16, 16]);
  return graph.encode(18);
}

/** Class 1's score falls with the first lamp and rises with the second and, half as much, with the third. */
const wishes = [-1, 1, 0.5, 0];
const weights = Float64Array.from({ length: 768 }, (_, i) => wishes[Math.floor(i / 192)]! / 19.2);
const model = await loadModel(linearNetwork(weights, 0), { preprocessing: 'none' });

const draw = async (options: GeneratorOptions, steps = 400) =>
  visualize(model, classScore(1), {
    parameterisation: await openGenerator(lampGenerator(), options),
    steps,
    decay: true,
    rate: 0.1,
  });

describe('codes', () => {
  it('come to the bounds of each number, where the objective leads there', async () => {
    const { parameters } = await draw({ bound: { low: [-1, 0, 0, -2], high: [4, 2.5, 1, 2] } });
    expect(Array.from(parameters.subarray(0, 3))).toEqual([-1, 2.5, 1]);
    expect((await draw({ bound: 2 })).parameters[1]).toBe(2);
    expect((await draw({ bound: { low: 0, high: 1 } })).parameters[0]).toBe(0);
  });

  it('come to the point of the sphere that lies along the objective', async () => {
    const { parameters } = await draw({ sphere: true });
    const length = Math.hypot(...wishes);
    for (const [i, wish] of wishes.entries()) expect(parameters[i]).toBeCloseTo((2 * wish) / length, 1);
  });

  it('shrink to nothing where their length weighs more than the objective gains, and grow where it weighs less', async () => {
    // The objective gains |wishes| = 1.5 for a unit of length along it.
    const heavy = await draw({ lengthWeight: 3 });
    expect(Math.hypot(...heavy.parameters)).toBeLessThan(0.1);
    const light = await draw({ lengthWeight: 1 });
    expect(Math.hypot(...light.parameters)).toBeGreaterThan(3);
    const { objective, value } = light.path.at(-1)!;
    expect(objective - value).toBeCloseTo(Math.hypot(...light.parameters), 4);
  });

  it('refuse bounds that are none', async () => {
    await expect(openGenerator(lampGenerator(), { bound: { low: [0, 0], high: 1 } })).rejects.toThrow(
      'has 4 numbers; 2 low bounds were given.',
    );
    await expect(openGenerator(lampGenerator(), { bound: { low: [0, 2, 0, 0], high: 1 } })).rejects.toThrow(
      'number 1 has 2 to 1.',
    );
    await expect(openGenerator(lampGenerator(), { lengthWeight: -1 })).rejects.toThrow(
      'a number of at least 0, got -1',
    );
  });

  it('and their settings are passed on by the prior of the name', async () => {
    const prior = await openPrior('generator', [3, 16, 16], {
      generator: lampGenerator(),
      code: { bound: { low: 0, high: 1 } },
    });
    expect(prior.key).toBe(
      (await openGenerator(lampGenerator(), { bound: { low: 0, high: 1 }, size: [3, 16, 16] })).key,
    );
    expect(prior.key).not.toBe((await openGenerator(lampGenerator(), { size: [3, 16, 16] })).key);
  });
});
