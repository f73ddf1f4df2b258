/** @file The contract that every op of the language keeps: its value, its gradient, and the gradient's gradient. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { compile, numbers } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { isFloat } from '../src/tensor/dtype.ts';
import { vjp } from '../src/tensor/grad.ts';
import { type HostTensor, hostTensor } from '../src/tensor/host.ts';
import type { Device, Op, Sample, SampleInput } from '../src/tensor/op.ts';
import { mul } from '../src/tensor/ops/arithmetic.ts';
import { dequantizeLinear, quantizeLinear } from '../src/tensor/ops/quantize.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { registry } from '../src/tensor/registry.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { applyMany, constantOf, input, type Tensor } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret, referenceOf } from './reference/interpret.ts';

/** Ops whose gradient is not their derivative, with the rule that they keep instead. */
const straightThrough: Readonly<Record<string, (dy: number, inputs: readonly HostTensor[], i: number) => number>> = {
  round: (dy) => dy,
  standIn: (dy) => dy,
  quantizeLinear: (dy, [x, scale, zero], i) => {
    const [s, z] =
      scale!.data.length > 1 ? [scale!.data[i % 2]!, zero!.data[i % 2]!] : [scale!.data[0]!, zero!.data[0]!];
    const [low, high] = zero!.dtype === 'int8' ? [-128, 127] : [0, 255];
    const unit = x!.data[i]! / s + z;
    return unit > low - 0.5 && unit < high + 0.5 ? dy / s : 0;
  },
};

/** Inputs that are whole numbers, whose rule passes on what a straight-through gradient brings; tested as a chain below. */
const wholeInputs: Readonly<Record<string, readonly number[]>> = { dequantizeLinear: [0] };

const device = (process.env.PAREIDOLIA_TEST_DEVICE ?? 'cpu') as Device;
let runtime: DeviceRuntime;
beforeAll(async () => {
  runtime = await openRuntime(device);
});
afterAll(() => runtime?.dispose());

function valuesOf(sample: SampleInput, seed: number): HostTensor {
  const { shape, dtype = 'float32', range: [low, high] = [-2, 2], values, distinct } = sample;
  if (values !== undefined) return hostTensor(values, shape, dtype);
  const random = pseudoRandom(seed);
  const count = sizeOf(shape);
  if (!distinct)
    return hostTensor(
      Array.from({ length: count }, () => Math.fround(low + (high - low) * random())),
      shape,
      dtype,
    );
  const ranks = Array.from({ length: count }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key);
  const data = new Float64Array(count);
  ranks.forEach(({ i }, rank) => {
    data[i] = Math.fround((rank - count / 2) * 0.05);
  });
  return hostTensor(data, shape, dtype);
}

/** An op applied to a sample: symbolic inputs (constants where the sample says so) and their values. */
function applied(op: Op, sample: Sample) {
  const values = sample.inputs.map((spec, i) => valuesOf(spec, 17 * i + 3));
  const feeds: Record<string, HostTensor> = {};
  const x = values.map((value, i) => {
    if (sample.inputs[i]!.constant) return constantOf(value);
    feeds[`x${i}`] = value;
    return input(`x${i}`, value.shape, value.dtype);
  });
  const ys = applyMany(op, x, sample.attrs ?? {});
  const differentiable = x.filter(
    (xi, i) => isFloat(xi.dtype) && !sample.inputs[i]!.fixed && !sample.inputs[i]!.constant,
  );
  return { x, ys, feeds, differentiable };
}

async function onDevice(
  outputs: readonly Tensor[],
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Float64Array[]> {
  const specs = Object.fromEntries(Object.entries(feeds).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const byName = Object.fromEntries(outputs.map((y, i) => [`y${i}`, y]));
  const substitute = (inputs: Readonly<Record<string, Tensor>>) => rebuilt(byName, inputs);
  const program = await compile(substitute, specs, { device: runtime });
  const results = await program.run(
    Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, Array.from(data)])),
  );
  await program.release();
  return outputs.map((_, i) => numbers(results[`y${i}`]!));
}

/** The same expressions over the inputs of a trace. */
function rebuilt(
  outputs: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const done = new Map<Tensor, Tensor>();
  const visit = (x: Tensor): Tensor => {
    const known = done.get(x);
    if (known !== undefined) return known;
    const { node } = x;
    const ys =
      node.op.name === 'input'
        ? [inputs[String(node.attrs.name)]!]
        : node.inputs.length === 0
          ? node.outputs
          : applyMany(node.op, node.inputs.map(visit), node.attrs);
    node.outputs.forEach((y, i) => {
      done.set(y, ys[i]!);
    });
    return done.get(x)!;
  };
  return Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, visit(y)]));
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string) {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, (v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Object.is(a, b) || a === b) continue;
    if (!(Math.abs(a - b) <= tolerance * scale)) expect.fail(`${what}[${i}]: ${a} instead of ${b}`);
  }
}

/** Whether a sample's decomposition is used: by the gradient, or on a device. */
function isEverDecomposed(op: Op, sample: Sample): boolean {
  if (op.gradient === 'decomposed' || op.decomposeOn === undefined) return true;
  const { x } = applied(op, sample);
  return (['cpu', 'wasm', 'webgpu'] as const).some((target) => op.decomposeOn!(target, x, sample.attrs ?? {}));
}

/** sum(cotangent * y) over the float outputs. */
function weightedSum(ys: readonly Tensor[]): Tensor {
  const float = ys.filter((y) => isFloat(y.dtype));
  return float
    .map((y, i) => reduceSum(mul(y, cotangentFor(y, i))))
    .reduce((a, b) => applyMany(registry.find((op) => op.name === 'add')!, [a, b], {})[0]!);
}

function cotangentFor(y: Tensor, i: number): Tensor {
  const random = pseudoRandom(91 + i);
  return constantOf(
    hostTensor(
      Array.from({ length: sizeOf(y.shape) }, () => Math.fround(0.2 + random())),
      y.shape,
      y.dtype,
    ),
  );
}

function centralDifference(
  f: (feeds: Record<string, HostTensor>) => number,
  feeds: Readonly<Record<string, HostTensor>>,
  name: string,
): Float64Array {
  const x = feeds[name]!;
  const h = 1e-5;
  return x.data.map((value, i) => {
    const shifted = (by: number) => ({ ...feeds, [name]: { ...x, data: x.data.with(i, value + by) } });
    return (f(shifted(h)) - f(shifted(-h))) / (2 * h);
  });
}

const floatSmooth = (op: Op) => op.gradient !== 'zero' && op.gradient !== 'none';

describe('registry', () => {
  it('lists every op that a file under ops defines, once', async () => {
    const directory = new URL('../src/tensor/ops/', import.meta.url);
    const defined = new Set<unknown>();
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
      const module: Record<string, unknown> = await import(new URL(file, directory).href);
      for (const [name, value] of Object.entries(module))
        if (name.endsWith('Op') && typeof value === 'object') defined.add(value);
    }
    expect(new Set(registry)).toEqual(defined);
    expect(new Set(registry.map((op) => op.name)).size).toBe(registry.length);
  });

  it.each(registry)('$name has samples and a float64 reference', (op) => {
    expect(op.samples.length).toBeGreaterThan(0);
    expect(referenceOf(op), 'a reference').toBeDefined();
  });

  it.each(registry.filter(floatSmooth))('$name has samples that check the gradient of each input', (op) => {
    const { gradient } = op;
    const rules = Array.isArray(gradient) ? gradient : [() => {}];
    const unchecked = rules.flatMap((rule, i) => {
      const isChecked = op.samples.some(({ inputs: { [i]: sample } }) =>
        sample === undefined ? false : isFloat(sample.dtype ?? 'float32') && !sample.fixed && !sample.constant,
      );
      return rule === null || isChecked || wholeInputs[op.name]?.includes(i) ? [] : [i];
    });
    expect(unchecked, 'inputs whose rule no sample checks').toEqual([]);
  });
});

describe.each(registry)('$name', (op) => {
  const cases = op.samples.map((sample, i) => [sample.name ?? `sample ${i + 1}`, sample] as const);

  it.for(cases)('%s: gives the value of the reference', async ([, sample], context) => {
    if (sample.unsupported?.[device] !== undefined) context.skip(sample.unsupported[device]);
    const { ys, feeds } = applied(op, sample);
    const expected = interpret(ys, feeds);
    const actual = await onDevice(ys, feeds);
    ys.forEach((_, i) => {
      expectClose(actual[i]!, expected[i]!.data, sample.tolerance ?? 1e-5, `output ${i}`);
    });
  });

  const replaced = cases.filter(([, sample]) => op.decompose !== undefined && isEverDecomposed(op, sample));

  it.each(replaced.length > 0 ? replaced : [])('%s: its decomposition has the same value', (_name, sample) => {
    const { x, ys, feeds } = applied(op, sample);
    const parts = [op.decompose!(x, sample.attrs ?? {})].flat() as Tensor[];
    const expected = interpret(ys, feeds);
    interpret(parts, feeds).forEach((part, i) => {
      expectClose(part.data, expected[i]!.data, 1e-6, `output ${i}`);
    });
  });

  const smooth = cases.filter(
    ([, sample]) =>
      floatSmooth(op) && applied(op, sample).differentiable.length > 0 && isFloat(applied(op, sample).ys[0]!.dtype),
  );

  it.for(smooth.length > 0 && straightThrough[op.name] === undefined ? smooth : [])(
    '%s: its gradient equals central differences',
    async ([, sample], context) => {
      const { ys, feeds, differentiable } = applied(op, sample);
      const objective = weightedSum(ys);
      const gradients = vjp([objective], [constantOf(hostTensor(1, [], objective.dtype))], differentiable);
      const inFloat64 = interpret(gradients, feeds);
      differentiable.forEach((x, i) => {
        const name = String(x.node.attrs.name);
        const expected = centralDifference((f) => interpret([objective], f)[0]!.data[0]!, feeds, name);
        expectClose(inFloat64[i]!.data, expected, 2e-6, `d/d${name} in float64`);
      });
      if (sample.unsupported?.[device] !== undefined) context.skip(sample.unsupported[device]);
      const compiled = await onDevice(gradients, feeds);
      differentiable.forEach((x, i) => {
        expectClose(compiled[i]!, inFloat64[i]!.data, sample.tolerance ?? 2e-5, `d/d${x.node.attrs.name} compiled`);
      });
    },
  );

  const twice = smooth.filter(([, sample]) => {
    const { differentiable, ys } = applied(op, sample);
    return [...differentiable, ys[0]!].every(({ dtype }) => dtype === 'float32');
  });

  it.each(straightThrough[op.name] === undefined ? twice : [])(
    '%s: its second derivative equals central differences',
    (_name, sample) => {
      const { ys, feeds, differentiable } = applied(op, sample);
      const seed = (t: Tensor) => [constantOf(hostTensor(1, [], t.dtype))];
      const objective = weightedSum(ys);
      const along = weightedSum(vjp([objective], seed(objective), differentiable));
      const second = interpret(vjp([along], seed(along), differentiable), feeds);
      differentiable.forEach((x, i) => {
        const name = String(x.node.attrs.name);
        const expected = centralDifference((f) => interpret([along], f)[0]!.data[0]!, feeds, name);
        expectClose(second[i]!.data, expected, 2e-5, `d²/d${name}`);
      });
    },
  );

  it.each(op.gradient === 'zero' ? cases : [])(
    '%s: is constant beside its values, as a zero gradient says',
    (_name, sample) => {
      const { ys, feeds } = applied(op, sample);
      for (const [name, { data, dtype }] of Object.entries(feeds)) {
        if (!isFloat(dtype)) continue;
        const beside = (by: number) =>
          interpret(ys, { ...feeds, [name]: { ...feeds[name]!, data: data.map((value) => value + by) } });
        for (const side of [1e-4, -1e-4]) {
          const [near, far] = [beside(side), beside(2 * side)];
          near.forEach((y, i) => {
            expectClose(y.data, far[i]!.data, 0, `output ${i} beside ${name}`);
          });
        }
      }
    },
  );

  it.each(straightThrough[op.name] !== undefined ? cases : [])(
    '%s: its gradient is the stated stand-in',
    (_name, sample) => {
      const { ys, feeds, differentiable, x } = applied(op, sample);
      const dy = input('dy', ys[0]!.shape);
      const rule = op.gradient as readonly ((args: object) => Tensor)[];
      const dx = rule.find((one) => one !== null)!({ dy, dys: [dy], y: ys[0]!, ys, x, attrs: sample.attrs ?? {} });
      const cotangent = hostTensor(
        Array.from({ length: sizeOf(ys[0]!.shape) }, (_, i) => 0.5 + i),
        ys[0]!.shape,
      );
      const expected = cotangent.data.map((value, i) =>
        straightThrough[op.name]!(
          value,
          x.map((xi) => feeds[String(xi.node.attrs.name)]!),
          i,
        ),
      );
      expectClose(interpret([dx], { ...feeds, dy: cotangent })[0]!.data, expected, 1e-9, 'dx');
      expect(differentiable.length).toBe(1);
    },
  );
});

describe('a value that is quantised and read back', () => {
  it('passes the gradient straight through where it was not clipped', () => {
    const x = input('x', [4]);
    const scale = constantOf(hostTensor([0.5], [], 'float32'));
    const zero = constantOf(hostTensor([10], [], 'uint8'));
    const y = dequantizeLinear(quantizeLinear(x, scale, zero), scale, zero);
    const dy = constantOf(hostTensor([1, 2, 3, 4], [4], 'float32'));
    const feeds = { x: hostTensor([-8, -1.2, 0.4, 200], [4], 'float32') };
    const [value, gradient] = interpret([y, ...vjp([y], [dy], [x])], feeds);
    expect([...value!.data]).toEqual([-5, -1, 0.5, 122.5]);
    expect([...gradient!.data]).toEqual([0, 2, 3, 0]);
  });
});
