/**
 * @file Transposed convolution: the adjoint of convolution, and so its input gradient.
 *
 * ONNX Runtime's own ConvTranspose leaves its blocked layout and costs 1.6 to 6 forward convolutions. Written as
 * plain convolutions it stays inside: with stride 1 as one convolution with the kernel flipped in space and its channel
 * axes exchanged, with stride s as one convolution to s² phases of the output that DepthToSpace interleaves.
 */
import { defineOp, type Emitter, type LowerArgs } from '../op.ts';
import { formatShape, type Shape } from '../shape.ts';
import { apply, describeTensor, type Tensor } from '../tensor.ts';
import { conv } from './conv.ts';
import { convWeightGradient } from './conv-weight-gradient.ts';
import { reduceSum } from './reduce.ts';
import { type ConvAttrs, type WindowOptions, windowExtent, windowOf } from './window.ts';

interface ConvTransposeAttrs extends ConvAttrs {
  readonly outputPadding: readonly number[];
}

/** Options of `convTranspose`; `outputPadding` adds rows that no window reaches at each axis's end. */
export interface ConvTransposeOptions extends WindowOptions {
  readonly group?: number;
  readonly outputPadding?: readonly number[];
}

export const convTransposeOp = defineOp<ConvTransposeAttrs>({
  name: 'convTranspose',
  infer: ([x, w, b], { strides, pads, dilations, group, outputPadding }) => {
    const [n, c, ...spatial] = x!.shape;
    const [cIn, kPerGroup, ...kernel] = w!.shape;
    if (w!.shape.length !== x!.shape.length || c !== cIn || c! % group !== 0) {
      throw new TypeError(
        `convTranspose expects [N, C, …] and [C, K / ${group}, …], got ${describeTensor(x!)} and ${describeTensor(w!)}.`,
      );
    }
    if (b !== undefined && b.shape[0] !== kPerGroup! * group) {
      throw new TypeError(`convTranspose: bias expects shape [${kPerGroup! * group}], got ${formatShape(b.shape)}.`);
    }
    const sizes = spatial.map(
      (size, i) =>
        (size - 1) * strides[i]! +
        windowExtent(kernel[i]!, dilations[i]!) +
        outputPadding[i]! -
        pads[i]! -
        pads[i + spatial.length]!,
    );
    if (sizes.some((size) => size < 1))
      throw new RangeError(`convTranspose: pads ${formatShape(pads)} leave nothing of the output.`);
    return { shape: [n!, kPerGroup! * group, ...sizes], dtype: x!.dtype };
  },
  gradient: [
    ({ dy, x: [, w], attrs }) => conv(dy, w!, undefined, forwardAttrs(attrs)),
    ({ dy, x: [x, w], attrs }) => convWeightGradient(dy, x!, w!.shape, attrs),
    ({ dy }) => reduceSum(dy, { axes: dy.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])) }),
  ],
  lower: (args) => {
    const plan = planPhases(args.attrs, args.x[1]!.shape);
    return plan === undefined ? lowerDirectly(args) : lowerAsPhases(args, plan);
  },
  samples: [
    {
      inputs: [{ shape: [2, 3, 4, 5] }, { shape: [3, 4, 3, 3] }, { shape: [4] }],
      attrs: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1, outputPadding: [0, 0] },
    },
    {
      name: 'stride 2',
      inputs: [{ shape: [1, 3, 4, 4] }, { shape: [3, 2, 4, 4], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1, outputPadding: [0, 0] },
    },
    {
      name: 'output padding',
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [2, 3, 3, 3], constant: true }, { shape: [3], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1, outputPadding: [1, 0] },
    },
    {
      name: 'stride beyond the kernel',
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [2, 3, 1, 2], constant: true }],
      attrs: { strides: [2, 3], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1, outputPadding: [1, 2] },
    },
    {
      name: 'uneven pads',
      inputs: [{ shape: [1, 2, 5, 4] }, { shape: [2, 3, 3, 5], constant: true }],
      attrs: { strides: [2, 3], pads: [0, 2, 1, 1], dilations: [1, 1], group: 1, outputPadding: [0, 0] },
    },
    {
      name: 'groups',
      inputs: [{ shape: [1, 4, 4, 4] }, { shape: [4, 3, 3, 3] }],
      attrs: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 2, outputPadding: [0, 0] },
    },
    {
      name: 'depthwise',
      inputs: [{ shape: [1, 3, 4, 4] }, { shape: [3, 1, 3, 3], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 3, outputPadding: [1, 1] },
    },
    {
      name: 'dilation',
      inputs: [{ shape: [1, 2, 4, 4] }, { shape: [2, 3, 3, 2], constant: true }],
      attrs: { strides: [2, 1], pads: [1, 1, 1, 1], dilations: [2, 3], group: 1, outputPadding: [1, 0] },
    },
    {
      name: 'pads wider than the kernel',
      inputs: [{ shape: [1, 2, 6, 6] }, { shape: [2, 3, 2, 2], constant: true }],
      attrs: { strides: [1, 1], pads: [2, 2, 3, 2], dilations: [1, 1], group: 1, outputPadding: [0, 0] },
    },
    {
      name: 'one spatial axis',
      inputs: [{ shape: [2, 3, 5] }, { shape: [3, 2, 4] }],
      attrs: { strides: [2], pads: [1, 1], dilations: [1], group: 1, outputPadding: [0] },
    },
    {
      name: 'three spatial axes',
      inputs: [{ shape: [1, 2, 2, 3, 3] }, { shape: [2, 2, 2, 3, 3] }],
      attrs: { strides: [2, 1, 2], pads: [0, 1, 1, 0, 1, 1], dilations: [1, 1, 1], group: 1, outputPadding: [0, 0, 1] },
      unsupported: { webgpu: 'no three-dimensional ConvTranspose there' },
    },
  ],
});

/**
 * Transposed convolution of `x` [N, C, …] with `w` [C, K / group, …], plus `bias` [K]: the adjoint of
 * `conv(·, w)` with the same window.
 * @returns [N, K, …] with (in - 1) stride + dilation (kernel - 1) + 1 + outputPadding - pads elements along each axis
 */
export function convTranspose(
  x: Tensor,
  w: Tensor,
  bias?: Tensor,
  { group = 1, outputPadding, ...window }: ConvTransposeOptions = {},
): Tensor {
  const rank = w.shape.length - 2;
  const attrs = { ...windowOf(window, rank), group, outputPadding: outputPadding ?? new Array<number>(rank).fill(0) };
  return apply(convTransposeOp, bias === undefined ? [x, w] : [x, w, bias], attrs);
}

function forwardAttrs({ strides, pads, dilations, group }: ConvTransposeAttrs): ConvAttrs {
  return { strides, pads, dilations, group };
}

function lowerDirectly({ e, inputs, x: [x, w, b], ys: [y], attrs }: LowerArgs<ConvTransposeAttrs>): string {
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
  const rank = strides.length;
  const padded = e.node('Pad', [core, e.constant([0, 0, ...new Array<number>(rank).fill(0), 0, 0, ...outputPadding])]);
  if (b === undefined) return padded;
  return e.node('Add', [
    padded,
    e.node('Reshape', [inputs[2]!, e.constant([1, y!.shape[1]!, ...x!.shape.slice(2).map(() => 1)])]),
  ]);
}

/** One spatial axis of the plan: taps per phase, pads of the phase convolution, and the rows it drops at the front. */
interface AxisPlan {
  readonly taps: number;
  readonly padBegin: number;
  readonly padEnd: number;
  readonly skip: number;
}

/**
 * How a transposed convolution of two spatial axes becomes one convolution. Along an axis, output position
 * o = p - pad with p = q s + phase receives x[q - m] w[m s + phase] for m = 0 … taps - 1.
 * Undefined where ConvTranspose itself is the way (groups that are not depthwise, dilation with a stride, …).
 */
function planPhases(
  { strides, pads, dilations, group, outputPadding }: ConvTransposeAttrs,
  weight: Shape,
): AxisPlan[] | undefined {
  const rank = strides.length;
  const strided = strides.some((stride) => stride > 1);
  if (group !== 1 && (strided || weight[0] !== group || weight[1] !== 1)) return undefined;
  if (strided && (rank !== 2 || strides[0] !== strides[1] || dilations.some((d) => d !== 1))) return undefined;
  const axes = strides.map((stride, i): AxisPlan => {
    const taps = Math.ceil(weight[i + 2]! / stride);
    const reach = (taps - 1) * dilations[i]!;
    const drop = Math.floor(pads[i]! / stride);
    return { taps, padBegin: reach - drop, padEnd: reach, skip: pads[i]! - drop * stride };
  });
  if (axes.some(({ padBegin }) => padBegin < 0)) return undefined;
  if (!strided && axes.some(({ padEnd }, i) => padEnd - pads[i + rank]! + outputPadding[i]! < 0)) return undefined;
  return axes;
}

function lowerAsPhases(
  { e, inputs, x: [x, w], ys: [y], attrs }: LowerArgs<ConvTransposeAttrs>,
  axes: readonly AxisPlan[],
): string {
  const { strides, pads, dilations, group, outputPadding } = attrs;
  const rank = strides.length;
  const stride = strides[0]!;
  const bias = inputs.slice(2);
  const ones = new Array<number>(rank).fill(1);
  if (strides.every((s) => s === 1)) {
    const kernel = flipSpatial(e, group === 1 ? exchangeChannels(e, inputs[1]!, rank) : inputs[1]!, rank);
    const padEnds = axes.map(({ padEnd }, i) => padEnd - pads[i + rank]! + outputPadding[i]!);
    return e.node('Conv', [inputs[0]!, kernel, ...bias], {
      kernel_shape: w!.shape.slice(2),
      strides: ones,
      dilations,
      group,
      pads: [...axes.map((a) => a.padBegin), ...padEnds],
    });
  }
  const [c, k, ...kernel] = w!.shape as [number, number, number, number];
  const [th, tw] = axes.map(({ taps }) => taps) as [number, number];
  // [C, K, kh, kw] -> padded to whole phases -> [C, K, th, s, tw, s] -> [K, s, s, C, th, tw], flipped along the taps.
  const rest = [th * stride - kernel[0]!, tw * stride - kernel[1]!];
  const whole = rest.some((r) => r > 0)
    ? e.node('Pad', [inputs[1]!, e.constant([0, 0, 0, 0, 0, 0, ...rest])])
    : inputs[1]!;
  const split = e.node('Reshape', [whole, e.constant([c, k, th, stride, tw, stride])]);
  const phases = e.node('Transpose', [split], { perm: [1, 3, 5, 0, 2, 4] });
  const filters = flipSpatial(e, e.node('Reshape', [phases, e.constant([k * stride * stride, c, th, tw])]), 2);
  const [height, width] = y!.shape.slice(2) as [number, number];
  // Enough phase positions that every output row exists after `skip` rows are dropped.
  const sizes = axes.map(({ skip }, i) => Math.ceil((skip + [height, width][i]!) / stride));
  const padEnds = axes.map(({ padBegin, taps }, i) => sizes[i]! - (x!.shape[i + 2]! + padBegin - taps + 1));
  const kept = padEnds.map((p) => Math.max(p, 0));
  const repeatedBias = bias.length === 0 ? [] : [repeatEach(e, bias[0]!, k, stride * stride)];
  const out = e.node('Conv', [inputs[0]!, filters, ...repeatedBias], {
    kernel_shape: [th, tw],
    strides: [1, 1],
    dilations: [1, 1],
    group: 1,
    pads: [...axes.map((a) => a.padBegin), ...kept],
  });
  const woven = e.node('DepthToSpace', [out], { blocksize: stride, mode: 'CRD' });
  const extents = axes.map(({ padBegin, taps }, i) => (x!.shape[i + 2]! + padBegin + kept[i]! - taps + 1) * stride);
  const begins = axes.map(({ skip }) => skip);
  if (begins.every((b) => b === 0) && extents[0] === height && extents[1] === width) return woven;
  return e.node('Slice', [
    woven,
    e.constant(begins),
    e.constant([begins[0]! + height, begins[1]! + width]),
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

function repeatEach(e: Emitter, b: string, count: number, times: number): string {
  const column = e.node('Reshape', [b, e.constant([count, 1])]);
  return e.node('Reshape', [e.node('Expand', [column, e.constant([count, times])]), e.constant([count * times])]);
}
