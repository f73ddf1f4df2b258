/** @file Matrix products. */
import { defineOp } from '../op.ts';
import { broadcastShapes, formatShape, sizeOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { add, mul } from './arithmetic.ts';
import { forEachBroadcast } from './elementwise.ts';
import { reshape } from './reshape.ts';
import { swapAxes, transpose } from './transpose.ts';

export const matmulOp = defineOp({
  name: 'matmul',
  infer: ([a, b]) => {
    const [m, k] = a!.shape.slice(-2);
    const [k2, n] = b!.shape.slice(-2);
    if (k !== k2)
      throw new TypeError(
        `matmul: ${formatShape(a!.shape)} and ${formatShape(b!.shape)} do not chain, ${k} is not ${k2}.`,
      );
    return { shape: [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m!, n!], dtype: a!.dtype };
  },
  // da = dy bᵀ, db = aᵀ dy
  gradient: [
    ({ dy, x: [, b] }) => matmul(dy, swapAxes(b!, -1, -2)),
    ({ dy, x: [a] }) => matmul(swapAxes(a!, -1, -2), dy),
  ],
  lower: ({ e, inputs }) => e.node('MatMul', inputs),
  evaluate: ([a, b], _attrs, [spec]) => {
    const [m, n] = spec!.shape.slice(-2) as [number, number];
    const k = a!.shape.at(-1)!;
    const result = new Float64Array(sizeOf(spec!.shape));
    const batches = [a!, b!].map((x) => x.shape.slice(0, -2));
    forEachBroadcast(spec!.shape.slice(0, -2), batches, (batch, [ia, ib]) => {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += a!.data[(ia! * m + i) * k + l]! * b!.data[(ib! * k + l) * n + j]!;
          result[(batch * m + i) * n + j] = sum;
        }
      }
    });
    return result;
  },
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }] },
    { name: 'batched', inputs: [{ shape: [2, 1, 2, 3] }, { shape: [4, 3, 2] }] },
  ],
});

/** Matrix product over the last two axes, NumPy's way: leading axes broadcast, a vector is a row on the left and a column on the right. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new TypeError('matmul expects vectors or matrices, got a scalar.');
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const product = apply(matmulOp, [left, right], {});
  const shape = [...product.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(shape.length - (b.shape.length === 1 ? 1 : 2), 1);
  return reshape(product, shape);
}

/** Options of `gemm`, as ONNX has them. */
export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

interface GemmAttrs {
  readonly [name: string]: number;
  readonly alpha: number;
  readonly beta: number;
  readonly transA: number;
  readonly transB: number;
}

export const gemmOp = defineOp<GemmAttrs>({
  name: 'gemm',
  infer: ([a, b], { transA, transB }) => {
    const [m, k] = transA ? a!.shape.toReversed() : a!.shape;
    const [k2, n] = transB ? b!.shape.toReversed() : b!.shape;
    if (k !== k2)
      throw new TypeError(
        `gemm: ${formatShape(a!.shape)} and ${formatShape(b!.shape)} do not chain, ${k} is not ${k2}.`,
      );
    return { shape: [m!, n!], dtype: a!.dtype };
  },
  gradient: 'decomposed',
  decompose: ([a, b, c], { alpha, beta, transA, transB }) => {
    const product = mul(matmul(transA ? transpose(a!) : a!, transB ? transpose(b!) : b!), alpha);
    return c === undefined ? product : add(product, mul(c, beta));
  },
  lower: ({ e, inputs, attrs: { alpha, beta, transA, transB } }) =>
    e.node('Gemm', inputs, { alpha: { float: alpha }, beta: { float: beta }, transA, transB }),
  evaluate: ([a, b, c], { alpha, beta, transA, transB }, [spec]) => {
    const [m, n] = spec!.shape as [number, number];
    const k = transA ? a!.shape[0]! : a!.shape[1]!;
    const [cRows, cColumns] = c === undefined ? [0, 0] : ([1, 1, ...c.shape].slice(-2) as [number, number]);
    return Float64Array.from({ length: m * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += a!.data[transA ? l * m + i : i * k + l]! * b!.data[transB ? j * k + l : l * n + j]!;
      const bias = c === undefined ? 0 : c.data[(cRows === 1 ? 0 : i) * cColumns + (cColumns === 1 ? 0 : j)]!;
      return alpha * sum + beta * bias;
    });
  },
  samples: [
    {
      inputs: [{ shape: [2, 3] }, { shape: [4, 3] }, { shape: [4] }],
      attrs: { alpha: 1, beta: 1, transA: 0, transB: 1 },
    },
    {
      name: 'scaled',
      inputs: [{ shape: [3, 2] }, { shape: [3, 4] }, { shape: [2, 1] }],
      attrs: { alpha: 0.5, beta: 2, transA: 1, transB: 0 },
    },
    {
      name: 'no bias',
      inputs: [{ shape: [2, 3] }, { shape: [3, 4] }],
      attrs: { alpha: 2, beta: 1, transA: 0, transB: 0 },
    },
  ],
});

/** alpha a b + beta c for matrices, with a and b transposed where asked; c broadcasts. */
export function gemm(a: Tensor, b: Tensor, c?: Tensor, options: GemmOptions = {}): Tensor {
  const { alpha = 1, beta = 1, transA = false, transB = false } = options;
  const attrs = { alpha, beta, transA: Number(transA), transB: Number(transB) };
  return apply(gemmOp, c === undefined ? [a, b] : [a, b, c], attrs);
}
