/**
 * @file Transposed convolution: the adjoint of convolution, and so its input gradient.
 *
 * ONNX Runtime's own ConvTranspose leaves its blocked layout and costs 1.6 to 6 forward convolutions. Written as
 * plain convolutions it stays inside: with stride 1 as one convolution with the kernel flipped in space and its channel
 * axes exchanged, with stride s as convolutions to the s² phases of the output, which are then interleaved.
 */
import { defineOp } from '../op.ts';
import { formatShape } from '../shape.ts';
import { apply, describeTensor, type Tensor } from '../tensor.ts';
import { conv } from './conv.ts';
import { type ConvTransposeAttrs, lowerConvTranspose } from './conv-transpose-lowering.ts';
import { convWeightGradient } from './conv-weight-gradient.ts';
import { reduceSum } from './reduce.ts';
import { type ConvAttrs, type WindowOptions, windowExtent, windowOf } from './window.ts';

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
  lower: lowerConvTranspose,
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
      name: 'a convolution for each phase',
      inputs: [{ shape: [1, 2, 4, 5] }, { shape: [2, 16, 3, 3], constant: true }, { shape: [16], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1, outputPadding: [1, 0] },
    },
    {
      name: 'stride 5',
      inputs: [{ shape: [1, 2, 3, 2] }, { shape: [2, 3, 5, 7], constant: true }],
      attrs: { strides: [5, 5], pads: [0, 1, 0, 1], dilations: [1, 1], group: 1, outputPadding: [0, 0] },
    },
    {
      name: 'phases that no kernel element reaches',
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [2, 16, 1, 2], constant: true }, { shape: [16], constant: true }],
      attrs: { strides: [3, 3], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1, outputPadding: [1, 0] },
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
