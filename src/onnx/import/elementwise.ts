/** @file Import of ONNX's elementwise ops. */
import { isFloat } from '../../tensor/dtype.ts';
import * as activation from '../../tensor/ops/activation.ts';
import { add, div, mul, neg, sub } from '../../tensor/ops/arithmetic.ts';
import { broadcastTo } from '../../tensor/ops/basic.ts';
import { cast } from '../../tensor/ops/cast.ts';
import * as compare from '../../tensor/ops/compare.ts';
import { ceil, clip, floor, maximum, minimum, mod, pow, round } from '../../tensor/ops/extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import * as unary from '../../tensor/ops/unary.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { dtypeOf, elementTypeName } from '../file/element-type.ts';
import { type Handler, ImportError, type NodeContext } from './node-context.ts';

const one =
  (f: (x: Tensor) => Tensor): Handler =>
  (c) =>
    f(c.x(0));
const two =
  (f: (a: Tensor, b: Tensor) => Tensor): Handler =>
  (c) =>
    f(c.x(0), c.x(1));
const many =
  (f: (a: Tensor, b: Tensor) => Tensor): Handler =>
  (c) =>
    c.all.reduce((y, x) => f(y, x));

function importClip(c: NodeContext): Tensor {
  const x = c.x(0);
  const low = c.optional(1) ?? (c.has('min') ? c.float('min', 0) : Number.NEGATIVE_INFINITY);
  const high = c.optional(2) ?? (c.has('max') ? c.float('max', 0) : Number.POSITIVE_INFINITY);
  // min(max(x, low), high) for whole numbers, whose infinite bounds do not exist.
  if (isFloat(x.dtype)) return clip(x, low, high);
  const above = typeof low === 'number' ? x : maximum(x, low);
  return typeof high === 'number' ? above : minimum(above, high);
}

function importCast(c: NodeContext, elementType: number): Tensor {
  const to = dtypeOf(elementType);
  if (to === undefined) throw new ImportError(`a cast to ${elementTypeName(elementType)} is not supported`);
  return cast(c.x(0), c.services.singlePrecision && isFloat(to) ? 'float32' : to);
}

function importPRelu(c: NodeContext): Tensor {
  const [x, slope] = [c.x(0), c.x(1)];
  // A vector of slopes runs along the channels.
  const perChannel =
    slope.shape.length === 1 &&
    slope.shape[0] === x.shape[1] &&
    x.shape.length > 2 &&
    slope.shape[0] !== x.shape.at(-1);
  return activation.prelu(x, perChannel ? reshape(slope, [slope.shape[0]!, ...x.shape.slice(2).map(() => 1)]) : slope);
}

function importIsInf(c: NodeContext): Tensor {
  const parts = [
    ...(c.flag('detect_positive', true) ? [compare.equal(c.x(0), Number.POSITIVE_INFINITY)] : []),
    ...(c.flag('detect_negative', true) ? [compare.equal(c.x(0), Number.NEGATIVE_INFINITY)] : []),
  ];
  return parts.length === 0 ? compare.less(c.x(0), c.x(0)) : parts.reduce(compare.or);
}

/** At inference dropout is the identity, and its mask is true everywhere. */
function importDropout(c: NodeContext): readonly Tensor[] {
  if (c.opset >= 12 && c.static(2)?.[0])
    throw new ImportError('training mode is not supported; export the model for inference');
  return [c.x(0), broadcastTo(constant(1, [], 'bool'), c.x(0).shape)];
}

export const elementwiseHandlers: Readonly<Record<string, Handler>> = {
  Abs: one(unary.abs),
  Acos: one(unary.acos),
  Acosh: one(unary.acosh),
  Add: two(add),
  And: two(compare.and),
  Asin: one(unary.asin),
  Asinh: one(unary.asinh),
  Atan: one(unary.atan),
  Atanh: one(unary.atanh),
  Cast: (c) => importCast(c, c.int('to', 1)),
  CastLike: (c) => cast(c.x(0), c.x(1).dtype),
  Ceil: one(ceil),
  Celu: (c) => activation.celu(c.x(0), c.float('alpha', 1)),
  Clip: importClip,
  Cos: one(unary.cos),
  Cosh: one(unary.cosh),
  Div: two(div),
  Elu: (c) => activation.elu(c.x(0), c.float('alpha', 1)),
  Equal: two(compare.equal),
  Erf: one(unary.erf),
  Exp: one(unary.exp),
  Floor: one(floor),
  Gelu: (c) => activation.gelu(c.x(0), { approximate: c.choice('approximate', 'none', ['none', 'tanh']) }),
  Greater: two(compare.greater),
  GreaterOrEqual: two(compare.greaterEqual),
  HardSigmoid: (c) => activation.hardSigmoid(c.x(0), c.float('alpha', 0.2), c.float('beta', 0.5)),
  HardSwish: one(activation.hardSwish),
  Identity: one((x) => x),
  IsInf: importIsInf,
  IsNaN: one(compare.isNan),
  LeakyRelu: (c) => activation.leakyRelu(c.x(0), c.float('alpha', 0.01)),
  Less: two(compare.less),
  LessOrEqual: two(compare.lessEqual),
  Log: one(unary.log),
  Max: many(maximum),
  Mean: (c) =>
    div(
      c.all.reduce((y, x) => add(y, x)),
      c.all.length,
    ),
  Min: many(minimum),
  Mish: one(activation.mish),
  Mod: (c) => mod(c.x(0), c.x(1), { truncated: c.flag('fmod') }),
  Mul: two(mul),
  Neg: one(neg),
  Not: one(compare.not),
  Or: two(compare.or),
  Pow: (c) => cast(pow(c.x(0), c.x(1)), c.x(0).dtype),
  PRelu: importPRelu,
  Reciprocal: one(unary.reciprocal),
  Relu: one(activation.relu),
  Round: one(round),
  Selu: (c) => activation.selu(c.x(0), c.float('alpha', 1.6732632423543772), c.float('gamma', 1.0507009873554805)),
  Shrink: (c) => activation.shrink(c.x(0), { bias: c.float('bias', 0), lambda: c.float('lambd', 0.5) }),
  Sigmoid: one(activation.sigmoid),
  Sign: one(unary.sign),
  Sin: one(unary.sin),
  Sinh: one(unary.sinh),
  Softplus: one(activation.softplus),
  Softsign: one(activation.softsign),
  Sqrt: one(unary.sqrt),
  Sub: two(sub),
  Sum: many(add),
  Swish: (c) => mul(c.x(0), activation.sigmoid(mul(c.x(0), c.float('alpha', 1)))),
  Tan: one(unary.tan),
  Tanh: one(activation.tanh),
  ThresholdedRelu: (c) => activation.thresholdedRelu(c.x(0), c.float('alpha', 1)),
  Where: (c) => compare.where(c.x(0), c.x(1), c.x(2)),
  Xor: two(compare.xor),
  Dropout: importDropout,
};
