/** @file How a transposed convolution is written as ONNX: as itself, or as convolutions that stay in the blocked layout. */
import type { Emitter, LowerArgs } from '../op.ts';
import type { Shape } from '../shape.ts';
import type { ConvAttrs } from './window.ts';

/** Attributes of a transposed convolution; `outputPadding` adds rows that no window reaches at each axis's end. */
export interface ConvTransposeAttrs extends ConvAttrs {
  readonly outputPadding: readonly number[];
}

type Args = LowerArgs<ConvTransposeAttrs>;

/** Fewer channels than one block of the layout: a convolution for each phase would compute mostly padding. */
const blockChannels = 16;

/** Strides up to this are interleaved by concatenation; beyond it DepthToSpace is quicker. */
const wovenStride = 4;

/** Writes the form that runs fastest. */
export function lowerConvTranspose(args: Args): string {
  const { attrs, x } = args;
  const depthwise = attrs.group > 1 && x[1]!.shape[0] === attrs.group && x[1]!.shape[1] === 1;
  if (attrs.group > 1 && !depthwise) return lowerDirectly(args);
  if (attrs.strides.every((stride) => stride === 1)) return lowerFlipped(args, depthwise) ?? lowerDirectly(args);
  if (attrs.strides.length !== 2 || attrs.strides[0] !== attrs.strides[1] || attrs.dilations.some((d) => d !== 1))
    return lowerDirectly(args);
  // ONNX Runtime 1.30 gives wrong values for interleaved phases on WebGPU from 16 channels at 8 x 8 on, though each of their
  // nodes alone is right there; its own kernel is right.
  if (args.e.device === 'webgpu') return lowerDirectly(args);
  const apart =
    attrs.strides[0]! <= wovenStride && (depthwise || x[1]!.shape[1]! >= blockChannels)
      ? lowerPhaseByPhase(args, depthwise)
      : undefined;
  return apart ?? (depthwise ? undefined : lowerPhasesAtOnce(args)) ?? lowerDirectly(args);
}

function lowerDirectly({ e, inputs, x: [x, w, b], ys: [y], attrs }: Args): string {
  const { strides, pads, dilations, group, outputPadding } = attrs;
  const kernel_shape = w!.shape.slice(2);
  // The runtime refuses output padding as large as the stride: what no window reaches is appended instead.
  const accepted = outputPadding.every((extra, i) => extra === 0 || extra < Math.max(strides[i]!, dilations[i]!));
  if (accepted) {
    return e.node('ConvTranspose', inputs, {
      kernel_shape,
      strides,
      pads,
      dilations,
      group,
      output_padding: outputPadding,
    });
  }
  const core = e.node('ConvTranspose', inputs.slice(0, 2), { kernel_shape, strides, pads, dilations, group });
  const none = strides.map(() => 0);
  const padded = e.node('Pad', [core, e.constant([0, 0, ...none, 0, 0, ...outputPadding])]);
  if (b === undefined) return padded;
  return e.node('Add', [
    padded,
    e.node('Reshape', [inputs[2]!, e.constant([1, y!.shape[1]!, ...x!.shape.slice(2).map(() => 1)])]),
  ]);
}

/** Stride 1: one convolution with the kernel flipped in space and its channel axes exchanged. */
function lowerFlipped({ e, inputs, x: [, w], attrs }: Args, depthwise: boolean): string | undefined {
  const { pads, dilations, group, outputPadding } = attrs;
  const rank = dilations.length;
  const reach = dilations.map((d, i) => (w!.shape[i + 2]! - 1) * d);
  const begins = reach.map((r, i) => r - pads[i]!);
  const ends = reach.map((r, i) => r - pads[i + rank]! + outputPadding[i]!);
  if ([...begins, ...ends].some((p) => p < 0)) return undefined;
  const kernel = flipSpatial(e, depthwise ? inputs[1]! : exchangeChannels(e, inputs[1]!, rank), rank);
  const strides = dilations.map(() => 1);
  return e.node('Conv', [inputs[0]!, kernel, ...inputs.slice(2)], {
    kernel_shape: w!.shape.slice(2),
    strides,
    dilations,
    group,
    pads: [...begins, ...ends],
  });
}

/**
 * Along an axis, output position o = q s + phase - pad receives x[q - m] w[m s + phase] for m = 0 … taps - 1. `drop` whole
 * positions q and `skip` rows of the first kept one lie before the output's start.
 */
function phaseGeometry({ strides, pads }: ConvTransposeAttrs, kernel: Shape, output: Shape) {
  return strides.map((stride, i) => {
    const drop = Math.floor(pads[i]! / stride);
    const skip = pads[i]! - drop * stride;
    return {
      stride,
      drop,
      skip,
      count: Math.ceil((skip + output[i]!) / stride),
      taps: (phase: number) => Math.max(0, Math.ceil((kernel[i]! - phase) / stride)),
    };
  });
}

/** A convolution for each phase with its own part of the kernel, so that nothing is multiplied by zero. */
function lowerPhaseByPhase({ e, inputs, x: [x, w], ys: [y], attrs }: Args, depthwise: boolean): string | undefined {
  const output = y!.shape.slice(2);
  const axes = phaseGeometry(attrs, w!.shape.slice(2), output);
  const stride = axes[0]!.stride;
  const phases = Array.from({ length: stride * stride }, (_, i) => [Math.floor(i / stride), i % stride] as const);
  const windows = phases.map((phase) =>
    axes.map(({ drop, count, taps }, axis) => {
      const length = taps(phase[axis]!);
      const begin = length - 1 - drop;
      return { length, begin, end: count - x!.shape[axis + 2]! - begin + length - 1 };
    }),
  );
  const empty = (window: (typeof windows)[number]) => window.some(({ length }) => length === 0);
  if (windows.some((window) => !empty(window) && window.some(({ begin, end }) => begin < 0 || end < 0)))
    return undefined;

  const channels = y!.shape[1]!;
  const counts = axes.map(({ count }) => count);
  const parts = phases.map((phase, i) => {
    const window = windows[i]!;
    if (empty(window)) return filled(e, inputs[2], [x!.shape[0]!, channels, ...counts]);
    const part = e.node('Slice', [
      inputs[1]!,
      e.constant(phase),
      e.constant([2 ** 31, 2 ** 31]),
      e.constant([2, 3]),
      e.constant([stride, stride]),
    ]);
    const kernel = flipSpatial(e, depthwise ? part : exchangeChannels(e, part, 2), 2);
    return e.node('Conv', [inputs[0]!, kernel, ...inputs.slice(2)], {
      kernel_shape: window.map(({ length }) => length),
      strides: [1, 1],
      dilations: [1, 1],
      group: attrs.group,
      pads: [...window.map(({ begin }) => begin), ...window.map(({ end }) => end)],
    });
  });
  return cropTo(
    e,
    weave(e, parts, stride, [x!.shape[0]! * channels, ...counts], [x!.shape[0]!, channels]),
    axes.map(({ skip }) => skip),
    counts.map((count) => count * stride),
    output,
  );
}

/**
 * Interleaves phases, rows outer, each [lead, h, w]: first the columns of each row, then the rows. Concatenation along a
 * new axis does this faster than DepthToSpace.
 */
function weave(
  e: Emitter,
  phases: readonly string[],
  stride: number,
  [lead, h, w]: readonly number[],
  batch: readonly number[],
): string {
  const as = (value: string, shape: Shape) => e.node('Reshape', [value, e.constant(shape)]);
  const rows = Array.from({ length: stride }, (_, i) => {
    const columns = phases.slice(i * stride, (i + 1) * stride).map((phase) => as(phase, [lead! * h! * w!, 1]));
    return as(e.node('Concat', columns, { axis: 1 }), [lead! * h!, 1, w! * stride]);
  });
  return as(e.node('Concat', rows, { axis: 1 }), [...batch, h! * stride, w! * stride]);
}

/** What a phase holds that no kernel element reaches: zeros, or the bias. */
function filled(e: Emitter, bias: string | undefined, shape: Shape): string {
  const value =
    bias === undefined ? e.constant([0], 'float32', [1]) : e.node('Reshape', [bias, e.constant([1, shape[1]!, 1, 1])]);
  return e.node('Expand', [value, e.constant(shape)]);
}

/** One convolution to all phases, each kernel part padded to the longest. */
function lowerPhasesAtOnce({ e, inputs, x: [x, w], ys: [y], attrs }: Args): string | undefined {
  const output = y!.shape.slice(2);
  const [c, k, ...kernel] = w!.shape as [number, number, number, number];
  const axes = phaseGeometry(attrs, kernel, output);
  const stride = axes[0]!.stride;
  const [th, tw] = axes.map(({ taps }) => taps(0)) as [number, number];
  const begins = axes.map(({ taps, drop }) => taps(0) - 1 - drop);
  if (begins.some((begin) => begin < 0)) return undefined;
  // [C, K, kh, kw] -> padded to whole phases -> [C, K, th, s, tw, s] -> [s, s, K, C, th, tw], flipped along the taps.
  const rest = [th * stride - kernel[0]!, tw * stride - kernel[1]!];
  const whole = rest.some((r) => r > 0)
    ? e.node('Pad', [inputs[1]!, e.constant([0, 0, 0, 0, 0, 0, ...rest])])
    : inputs[1]!;
  const split = e.node('Reshape', [whole, e.constant([c, k, th, stride, tw, stride])]);
  const exchanged = e.node('Transpose', [split], { perm: [3, 5, 1, 0, 2, 4] });
  const filters = flipSpatial(e, e.node('Reshape', [exchanged, e.constant([k * stride * stride, c, th, tw])]), 2);
  const bias = inputs[2] === undefined ? [] : [repeated(e, inputs[2], k, stride * stride)];
  const ends = axes.map(({ count, taps }, i) => Math.max(0, count - (x!.shape[i + 2]! + begins[i]! - taps(0) + 1)));
  const out = e.node('Conv', [inputs[0]!, filters, ...bias], {
    kernel_shape: [th, tw],
    strides: [1, 1],
    dilations: [1, 1],
    group: 1,
    pads: [...begins, ...ends],
  });
  const sizes = axes.map(({ taps }, i) => x!.shape[i + 2]! + begins[i]! + ends[i]! - taps(0) + 1);
  const count = stride * stride;
  const woven =
    stride > wovenStride
      ? e.node('DepthToSpace', [out], { blocksize: stride, mode: 'DCR' })
      : weave(
          e,
          e.nodes('Split', [out], { axis: 1, num_outputs: count }, new Array<boolean>(count).fill(true)),
          stride,
          [x!.shape[0]! * k, ...sizes],
          [x!.shape[0]!, k],
        );
  return cropTo(
    e,
    woven,
    axes.map(({ skip }) => skip),
    sizes.map((size) => size * stride),
    output,
  );
}

function cropTo(
  e: Emitter,
  value: string,
  begins: readonly number[],
  extents: readonly number[],
  output: Shape,
): string {
  if (begins.every((begin) => begin === 0) && extents.every((extent, i) => extent === output[i])) return value;
  return e.node('Slice', [
    value,
    e.constant(begins),
    e.constant(begins.map((begin, i) => begin + output[i]!)),
    e.constant([2, 3]),
  ]);
}

function exchangeChannels(e: Emitter, w: string, rank: number): string {
  return e.node('Transpose', [w], { perm: [1, 0, ...Array.from({ length: rank }, (_, i) => i + 2)] });
}

function flipSpatial(e: Emitter, w: string, rank: number): string {
  const each = (value: number) => e.constant(new Array<number>(rank).fill(value));
  return e.node('Slice', [
    w,
    each(-1),
    each(-(2 ** 31)),
    e.constant(Array.from({ length: rank }, (_, i) => i + 2)),
    each(-1),
  ]);
}

function repeated(e: Emitter, b: string, count: number, times: number): string {
  const rows = e.node('Expand', [e.node('Reshape', [b, e.constant([1, count])]), e.constant([times, count])]);
  return e.node('Reshape', [rows, e.constant([count * times])]);
}
