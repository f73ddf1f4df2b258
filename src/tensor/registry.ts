/** @file Every op of the language, gathered from the files that define them; the contract suite walks this list. */
import type { Op } from './op.ts';
import * as activation from './ops/activation.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as averagePool from './ops/average-pool.ts';
import * as batchNorm from './ops/batch-norm.ts';
import * as cast from './ops/cast.ts';
import * as compare from './ops/compare.ts';
import * as concat from './ops/concat.ts';
import * as conv from './ops/conv.ts';
import * as convTranspose from './ops/conv-transpose.ts';
import * as depthSpace from './ops/depth-space.ts';
import * as einsum from './ops/einsum.ts';
import * as expand from './ops/expand.ts';
import * as extrema from './ops/extrema.ts';
import * as gather from './ops/gather.ts';
import * as gridSample from './ops/grid-sample.ts';
import * as matmul from './ops/matmul.ts';
import * as maxPool from './ops/max-pool.ts';
import * as pad from './ops/pad.ts';
import * as quantize from './ops/quantize.ts';
import * as reduce from './ops/reduce.ts';
import * as reduceExtrema from './ops/reduce-extrema.ts';
import * as reshape from './ops/reshape.ts';
import * as resize from './ops/resize.ts';
import * as scatter from './ops/scatter.ts';
import * as slice from './ops/slice.ts';
import * as softmax from './ops/softmax.ts';
import * as standIn from './ops/stand-in.ts';
import * as step from './ops/step.ts';
import * as topk from './ops/topk.ts';
import * as transpose from './ops/transpose.ts';
import * as unary from './ops/unary.ts';

const modules: readonly object[] = [
  activation,
  arithmetic,
  averagePool,
  batchNorm,
  cast,
  compare,
  concat,
  conv,
  convTranspose,
  depthSpace,
  einsum,
  expand,
  extrema,
  gather,
  gridSample,
  matmul,
  maxPool,
  pad,
  quantize,
  reduce,
  reduceExtrema,
  reshape,
  resize,
  scatter,
  slice,
  softmax,
  standIn,
  step,
  topk,
  transpose,
  unary,
];

function isOp(value: unknown): value is Op {
  return typeof value === 'object' && value !== null && 'infer' in value && 'samples' in value;
}

/** All ops, in the order of their files. */
export const registry: readonly Op[] = modules.flatMap((module) => Object.values(module).filter(isOp));
