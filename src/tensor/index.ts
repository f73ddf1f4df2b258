/**
 * @file The tensor language: symbolic tensors, ops as functions, reverse-mode gradients, and the compiler that turns them into one
 * ONNX graph. For people who want gradients and nothing else.
 * @example
 * import { compile, grad, mul, openRuntime, reduceSum } from 'pareidolia/tensor';
 * const device = await openRuntime('cpu');
 * const program = await compile(
 *   ({ x }) => {
 *     const y = reduceSum(mul(x, x));
 *     return { y, dx: grad(y, [x])[0] };
 *   },
 *   { x: { shape: [3], dtype: 'float32' } },
 *   { device },
 * );
 * const { dx } = await program.run({ x: [1, 2, 3] }); // [2, 4, 6]
 */

export { openRuntime } from '#runtime';
export {
  type CompileOptions,
  compile,
  type Feeds,
  numbers,
  type Program,
  type Specs,
  type Tensors,
} from '../runtime/compile.ts';
export { DeviceError, type DeviceRuntime, type TensorData, type TypedArray } from '../runtime/runtime.ts';
export type { DType } from './dtype.ts';
export { coefficients, filtered, gains, pictureOf, type Transfer } from './fourier.ts';
export { type GradientOptions, grad, NoGradientError, vjp } from './grad.ts';
export { frequencies, halfOf, halfSpectrum, inverseSpectrum } from './half-spectrum.ts';
export { type HostTensor, hostTensor } from './host.ts';
export type { Device, Spec } from './op.ts';
export {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  log1p,
  logSigmoid,
  mish,
  prelu,
  relu,
  selu,
  shrink,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  thresholdedRelu,
} from './ops/activation.ts';
export { add, div, mul, neg, sub } from './ops/arithmetic.ts';
export { averagePool, globalAveragePool, globalMaxPool, lpPool } from './ops/average-pool.ts';
export { broadcastTo, full, ones, sumTo, zeros, zerosLike } from './ops/basic.ts';
export { cast } from './ops/cast.ts';
export { and, equal, greater, greaterEqual, isNan, less, lessEqual, not, or, where, xor } from './ops/compare.ts';
export { concat, split, stack } from './ops/concat.ts';
export { conv } from './ops/conv.ts';
export { convTranspose } from './ops/conv-transpose.ts';
export { depthToSpace, flatten, spaceToDepth, squeeze, tile, unsqueeze } from './ops/depth-space.ts';
export { einsum } from './ops/einsum.ts';
export { expand } from './ops/expand.ts';
export { ceil, clip, floor, maximum, minimum, mod, pow, round } from './ops/extrema.ts';
export { gather, gatherElements, gatherND } from './ops/gather.ts';
export { affineGrid, gridSample } from './ops/grid-sample.ts';
export { gemm, matmul } from './ops/matmul.ts';
export { maxPool, maxPoolWithIndices } from './ops/max-pool.ts';
export {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  meanVarianceNorm,
  rmsNorm,
} from './ops/norm.ts';
export { pad } from './ops/pad.ts';
export { dequantizeLinear, quantizeLinear } from './ops/quantize.ts';
export { reduceMean, reduceSum } from './ops/reduce.ts';
export {
  logSumExp,
  reduceL1,
  reduceL2,
  reduceLogSum,
  reduceMax,
  reduceMin,
  reduceProd,
  reduceSumSquare,
} from './ops/reduce-extrema.ts';
export { reshape } from './ops/reshape.ts';
export { resize, upsampleNearest } from './ops/resize.ts';
export { scatterElements, scatterND } from './ops/scatter.ts';
export { flip, slice, take } from './ops/slice.ts';
export { argmax, argmin, cumSum, logSoftmax, lpNormalize, softmax, trilu } from './ops/softmax.ts';
export { standIn } from './ops/stand-in.ts';
export { step, stepBelow } from './ops/step.ts';
export { topK } from './ops/topk.ts';
export { swapAxes, transpose } from './ops/transpose.ts';
export {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  erf,
  exp,
  log,
  reciprocal,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  tan,
} from './ops/unary.ts';
export { substitute } from './rewrite.ts';
export { broadcastShapes, type Shape, sizeOf } from './shape.ts';
export { constant, input, type Node, type Tensor } from './tensor.ts';
