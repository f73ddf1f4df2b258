/** @file Models with ops that have no gradient, or none of use: refused by name, attacked with a stand-in (BPDA), and what results say of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { apgdCe } from '../../src/attack/apgd.ts';
import { attack } from '../../src/attack/attack.ts';
import { ddn } from '../../src/attack/ddn.ts';
import { distanceAttack } from '../../src/attack/distance-attack.ts';
import { attackMethods } from '../../src/attack/methods.ts';
import { pgd } from '../../src/attack/pgd.ts';
import { transferAttack } from '../../src/attack/transfer-attack.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { l2 } from '../../src/distance/lp.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import type { StandIns } from '../../src/onnx/import/stand-ins.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { tanh } from '../../src/tensor/ops/activation.ts';
import { mul } from '../../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../../src/tensor/ops/reduce.ts';
import { softmax } from '../../src/tensor/ops/softmax.ts';
import { constant } from '../../src/tensor/tensor.ts';
import { maskedNetwork } from '../support/network.ts';
import { quantizedFile } from '../support/quantized.ts';
import { quick } from '../support/quick-attacks.ts';

const device = await openRuntime('cpu');
const size = 768;

/** Two classes by whether the largest value lies in the first or the second half of the picture. */
function halfNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: readonly number[], shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  const [winner] = graph.node('ArgMax', [flat!], { axis: 1, keepdims: 1 }, ['winner']);
  const [position] = graph.node('Cast', [winner!], { to: 1 });
  const [side] = graph.node('Sub', [position!, floats([size / 2 - 0.5], [1])]);
  graph.node('MatMul', [side!, floats([-1, 1], [1, 2])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

/** Two classes by the mean of x rounded to quarters. */
function roundedNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: readonly number[], shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  const [fine] = graph.node('Mul', [flat!, floats([4], [1])]);
  const [coarse] = graph.node('Round', [fine!]);
  const [mean] = graph.node('MatMul', [coarse!, floats(new Array<number>(size).fill(1 / size), [size, 1])]);
  const [over] = graph.node('Sub', [mean!, floats([2.2], [1])]);
  graph.node('MatMul', [over!, floats([-1, 1], [1, 2])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

/** The mean position under a softmax, which ArgMax is the limit of. */
const softPosition: StandIns = {
  ArgMax: ([x], y) => {
    const positions = constant(
      Float32Array.from({ length: size }, (_, i) => i),
      [1, size],
    );
    return reduceSum(mul(softmax(mul(x!, 20), 1), positions), { axes: y.shape.length > 1 ? [1] : [], keepDims: true });
  },
};

describe('an op without a gradient', () => {
  // The largest value lies at 100, others are a little smaller.
  const picture = Float32Array.from({ length: size }, (_, i) => (i === 100 ? 130 : 90 + (i % 30)) / 255);

  it('is refused by name, and the message tells of stand-ins', async () => {
    await using model = await loadModel(halfNetwork(), { preprocessing: 'none', device });
    for (const run of [pgd, apgdCe, ddn])
      await expect(run(model, [picture], [0], { epsilon: 16 / 255 })).rejects.toThrow(/ArgMax "winner".*standIns/);
  });

  it('is attacked with one, in both kinds of attacks, and results say so', async () => {
    await using model = await loadModel(halfNetwork(), { preprocessing: 'none', device, standIns: softPosition });
    for (const run of [pgd, apgdCe, ddn]) {
      const [result] = await run(model, [picture], undefined, { epsilon: 24 / 255, steps: 60 });
      expect([result!.label, result!.success8, result!.after8.label]).toEqual([0, true, 1]);
      expect(result!.notes).toEqual(['ArgMax has a given one as its gradient.']);
    }
    const [smallest] = await distanceAttack(model, [picture], undefined, { distance: l2, steps: 60 });
    expect([smallest!.success, smallest!.notes]).toEqual([true, ['ArgMax has a given one as its gradient.']]);
    expect(model.notes).toContain('ArgMax has a given one as its gradient.');
  });

  it('refuses a stand-in that does not fit, or for nodes that are not there', async () => {
    const load = (standIns: StandIns) => loadModel(halfNetwork(), { preprocessing: 'none', device, standIns });
    await expect(load({ ArgMax: 'identity' })).rejects.toThrow(
      'ArgMax "winner": the identity cannot stand in: the first input is [1, 768] float32, the output [1, 1]; give a function',
    );
    await expect(load({ ArgMax: ([x]) => x! })).rejects.toThrow(
      'standIn expects floating-point numbers of shape [1, 1]',
    );
    await expect(load({ Sign: 'identity' })).rejects.toThrow('There is no node "Sign", by name or type');
  });
});

describe('an op whose gradient is zero', () => {
  const picture = new Float32Array(size).fill(125 / 255);

  it.each([
    ['the identity', { Sign: 'identity' }, 'Sign has that of the identity as its gradient.'],
    ['a smooth function', { Sign: ([x]) => tanh(x!) }, 'Sign has a given one as its gradient.'],
  ] as [string, StandIns, string][])(
    'hides from attacks, and is attacked through %s',
    async (_name, standIns, note) => {
      await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none', device });
      await using open = await loadModel(maskedNetwork(), { preprocessing: 'none', device, standIns });
      const options = { epsilon: 8 / 255, randomStart: false };
      const [blind] = await pgd(masked, [picture], undefined, options);
      expect([blind!.success, blind!.notes.join()]).toEqual([false, expect.stringContaining('exactly zero')]);
      const [seeing] = await pgd(open, [picture], undefined, options);
      expect([seeing!.success8, seeing!.notes]).toEqual([true, [note]]);
      // The model's answers are the file's own.
      expect(await open.predict(picture, 1)).toEqual(await masked.predict(picture, 1));
    },
  );
});

describe('rounding', () => {
  const picture = new Float32Array(size).fill(120 / 255);

  it('passes gradients straight through, and says so', async () => {
    await using model = await loadModel(roundedNetwork(), { preprocessing: 'none', device });
    const [result] = await pgd(model, [picture], undefined, { epsilon: 40 / 255 });
    expect([result!.success8, result!.notes]).toEqual([true, ['Gradients pass straight through Round.']]);
  });

  it('has its own gradient, zero, where that is asked for', async () => {
    await using model = await loadModel(roundedNetwork(), {
      preprocessing: 'none',
      device,
      standIns: { Round: 'zero' },
    });
    const [result] = await pgd(model, [picture], undefined, { epsilon: 40 / 255, randomStart: false });
    expect(result!.success).toBe(false);
    expect(result!.notes.join()).toMatch(/Round has that of a constant as its gradient\..*exactly zero/);
  });
});

describe('a deployed integer model', async () => {
  await using float = await loadModel('zoo:shapes-second', { device });
  const set = shapes({ split: 'test' });
  const images: Float32Array[] = [];
  for (let i = 0; i < 24; i++) images.push((await set.image(i)).data);
  const labels = images.map((_, i) => set.label(i));
  const bytes = await quantizedFile(
    readFileSync(new URL('../../models/shapes-second.onnx', import.meta.url)),
    float,
    images,
  );

  it('is attacked as it runs', async () => {
    await using model = await loadModel(bytes, { device, name: 'int8' });
    const answers = await Promise.all(images.map(async (x) => (await model.predictPlain(x)).label));
    const agreed = answers.filter((label, i) => label === labels[i]);
    expect(agreed.length).toBeGreaterThanOrEqual(20);
    const results = await pgd(model, images, labels, { epsilon: 8 / 255, steps: 20 });
    for (const result of results.filter(({ misclassifiedBefore }) => !misclassifiedBefore)) {
      expect(result.notes).toEqual(['Gradients pass straight through QuantizeLinear (6 nodes).']);
      if (result.success8) expect((await model.predictPlain(result.adversarial)).label).not.toBe(result.label);
    }
    expect(results.filter(({ success8 }) => success8).length).toBeGreaterThanOrEqual(18);
  });

  const followers = attackMethods.filter(({ knowledge }) => knowledge === 'gradients' || knowledge === 'surrogate');
  it('is said to have stand-in gradients by every attack that follows them', async () => {
    await using model = await loadModel(bytes, { device, name: 'int8' });
    const silent: string[] = [];
    for (const { name, kind, norms, own } of followers) {
      const budget = kind === 'budget' ? { epsilon: norms[0] === 'l0' ? 8 : 8 / 255 } : {};
      // Few steps: a single gradient is enough to tell.
      const options = { method: name, ...budget, ...quick(name).options, ...('steps' in own ? { steps: 10 } : {}) };
      const [result] = await attack(model, [images[0]!], undefined, options);
      const isSaid = result!.notes.some((note) =>
        note.endsWith('Gradients pass straight through QuantizeLinear (6 nodes).'),
      );
      if (!isSaid) silent.push(name);
    }
    expect(silent).toEqual([]);
  });

  it('is said to have them as one surrogate of several, by scores or by losses', async () => {
    await using model = await loadModel(bytes, { device, name: 'int8' });
    await using plain = await loadModel('zoo:shapes-second', { device });
    for (const fusion of ['logits', 'losses'] as const) {
      const options = { epsilon: 8 / 255, steps: 2, surrogates: [plain, model], fusion };
      const [result] = await transferAttack(plain, [images[0]!], undefined, options);
      expect(result!.notes).toEqual(['Gradients pass straight through QuantizeLinear (6 nodes).']);
    }
  });
});
