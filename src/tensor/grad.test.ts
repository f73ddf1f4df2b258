/** @file The gradient walker: what it visits, what it refuses, and that gradients compose. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { grad, NoGradientError, vjp } from './grad.ts';
import { type HostTensor, hostTensor } from './host.ts';
import { relu } from './ops/activation.ts';
import { add, mul } from './ops/arithmetic.ts';
import { ones } from './ops/basic.ts';
import { cast } from './ops/cast.ts';
import { equal } from './ops/compare.ts';
import { split } from './ops/concat.ts';
import { gather } from './ops/gather.ts';
import { matmul } from './ops/matmul.ts';
import { reduceSum } from './ops/reduce.ts';
import { argmax } from './ops/softmax.ts';
import { exp, square } from './ops/unary.ts';
import { constant, input, type Tensor, topologicalOrder } from './tensor.ts';

const x = input('x', [3]);
const at = (values: readonly number[]): Record<string, HostTensor> => ({ x: hostTensor(values) });
const valuesAt = (y: Tensor, values: readonly number[]) => Array.from(interpret([y], at(values))[0]!.data);

describe('grad', () => {
  it('of the sum of squares is 2 x', () => {
    expect(valuesAt(grad(reduceSum(square(x)), [x])[0]!, [1, -2, 3])).toEqual([2, -4, 6]);
  });

  it('is zero for an input that the scalar does not depend on', () => {
    const other = input('other', [2, 2]);
    const [dx] = grad(reduceSum(x), [other]);
    expect(dx!.shape).toEqual([2, 2]);
    expect(Array.from(interpret([dx!], {})[0]!.data)).toEqual([0, 0, 0, 0]);
  });

  it('refuses anything but a floating-point scalar', () => {
    expect(() => grad(x, [x])).toThrow('grad expects a scalar, got input [3] float32');
    expect(() => grad(cast(reduceSum(x), 'int32'), [x])).toThrow('floating-point');
  });

  it('sums over the axes that broadcasting repeated', () => {
    const row = input('x', [1, 3]);
    const y = mul(row, constant([1, 2, 3, 4, 5, 6], [2, 3]));
    expect(Array.from(interpret(grad(reduceSum(y), [row]), { x: hostTensor([0, 0, 0], [1, 3]) })[0]!.data)).toEqual([
      5, 7, 9,
    ]);
  });

  it('visits only what lies between the output and the input', () => {
    const aside = exp(input('aside', [3]));
    const [dx] = grad(reduceSum(mul(x, aside)), [x]);
    // The gradient is exp(aside) itself: nothing of exp's own gradient is built.
    expect(topologicalOrder([dx!]).map((node) => node.op.name)).toEqual(['input', 'exp']);
  });

  it('is total where one asked input depends on another', () => {
    const y = square(x);
    const [dx, dy] = grad(reduceSum(mul(y, 3)), [x, y]);
    expect(valuesAt(dx!, [1, 2, 3])).toEqual([6, 12, 18]);
    expect(valuesAt(dy!, [1, 2, 3])).toEqual([3, 3, 3]);
  });

  it('reaches x through one of several outputs', () => {
    const [first] = split(square(x), [1, 2]);
    expect(valuesAt(grad(reduceSum(first!), [x])[0]!, [5, 2, 3])).toEqual([10, 0, 0]);
  });

  it('composes: a Hessian-vector product of a quadratic form is (A + Aᵀ) v', () => {
    const a = constant([2, 1, 0, 0, 3, 1, 1, 0, 4], [3, 3]);
    const form = reduceSum(mul(x, matmul(a, x)));
    const v = constant([1, -1, 2]);
    const [hv] = grad(reduceSum(mul(grad(form, [x])[0]!, v)), [x]);
    // A + Aᵀ = [[4, 1, 1], [1, 6, 1], [1, 1, 8]]
    expect(valuesAt(hv!, [0.3, 0.1, 0.7])).toEqual([5, -3, 16]);
  });

  it('composes: a gradient penalty differentiates', () => {
    const penalty = reduceSum(square(grad(reduceSum(mul(square(x), x)), [x])[0]!)); // sum of (3 x²)²
    expect(valuesAt(grad(penalty, [x])[0]!, [1, 2, -1])).toEqual([36, 288, -36]);
  });
});

describe('ops without a gradient', () => {
  it('are all named at once', () => {
    const y = add(
      cast(argmax(x, { axis: 0, keepDims: true }), 'float32'),
      cast(argmax(mul(x, 2), { axis: 0, keepDims: true }), 'float32'),
    );
    const labels = ['ArgMax "first"', 'ArgMax "second"'].values();
    const describe = () => labels.next().value;
    expect(() => grad(reduceSum(y), [x], { describe })).toThrow(/ArgMax "first", ArgMax "second".*before them/);
    expect(() => grad(reduceSum(y), [x])).toThrow(NoGradientError);
  });

  it('do not matter off the path, as an index or a condition', () => {
    const picked = gather(x, argmax(x, { axis: 0, keepDims: true }), 0);
    expect(valuesAt(grad(reduceSum(picked), [x])[0]!, [1, 5, 2])).toEqual([0, 1, 0]);
    const mask = cast(equal(x, 2), 'float32');
    expect(valuesAt(grad(reduceSum(mul(mask, x)), [x])[0]!, [1, 2, 3])).toEqual([0, 1, 0]);
  });
});

describe('vjp', () => {
  it('adds what several outputs pull back', () => {
    const [dx] = vjp([relu(x), square(x)], [ones([3]), constant([1, 2, 3])], [x]);
    expect(valuesAt(dx!, [1, -2, 3])).toEqual([1 + 2, -8, 1 + 18]);
  });

  it('refuses a cotangent of another shape', () => {
    expect(() => vjp([x], [ones([2])], [x])).toThrow('Cotangent of shape [2]');
  });
});
