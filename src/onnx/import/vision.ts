/** @file Import of ONNX's convolutions, pools, normalisations, resampling and quantisation. */
import { integerRange } from '../../tensor/dtype.ts';
import { div, mul, sub } from '../../tensor/ops/arithmetic.ts';
import { averagePool, globalAveragePool, globalMaxPool, lpPool } from '../../tensor/ops/average-pool.ts';
import { cast } from '../../tensor/ops/cast.ts';
import { conv } from '../../tensor/ops/conv.ts';
import { convTranspose } from '../../tensor/ops/conv-transpose.ts';
import { clip, maximum, minimum, pow, round } from '../../tensor/ops/extrema.ts';
import { affineGrid, gridSample } from '../../tensor/ops/grid-sample.ts';
import type { CoordinateTransformation } from '../../tensor/ops/interpolation.ts';
import { matmul } from '../../tensor/ops/matmul.ts';
import { maxPool, maxPoolWithIndices } from '../../tensor/ops/max-pool.ts';
import * as norm from '../../tensor/ops/norm.ts';
import { dequantizeLinear, quantizeLinear } from '../../tensor/ops/quantize.ts';
import { reduceSum } from '../../tensor/ops/reduce.ts';
import { reduceMax, reduceMin } from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { resize } from '../../tensor/ops/resize.ts';
import { abs } from '../../tensor/ops/unary.ts';
import { windowExtent } from '../../tensor/ops/window.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { dtypeOf } from '../file/element-type.ts';
import { type Handler, ImportError, type NodeContext } from './node-context.ts';

/** Window attributes with auto_pad worked out. */
function windowAttributes(c: NodeContext, spatial: readonly number[], kernel: readonly number[]) {
  const rank = kernel.length;
  const strides = c.ints('strides') ?? new Array<number>(rank).fill(1);
  const dilations = c.ints('dilations') ?? new Array<number>(rank).fill(1);
  const auto = c.choice('auto_pad', 'NOTSET', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  if (auto === 'NOTSET' || auto === 'VALID') {
    return {
      strides,
      dilations,
      pads: (auto === 'NOTSET' ? c.ints('pads') : undefined) ?? new Array<number>(2 * rank).fill(0),
    };
  }
  const total = spatial.map((size, i) => {
    const count = Math.ceil(size / strides[i]!);
    return Math.max(0, (count - 1) * strides[i]! + windowExtent(kernel[i]!, dilations[i]!) - size);
  });
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad) => Math.ceil(pad / 2));
  return { strides, dilations, pads: auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small] };
}

function importConv(c: NodeContext): Tensor {
  return convolve(c, c.x(0), c.x(1), c.optional(2));
}

function convolve(c: NodeContext, x: Tensor, w: Tensor, bias?: Tensor): Tensor {
  return conv(x, w, bias, { ...windowAttributes(c, x.shape.slice(2), w.shape.slice(2)), group: c.int('group', 1) });
}

function importConvTranspose(c: NodeContext): Tensor {
  const [x, w] = [c.x(0), c.x(1)];
  const kernel = w.shape.slice(2);
  const rank = kernel.length;
  const strides = c.ints('strides') ?? kernel.map(() => 1);
  const dilations = c.ints('dilations') ?? kernel.map(() => 1);
  const outputPadding = c.ints('output_padding') ?? kernel.map(() => 0);
  const auto = c.choice('auto_pad', 'NOTSET', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const asked =
    c.ints('output_shape') ??
    (auto.startsWith('SAME') ? kernel.map((_, i) => x.shape[i + 2]! * strides[i]!) : undefined);
  let pads = (auto === 'NOTSET' ? c.ints('pads') : undefined) ?? new Array<number>(2 * rank).fill(0);
  let extra: number[] = outputPadding;
  if (asked !== undefined) {
    const sizes = asked.slice(-rank);
    const total = kernel.map(
      (k, i) => strides[i]! * (x.shape[i + 2]! - 1) + outputPadding[i]! + windowExtent(k, dilations[i]!) - sizes[i]!,
    );
    const [small, large] = [
      total.map((pad) => Math.floor(Math.max(pad, 0) / 2)),
      total.map((pad) => Math.ceil(Math.max(pad, 0) / 2)),
    ];
    pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
    extra = outputPadding.map((p, i) => p + Math.max(-total[i]!, 0));
  }
  return convTranspose(x, w, c.optional(2), {
    strides,
    dilations,
    pads,
    outputPadding: extra,
    group: c.int('group', 1),
  });
}

function importMaxPool(c: NodeContext): Tensor | readonly Tensor[] {
  const x = c.x(0);
  const kernel = c.ints('kernel_shape')!;
  const options = { ...windowAttributes(c, x.shape.slice(2), kernel), ceilMode: c.flag('ceil_mode') };
  const floats = x.dtype === 'float32' || x.dtype === 'float64';
  if (c.wants(1)) return maxPoolWithIndices(x, kernel, { ...options, columnMajor: c.flag('storage_order') });
  return floats ? maxPool(x, kernel, options) : cast(maxPool(cast(x, 'float32'), kernel, options), x.dtype);
}

function importAveragePool(c: NodeContext): Tensor {
  const kernel = c.ints('kernel_shape')!;
  const options = { ...windowAttributes(c, c.x(0).shape.slice(2), kernel), ceilMode: c.flag('ceil_mode') };
  return averagePool(c.x(0), kernel, { ...options, countIncludePad: c.flag('count_include_pad') });
}

function importLpPool(c: NodeContext): Tensor {
  const kernel = c.ints('kernel_shape')!;
  return lpPool(c.x(0), kernel, {
    ...windowAttributes(c, c.x(0).shape.slice(2), kernel),
    ceilMode: c.flag('ceil_mode'),
    p: c.int('p', 2),
  });
}

function importBatchNorm(c: NodeContext): Tensor {
  if (c.opset >= 14 && c.flag('training_mode'))
    throw new ImportError('training mode is not supported; export the model for inference');
  return norm.batchNorm(c.x(0), c.x(1), c.x(2), c.x(3), c.x(4), c.float('epsilon', 1e-5));
}

function importLayerNorm(c: NodeContext): readonly Tensor[] {
  const x = c.x(0);
  const options = { axis: c.int('axis', -1), epsilon: c.float('epsilon', 1e-5) };
  const { mean, inverseDeviation } = norm.layerStatistics(x, options);
  return [norm.layerNorm(x, c.x(1), c.optional(2), options), mean, inverseDeviation];
}

function importGroupNorm(c: NodeContext): Tensor {
  const [x, groups] = [c.x(0), c.int('num_groups', 1)];
  const channels = x.shape[1]!;
  // Opset 18 has one scale per group, opset 21 one per channel.
  const spread = (v: Tensor) =>
    v.shape[0] === channels
      ? v
      : reshape(
          mul(reshape(v, [groups, 1]), constant(new Array(channels / groups).fill(1), [1, channels / groups], v.dtype)),
          [channels],
        );
  return norm.groupNorm(x, spread(c.x(1)), spread(c.x(2)), { groups, epsilon: c.float('epsilon', 1e-5) });
}

function importResize(c: NodeContext): Tensor {
  if (c.opset < 11) return importFirstResize(c);
  const x = c.x(0);
  const rank = x.shape.length;
  const axes = (c.ints('axes') ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis));
  const givenSizes = nonEmpty(c.static(3));
  const givenScales = nonEmpty(c.static(2));
  if (givenSizes === undefined && givenScales === undefined)
    throw new ImportError('one of the inputs scales and sizes is needed');
  const coordinates = c.string('coordinate_transformation_mode', 'half_pixel') as CoordinateTransformation;
  const keep = c.choice('keep_aspect_ratio_policy', 'stretch', ['stretch', 'not_larger', 'not_smaller']);
  let scales = givenScales;
  let sizes = givenSizes ?? axes.map((axis, i) => Math.floor(x.shape[axis]! * givenScales![i]!));
  if (givenSizes !== undefined && keep !== 'stretch') {
    const ratios = axes.map((axis, i) => givenSizes[i]! / x.shape[axis]!);
    const scale = keep === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    sizes = axes.map((axis) => Math.round(x.shape[axis]! * scale));
    scales = axes.map(() => scale);
  }
  const roi = coordinates === 'tf_crop_and_resize' ? c.static(1)! : undefined;
  const count = axes.length;
  return resize(x, {
    axes,
    sizes,
    mode: c.choice('mode', 'nearest', ['nearest', 'linear', 'cubic']),
    coordinates,
    nearest: c.choice('nearest_mode', 'round_prefer_floor', [
      'round_prefer_floor',
      'round_prefer_ceil',
      'floor',
      'ceil',
    ]),
    cubicCoefficient: c.float('cubic_coeff_a', -0.75),
    excludeOutside: c.flag('exclude_outside'),
    antialias: c.flag('antialias'),
    extrapolationValue: c.float('extrapolation_value', 0),
    ...(scales === undefined ? {} : { scales }),
    ...(roi === undefined ? {} : { roi: axes.map((_, i) => [roi[i]!, roi[i + count]!] as const) }),
  });
}

/** Resize of opset 10: scales alone, asymmetric coordinates; the nearest element is the next one where an axis shrinks. */
function importFirstResize(c: NodeContext): Tensor {
  const scales = c.static(1)!;
  const mode = c.choice('mode', 'nearest', ['nearest', 'linear']);
  const along = (x: Tensor, axes: readonly number[], nearest: 'floor' | 'ceil') =>
    resize(x, {
      axes,
      sizes: axes.map((axis) => Math.floor(x.shape[axis]! * scales[axis]!)),
      scales: axes.map((axis) => scales[axis]!),
      mode,
      coordinates: 'asymmetric',
      nearest,
    });
  const all = scales.map((_, axis) => axis);
  const shrinking = all.filter((axis) => scales[axis]! < 1);
  const others = all.filter((axis) => scales[axis]! >= 1);
  return along(along(c.x(0), shrinking, 'ceil'), others, 'floor');
}

function nonEmpty(values: number[] | undefined): number[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}

function importUpsample(c: NodeContext): Tensor {
  const x = c.x(0);
  const scales = c.static(1) ?? c.floats('scales')!;
  const sizes = x.shape.map((size, axis) => Math.floor(size * scales[axis]!));
  return resize(x, {
    axes: x.shape.map((_, axis) => axis),
    sizes,
    scales,
    mode: c.choice('mode', 'nearest', ['nearest', 'linear']),
    coordinates: 'asymmetric',
    nearest: 'floor',
  });
}

function importGridSample(c: NodeContext): Tensor {
  const names = { bilinear: 'linear', bicubic: 'cubic', linear: 'linear', cubic: 'cubic', nearest: 'nearest' } as const;
  const mode = names[c.choice('mode', 'linear', ['linear', 'bilinear', 'nearest', 'cubic', 'bicubic'])];
  const padding = c.choice('padding_mode', 'zeros', ['zeros', 'border', 'reflection']);
  return gridSample(c.x(0), c.x(1), { mode, padding, alignCorners: c.flag('align_corners') });
}

function importQuantize(c: NodeContext): Tensor {
  if (c.int('block_size', 0) !== 0) throw new ImportError('blocked quantisation is not supported');
  const to = c.optional(2)?.dtype ?? dtypeOf(c.int('output_dtype', 2)) ?? 'uint8';
  const zero = c.optional(2) ?? constant(new Array<number>(c.x(1).shape[0] ?? 1).fill(0), c.x(1).shape, to);
  return quantizeLinear(cast(c.x(0), c.x(1).dtype), c.x(1), zero, { axis: c.int('axis', 1) });
}

function importDequantize(c: NodeContext): Tensor {
  if (c.int('block_size', 0) !== 0) throw new ImportError('blocked quantisation is not supported');
  return dequantizeLinear(c.x(0), c.x(1), c.optional(2), { axis: c.int('axis', 1) });
}

function importQLinearConv(c: NodeContext): Tensor {
  const x = dequantizeLinear(c.x(0), c.x(1), c.x(2));
  const w = dequantizeLinear(c.x(3), c.x(4), c.x(5), { axis: 0 });
  const bias = c.optional(8) === undefined ? undefined : mul(cast(c.x(8), 'float32'), mul(c.x(1), c.x(4)));
  return quantizeLinear(convolve(c, x, w, bias), c.x(6), c.x(7));
}

function importQLinearMatMul(c: NodeContext): Tensor {
  const side = (i: number) => {
    const [x, scale, zero] = [c.x(i), c.x(i + 1), c.x(i + 2)];
    return mul(sub(cast(x, 'float32'), cast(zero, 'float32')), cast(scale, 'float32'));
  };
  return quantizeLinear(matmul(side(0), side(3)), cast(c.x(6), 'float32'), c.x(7));
}

function importConvInteger(c: NodeContext): Tensor {
  const shifted = (x: Tensor, zero: Tensor | undefined) => {
    const value = cast(x, 'float32');
    if (zero === undefined) return value;
    const z = cast(zero, 'float32');
    return sub(value, z.shape.length === 1 && z.shape[0] !== 1 ? reshape(z, [z.shape[0]!, 1, 1, 1]) : z);
  };
  return cast(convolve(c, shifted(c.x(0), c.optional(2)), shifted(c.x(1), c.optional(3))), 'int32');
}

/** Scale and zero point from the data's own range, which always includes 0. */
function importDynamicQuantize(c: NodeContext): readonly Tensor[] {
  const x = c.x(0);
  const [low, high] = integerRange('uint8');
  const [bottom, top] = [minimum(reduceMin(x), 0), maximum(reduceMax(x), 0)];
  const scale = div(sub(top, bottom), high - low);
  const zero = cast(clip(round(sub(low, div(bottom, scale))), low, high), 'uint8');
  return [quantizeLinear(x, scale, zero), scale, zero];
}

export const visionHandlers: Readonly<Record<string, Handler>> = {
  AffineGrid: (c) => affineGrid(c.x(0), c.static(1)!.slice(2), c.flag('align_corners')),
  AveragePool: importAveragePool,
  BatchNormalization: importBatchNorm,
  Conv: importConv,
  ConvInteger: importConvInteger,
  ConvTranspose: importConvTranspose,
  DequantizeLinear: importDequantize,
  DynamicQuantizeLinear: importDynamicQuantize,
  GlobalAveragePool: (c) => globalAveragePool(c.x(0)),
  GlobalLpPool: (c) => globalLpPool(c.x(0), c.int('p', 2)),
  GlobalMaxPool: (c) => globalMaxPool(c.x(0)),
  GridSample: importGridSample,
  GroupNormalization: importGroupNorm,
  InstanceNormalization: (c) => norm.instanceNorm(c.x(0), c.x(1), c.x(2), c.float('epsilon', 1e-5)),
  LayerNormalization: importLayerNorm,
  LpPool: importLpPool,
  LRN: (c) =>
    norm.localResponseNorm(c.x(0), {
      size: c.int('size', 1),
      alpha: c.float('alpha', 1e-4),
      beta: c.float('beta', 0.75),
      bias: c.float('bias', 1),
    }),
  MaxPool: importMaxPool,
  MeanVarianceNormalization: (c) => norm.meanVarianceNorm(c.x(0), c.ints('axes') ?? [0, 2, 3]),
  QLinearConv: importQLinearConv,
  QLinearMatMul: importQLinearMatMul,
  QuantizeLinear: importQuantize,
  Resize: importResize,
  RMSNormalization: (c) => norm.rmsNorm(c.x(0), c.x(1), { axis: c.int('axis', -1), epsilon: c.float('epsilon', 1e-5) }),
  Upsample: importUpsample,
};

function globalLpPool(x: Tensor, p: number): Tensor {
  return pow(reduceSum(pow(abs(x), p), { axes: x.shape.slice(2).map((_, i) => i + 2), keepDims: true }), 1 / p);
}
