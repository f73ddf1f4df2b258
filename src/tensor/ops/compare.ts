/** @file Comparisons, logic and choice. */
import type { DType } from '../dtype.ts';
import { defineOp, type Op, type Sample } from '../op.ts';
import { broadcastShapes } from '../shape.ts';
import { apply, isConstant, type Tensor, uniformValue } from '../tensor.ts';
import { type Operand, operands } from './arithmetic.ts';
import { zerosLike } from './basic.ts';
import { commonDType, defineElementwise, mapBroadcast } from './elementwise.ts';

const compared: readonly [Sample, ...Sample[]] = [
  {
    inputs: [
      { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] },
      { shape: [3], values: [0, 3, 2] },
    ],
  },
  {
    name: 'whole numbers',
    inputs: [
      { shape: [3], values: [1, 2, 3], dtype: 'int64' },
      { shape: [], values: [2], dtype: 'int64' },
    ],
  },
];

function defineComparison(name: string, onnx: string, f: (a: number, b: number) => boolean): Op {
  return defineElementwise(name, {
    onnx,
    f: () => (a, b) => Number(f(a!, b!)),
    dtype: 'bool',
    gradient: 'zero',
    samples: compared,
  });
}

export const equalOp = defineComparison('equal', 'Equal', (a, b) => a === b);
export const lessOp = defineComparison('less', 'Less', (a, b) => a < b);
export const lessEqualOp = defineComparison('lessEqual', 'LessOrEqual', (a, b) => a <= b);
export const greaterOp = defineComparison('greater', 'Greater', (a, b) => a > b);
export const greaterEqualOp = defineComparison('greaterEqual', 'GreaterOrEqual', (a, b) => a >= b);

const binary = (op: Op) => (a: Operand, b: Operand) => apply(op, operands(a, b), {});

/** a = b, as bool. */
export const equal = binary(equalOp);
/** a < b, as bool. */
export const less = binary(lessOp);
/** a <= b, as bool. */
export const lessEqual = binary(lessEqualOp);
/** a > b, as bool. */
export const greater = binary(greaterOp);
/** a >= b, as bool. */
export const greaterEqual = binary(greaterEqualOp);

const truths: readonly [Sample, ...Sample[]] = [
  {
    inputs: [
      { shape: [2, 2], values: [0, 0, 1, 1], dtype: 'bool' },
      { shape: [2], values: [0, 1], dtype: 'bool' },
    ],
  },
];

function defineLogic(name: string, onnx: string, f: (a: boolean, b: boolean) => boolean): Op {
  return defineElementwise(name, {
    onnx,
    f: () => (a, b) => Number(f(a !== 0, b !== 0)),
    gradient: 'zero',
    samples: truths,
  });
}

export const andOp = defineLogic('and', 'And', (a, b) => a && b);
export const orOp = defineLogic('or', 'Or', (a, b) => a || b);
export const xorOp = defineLogic('xor', 'Xor', (a, b) => a !== b);
export const notOp = defineElementwise('not', {
  onnx: 'Not',
  f: () => (a) => Number(a === 0),
  gradient: 'zero',
  samples: [{ inputs: [{ shape: [2], values: [0, 1], dtype: 'bool' }] }],
});
export const isNaNOp = defineElementwise('isNaN', {
  onnx: 'IsNaN',
  f: () => (a) => Number(Number.isNaN(a)),
  dtype: 'bool',
  gradient: 'zero',
  decompose: ([x]) => apply(notOp, [equal(x!, x!)], {}),
  decomposeOn: (device) => device === 'webgpu',
  samples: [{ inputs: [{ shape: [3], values: [0, Number.NaN, Number.POSITIVE_INFINITY] }] }],
});

/** Both, of bools. */
export const and = binary(andOp);
/** Either, of bools. */
export const or = binary(orOp);
/** One and not the other, of bools. */
export const xor = binary(xorOp);
/** The opposite of a bool. */
export function not(x: Tensor): Tensor {
  return apply(notOp, [x], {});
}
/** Whether a value is NaN, as bool. */
export function isNan(x: Tensor): Tensor {
  return apply(isNaNOp, [x], {});
}

export const whereOp: Op = defineOp({
  name: 'where',
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== 'bool') throw new TypeError(`where expects a bool condition, got ${condition!.dtype}.`);
    const dtype: DType = commonDType('where', [a!, b!]);
    return { shape: broadcastShapes(condition!.shape, a!.shape, b!.shape), dtype };
  },
  gradient: [
    null,
    ({ dy, x: [condition] }) => where(condition!, dy, zerosLike(dy)),
    ({ dy, x: [condition] }) => where(condition!, zerosLike(dy), dy),
  ],
  lower: ({ e, inputs }) => e.node('Where', inputs),
  simplify: ([condition, a, b]) => {
    const value = isConstant(condition!) ? uniformValue(condition!) : undefined;
    const chosen = value === undefined ? undefined : value !== 0 ? a! : b!;
    const shape = broadcastShapes(condition!.shape, a!.shape, b!.shape);
    return chosen?.shape.length === shape.length && chosen.shape.every((size, i) => size === shape[i])
      ? chosen
      : undefined;
  },
  evaluate: (inputs, _attrs, [spec]) => mapBroadcast(inputs, spec!.shape, (condition, a, b) => (condition ? a! : b!)),
  samples: [
    { inputs: [{ shape: [2, 1], values: [0, 1], dtype: 'bool' }, { shape: [2, 3] }, { shape: [3] }] },
    { name: 'scalars', inputs: [{ shape: [4], values: [0, 1, 1, 0], dtype: 'bool' }, { shape: [] }, { shape: [4] }] },
  ],
});

/** a where the condition holds, b elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply(whereOp, [condition, ...operands(a, b)], {});
}
