/** @file Properties of the tensor language over random shapes and arguments. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vjp } from '../src/tensor/grad.ts';
import { fromBytes, fromFloat16Bits, hostTensor, roundTo, toBytes, toFloat16Bits } from '../src/tensor/host.ts';
import { add, div, mul, sub } from '../src/tensor/ops/arithmetic.ts';
import { where } from '../src/tensor/ops/compare.ts';
import { einsum } from '../src/tensor/ops/einsum.ts';
import { forEachIndex } from '../src/tensor/ops/indexing.ts';
import { matmul } from '../src/tensor/ops/matmul.ts';
import { pad } from '../src/tensor/ops/pad.ts';
import { slice } from '../src/tensor/ops/slice.ts';
import { broadcastShapes, sizeOf } from '../src/tensor/shape.ts';
import { constant, hostValue, input, type Tensor } from '../src/tensor/tensor.ts';
import { interpret } from './reference/interpret.ts';

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** Two shapes that broadcast: a result with some axes of each operand set to 1 and leading ones dropped. */
const broadcastPair = fc
  .tuple(shape, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }))
  .map(([result, flags]) => {
    const operand = (collapse: readonly boolean[], drop: boolean) => {
      const sizes = result.map((size, axis) => (collapse[axis] ? 1 : size));
      const first = sizes.findIndex((size) => size !== 1);
      return drop ? sizes.slice(first === -1 ? sizes.length : first) : sizes;
    };
    return [operand(flags.slice(0, 4), flags[8]!), operand(flags.slice(4, 8), flags[9]!)] as const;
  });

const ramp = (dims: readonly number[], from: number) =>
  hostTensor(
    Array.from({ length: sizeOf(dims) }, (_, i) => from + i),
    dims,
  );

describe('broadcasting', () => {
  it.each([
    ['add', add, (a: number, b: number) => a + b],
    ['sub', sub, (a: number, b: number) => a - b],
    ['mul', mul, (a: number, b: number) => a * b],
    ['div', div, (a: number, b: number) => a / b],
  ] as const)("%s meets elements where NumPy does, and its gradients have the operands' shapes", (_name, op, f) => {
    fc.assert(
      fc.property(broadcastPair, ([sa, sb]) => {
        const [a, b] = [input('a', sa), input('b', sb)];
        const y = op(a, b);
        expect(y.shape).toEqual(broadcastShapes(sa, sb));
        const [va, vb] = [ramp(sa, 1), ramp(sb, 5)];
        const value = interpret([y], { a: va, b: vb })[0]!;
        const element = (v: typeof va, index: readonly number[]) => {
          const own = index.slice(index.length - v.shape.length).map((i, axis) => (v.shape[axis] === 1 ? 0 : i));
          return v.data[own.reduce((flat, i, axis) => flat * v.shape[axis]! + i, 0)]!;
        };
        forEachIndex(y.shape, (index, flat) => {
          expect(value.data[flat]).toBeCloseTo(f(element(va, index), element(vb, index)), 10);
        });
        const [da, db] = vjp([y], [constant(new Array(sizeOf(y.shape)).fill(1), y.shape)], [a, b]);
        expect([da!.shape, db!.shape]).toEqual([sa, sb]);
      }),
    );
  });

  it('where broadcasts its condition too', () => {
    fc.assert(
      fc.property(broadcastPair, ([sa, sb]) => {
        const y = where(input('c', sa, 'bool'), input('a', sb), 0);
        expect(y.shape).toEqual(broadcastShapes(sa, sb));
      }),
    );
  });

  it('refuses shapes that do not fit', () => {
    expect(() => add(input('a', [2, 3]), input('b', [2]))).toThrow('[2, 3] and [2] do not broadcast');
    expect(() => add(input('a', [2]), input('b', [2], 'int32'))).toThrow('cast one');
  });
});

describe('slice', () => {
  it('takes the elements that Python would', () => {
    const bound = fc.integer({ min: -7, max: 7 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        bound,
        bound,
        fc.integer({ min: -3, max: 3 }),
        (size, start, end, step) => {
          if (step === 0) return;
          const expected: number[] = [];
          const low = start < 0 ? start + size : start;
          const high = end < 0 ? end + size : end;
          if (step > 0) for (let i = Math.max(0, low); i < Math.min(size, high); i += step) expected.push(i);
          else for (let i = Math.min(size - 1, low); i > Math.max(-1, high); i += step) expected.push(i);
          // Python's start below -size with a negative step, and the like, clamp to nothing.
          const from = step > 0 ? Math.max(0, low) : Math.min(size - 1, low);
          const wanted = from < 0 ? [] : expected;
          const y = slice(constant(Array.from({ length: size }, (_, i) => i)), {
            starts: [start],
            ends: [end],
            steps: [step],
          });
          expect(Array.from(hostValue(y)!.data)).toEqual(wanted);
        },
      ),
    );
  });
});

describe('pad', () => {
  it('has a gradient that is its adjoint, however wide the pads: <pad x, y> = <x, padᵀ y>', () => {
    const mode = fc.constantFrom('constant' as const, 'reflect' as const, 'edge' as const, 'wrap' as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(9), fc.nat(9), mode, (size, before, after, how) => {
        const x = input('x', [size]);
        const y = pad(x, { begin: [before], end: [after], mode: how });
        const feeds = { x: ramp([size], 1), y: ramp(y.shape, 3) };
        const dy = input('y', y.shape);
        const [dx] = vjp([y], [dy], [x]);
        const dot = (a: Tensor, b: Tensor) => {
          const [va, vb] = interpret([a, b], feeds) as [ReturnType<typeof ramp>, ReturnType<typeof ramp>];
          return va.data.reduce((sum, v, i) => sum + v * vb.data[i]!, 0);
        };
        expect(dot(y, dy)).toBeCloseTo(dot(x, dx!), 8);
      }),
    );
  });
});

describe('einsum', () => {
  const a = constant([1, 2, 3, 4], [2, 2]);
  const b = constant([5, 6, 7, 8], [2, 2]);
  it.each([
    ['ij,jk->ik', [19, 22, 43, 50]],
    ['ij,jk', [19, 22, 43, 50]],
    ['ij,ij->', [70]],
    ['ii,jj->ij', [5, 13, 20, 52].map((_, k) => [1, 1, 4, 4][k]! * [5, 8, 5, 8][k]!)],
    ['...j,...j->...', [17, 53]],
  ])('"%s" sums as NumPy does', (equation, expected) => {
    const y = einsum(equation, a, b);
    expect(Array.from(interpret([y], {})[0]!.data)).toEqual(expected);
  });
  it('takes a trace of one operand', () => {
    expect(Array.from(interpret([einsum('ii', a)], {})[0]!.data)).toEqual([5]);
  });
  it('says what does not fit', () => {
    expect(() => einsum('ij,jk', a)).toThrow('names 2 operands, got 1');
    expect(() => einsum('ijk->i', a)).toThrow('does not label [2, 2]');
    expect(() => einsum('ij,jk->ik', a, constant([1, 2, 3], [3, 1]))).toThrow('sizes that differ');
  });
});

describe('matmul', () => {
  it('treats vectors as NumPy does', () => {
    const v = constant([1, 2]);
    const m = constant([1, 2, 3, 4], [2, 2]);
    expect([matmul(v, m).shape, matmul(m, v).shape, matmul(v, v).shape]).toEqual([[2], [2], []]);
    expect(Array.from(hostValue(matmul(v, m))!.data)).toEqual([7, 10]);
  });
});

describe('numbers on the host', () => {
  it('half precision survives a round trip for every pattern of bits', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits);
      if (!Number.isNaN(value)) expect(toFloat16Bits(value)).toBe(bits);
    }
  });
  it('bytes of every type read back as they were written', () => {
    for (const dtype of [
      'float32',
      'float64',
      'float16',
      'bfloat16',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
    ] as const) {
      const values = [0, 1, 2, 100].map((v) => roundTo(dtype, v));
      expect(Array.from(fromBytes(toBytes(hostTensor(values, [4], dtype)), [4], dtype).data)).toEqual(values);
    }
  });
  it('integers wrap as a cast does', () => {
    expect([roundTo('uint8', 257), roundTo('int8', 200), roundTo('uint8', -1), roundTo('int32', 2.9)]).toEqual([
      1, -56, 255, 2,
    ]);
  });
});
