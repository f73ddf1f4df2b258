/** @file Import of ONNX's reductions, softmaxes and matrix products. */
import { isFloat } from '../../tensor/dtype.ts';
import { div, mul, sub } from '../../tensor/ops/arithmetic.ts';
import { cast } from '../../tensor/ops/cast.ts';
import { equal, not } from '../../tensor/ops/compare.ts';
import { flatten } from '../../tensor/ops/depth-space.ts';
import { einsum } from '../../tensor/ops/einsum.ts';
import { gemm, matmul } from '../../tensor/ops/matmul.ts';
import { type ReduceOptions, reduceMean, reduceSum } from '../../tensor/ops/reduce.ts';
import * as extrema from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { argmax, argmin, cumSum, logSoftmax, lpNormalize, softmax } from '../../tensor/ops/softmax.ts';
import { topK } from '../../tensor/ops/topk.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import type { Handler, NodeContext } from './node-context.ts';

const reduction =
  (f: (x: Tensor, options: ReduceOptions) => Tensor): Handler =>
  (c) => {
    const axes = c.axes(1);
    const none = axes === undefined || axes.length === 0;
    if (none && c.flag('noop_with_empty_axes')) return f(c.x(0), { axes: [] });
    return f(c.x(0), { keepDims: c.flag('keepdims', true), ...(none ? {} : { axes }) });
  };

/** Minimum and maximum also of bools, which the runtime reduces as numbers. */
const extreme = (f: (x: Tensor, options: ReduceOptions) => Tensor): Handler =>
  reduction((x, options) => (x.dtype === 'bool' ? cast(f(cast(x, 'int32'), options), 'bool') : f(x, options)));

/** Before opset 13 a softmax runs over all axes from `axis` on. */
const overAxis =
  (f: (x: Tensor, axis: number) => Tensor): Handler =>
  (c) => {
    const x = c.x(0);
    if (c.opset >= 13) return f(x, c.int('axis', -1));
    return reshape(f(flatten(x, c.int('axis', 1)), 1), x.shape);
  };

function hardmax(x: Tensor, axis: number): Tensor {
  const top = argmax(x, { axis, keepDims: true });
  const at = axis < 0 ? axis + x.shape.length : axis;
  const positions = constant(
    Array.from({ length: x.shape[at]! }, (_, i) => i),
    x.shape.map((size, i) => (i === at ? size : 1)),
    'int64',
  );
  return cast(equal(positions, top), x.dtype);
}

const argHandler =
  (f: typeof argmax): Handler =>
  (c) =>
    f(c.x(0), { axis: c.int('axis', 0), keepDims: c.flag('keepdims', true), last: c.flag('select_last_index') });

function importTopK(c: NodeContext): readonly Tensor[] {
  const k = c.static(1)?.[0] ?? c.int('k', 1);
  return topK(c.x(0), k, { axis: c.int('axis', -1), largest: c.flag('largest', true) });
}

function importGemm(c: NodeContext): Tensor {
  const options = {
    alpha: c.float('alpha', 1),
    beta: c.float('beta', 1),
    transA: c.flag('transA'),
    transB: c.flag('transB'),
  };
  return gemm(c.x(0), c.x(1), c.optional(2), options);
}

/** Integer products, exact in float64 up to 2^53 and the same as in int32. */
function importMatMulInteger(c: NodeContext): Tensor {
  const shifted = (x: Tensor, zero: Tensor | undefined, rows: boolean) => {
    const value = cast(x, 'float32');
    if (zero === undefined) return value;
    const z = cast(zero, 'float32');
    return sub(value, rows && z.shape.length === 1 && z.shape[0] !== 1 ? reshape(z, [z.shape[0]!, 1]) : z);
  };
  return cast(matmul(shifted(c.x(0), c.optional(2), true), shifted(c.x(1), c.optional(3), false)), 'int32');
}

export const reductionHandlers: Readonly<Record<string, Handler>> = {
  ArgMax: argHandler(argmax),
  ArgMin: argHandler(argmin),
  CumSum: (c) => cumSum(c.x(0), c.static(1)![0]!, { exclusive: c.flag('exclusive'), reverse: c.flag('reverse') }),
  Einsum: (c) => einsum(c.string('equation', ''), ...c.all),
  Gemm: importGemm,
  Hardmax: overAxis(hardmax),
  LogSoftmax: overAxis(logSoftmax),
  LpNormalization: (c) => lpNormalize(c.x(0), { axis: c.int('axis', -1), p: c.int('p', 2) === 1 ? 1 : 2 }),
  MatMul: (c) => matmul(c.x(0), c.x(1)),
  MatMulInteger: importMatMulInteger,
  ReduceL1: reduction(extrema.reduceL1),
  ReduceL2: reduction((x, options) =>
    isFloat(x.dtype) ? extrema.reduceL2(x, options) : cast(extrema.reduceL2(cast(x, 'float32'), options), x.dtype),
  ),
  ReduceLogSum: reduction(extrema.reduceLogSum),
  ReduceLogSumExp: reduction(extrema.logSumExp),
  ReduceMax: extreme(extrema.reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceMin: extreme(extrema.reduceMin),
  ReduceProd: reduction(extrema.reduceProd),
  ReduceSum: reduction(reduceSum),
  ReduceSumSquare: reduction(extrema.reduceSumSquare),
  Softmax: overAxis(softmax),
  TopK: importTopK,
  NegativeLogLikelihoodLoss: importNllLoss,
  SoftmaxCrossEntropyLoss: (c) => {
    const logProbabilities = logSoftmax(c.x(0), 1);
    return [nllLoss(c, logProbabilities), logProbabilities];
  },
};

function importNllLoss(c: NodeContext): Tensor {
  return nllLoss(c, c.x(0));
}

/** -w[t] x[t] averaged with the weights, summed, or per element; x is [N, C, …], targets [N, …]. */
function nllLoss(c: NodeContext, x: Tensor): Tensor {
  const classes = x.shape[1]!;
  const targets = cast(c.x(1), 'int64');
  const column = reshape(targets, [targets.shape[0]!, 1, ...targets.shape.slice(1)]);
  const labels = constant(
    Array.from({ length: classes }, (_, i) => i),
    [1, classes, ...targets.shape.slice(1).map(() => 1)],
    'int64',
  );
  const ignored = c.has('ignore_index') ? c.int('ignore_index', 0) : undefined;
  const hit = cast(equal(labels, column), x.dtype);
  const kept =
    ignored === undefined ? hit : mul(hit, cast(not(equal(column, constant(ignored, [], 'int64'))), x.dtype));
  const weighted =
    c.optional(2) === undefined
      ? kept
      : mul(kept, reshape(c.x(2), [1, classes, ...targets.shape.slice(1).map(() => 1)]));
  const losses = reduceSum(mul(x, weighted), { axes: [1] });
  const reductionMode = c.choice('reduction', 'mean', ['mean', 'sum', 'none']);
  if (reductionMode === 'none') return sub(0, losses);
  const total = sub(0, reduceSum(losses));
  return reductionMode === 'sum' ? total : div(total, reduceSum(weighted));
}
