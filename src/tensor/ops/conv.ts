/** @file Convolution over any number of spatial axes, with groups, dilation and uneven pads. */
import { defineOp } from '../op.ts';
import { formatShape } from '../shape.ts';
import { apply, describeTensor, type Tensor } from '../tensor.ts';
import { convTranspose } from './conv-transpose.ts';
import { convWeightGradient } from './conv-weight-gradient.ts';
import { reduceSum } from './reduce.ts';
import { type ConvAttrs, type WindowOptions, windowCounts, windowExtent, windowOf } from './window.ts';

/** Options of `conv`; `group` splits the channels into that many independent convolutions. */
export interface ConvOptions extends WindowOptions {
  readonly group?: number;
}

export const convOp = defineOp<ConvAttrs>({
  name: 'conv',
  infer: ([x, w, b], attrs) => {
    const [n, c, ...spatial] = x!.shape;
    const [k, cPerGroup, ...kernel] = w!.shape;
    if (spatial.length === 0 || w!.shape.length !== x!.shape.length) {
      throw new TypeError(
        `conv expects [N, C, …] and [K, C / group, …] of one rank, got ${describeTensor(x!)} and ${describeTensor(w!)}.`,
      );
    }
    if (c !== cPerGroup! * attrs.group || k! % attrs.group !== 0) {
      throw new TypeError(
        `conv: weight ${formatShape(w!.shape)} in ${attrs.group} groups expects ${cPerGroup! * attrs.group} input channels, got ${c}.`,
      );
    }
    if (b !== undefined && (b.shape.length !== 1 || b.shape[0] !== k)) {
      throw new TypeError(`conv: bias expects shape [${k}], got ${formatShape(b.shape)}.`);
    }
    return { shape: [n!, k!, ...windowCounts(spatial, kernel, attrs)], dtype: x!.dtype };
  },
  gradient: [
    ({ dy, x: [x, w], attrs }) => convInputGradient(dy, w!, x!.shape, attrs),
    ({ dy, x: [x, w], attrs }) => convWeightGradient(x!, dy, w!.shape, attrs),
    ({ dy }) => reduceSum(dy, { axes: dy.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])) }),
  ],
  lower: ({ e, inputs, x: [, w], attrs: { strides, pads, dilations, group } }) =>
    e.node('Conv', inputs, { kernel_shape: w!.shape.slice(2), strides, pads, dilations, group }),
  samples: [
    {
      inputs: [{ shape: [2, 3, 5, 6] }, { shape: [4, 3, 3, 3] }, { shape: [4] }],
      attrs: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 },
    },
    {
      name: 'constant weight',
      inputs: [{ shape: [2, 3, 5, 6] }, { shape: [4, 3, 3, 3], constant: true }],
      attrs: { strides: [1, 1], pads: [1, 0, 1, 2], dilations: [1, 1], group: 1 },
    },
    {
      name: 'stride 2',
      inputs: [{ shape: [1, 2, 7, 8] }, { shape: [3, 2, 3, 3], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 },
    },
    {
      name: 'stride 2, kernel 1',
      inputs: [{ shape: [1, 2, 6, 7] }, { shape: [3, 2, 1, 1], constant: true }],
      attrs: { strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
    },
    {
      name: 'stride 3 and 2, rest unseen',
      inputs: [{ shape: [1, 2, 9, 8] }, { shape: [3, 2, 2, 3], constant: true }],
      attrs: { strides: [3, 2], pads: [0, 1, 0, 0], dilations: [1, 1], group: 1 },
    },
    {
      name: 'stride 4, kernel 11',
      inputs: [{ shape: [1, 1, 23, 23] }, { shape: [2, 1, 11, 11], constant: true, range: [-0.3, 0.3] }],
      attrs: { strides: [4, 4], pads: [2, 2, 2, 2], dilations: [1, 1], group: 1 },
    },
    {
      name: 'groups',
      inputs: [{ shape: [1, 4, 5, 5] }, { shape: [6, 2, 3, 3] }],
      attrs: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 2 },
    },
    {
      name: 'depthwise, stride 2',
      inputs: [{ shape: [2, 3, 6, 7] }, { shape: [3, 1, 3, 3], constant: true }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 3 },
    },
    {
      name: 'depthwise',
      inputs: [{ shape: [2, 3, 6, 6] }, { shape: [3, 1, 3, 3], constant: true }],
      attrs: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 3 },
    },
    {
      name: 'dilation',
      inputs: [{ shape: [1, 2, 8, 7] }, { shape: [3, 2, 3, 2], constant: true }],
      attrs: { strides: [1, 2], pads: [2, 1, 2, 1], dilations: [2, 3], group: 1 },
    },
    {
      name: 'pads wider than the kernel',
      inputs: [{ shape: [1, 2, 4, 4] }, { shape: [3, 2, 2, 2], constant: true }],
      attrs: { strides: [1, 1], pads: [2, 2, 3, 2], dilations: [1, 1], group: 1 },
    },
    {
      name: 'many positions, free weight',
      inputs: [{ shape: [2, 1, 17, 18] }, { shape: [2, 1, 3, 2] }],
      attrs: { strides: [1, 1], pads: [1, 0, 1, 1], dilations: [1, 1], group: 1 },
    },
    {
      name: 'stride 2, free weight',
      inputs: [{ shape: [2, 2, 7, 6] }, { shape: [3, 2, 3, 3] }],
      attrs: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 },
    },
    {
      name: 'one spatial axis',
      inputs: [{ shape: [2, 3, 9] }, { shape: [4, 3, 3] }],
      attrs: { strides: [2], pads: [1, 0], dilations: [1], group: 1 },
    },
    {
      name: 'three spatial axes',
      inputs: [{ shape: [1, 2, 4, 4, 5] }, { shape: [3, 2, 2, 3, 3] }],
      attrs: { strides: [1, 2, 1], pads: [0, 1, 1, 0, 1, 1], dilations: [1, 1, 1], group: 1 },
      unsupported: { webgpu: 'no three-dimensional ConvTranspose there' },
    },
  ],
});

/**
 * Cross-correlation of `x` [N, C, …] with `w` [K, C / group, …], plus `bias` [K].
 * @returns [N, K, …]
 */
export function conv(x: Tensor, w: Tensor, bias?: Tensor, { group = 1, ...window }: ConvOptions = {}): Tensor {
  const attrs = { ...windowOf(window, w.shape.length - 2), group };
  return apply(convOp, bias === undefined ? [x, w] : [x, w, bias], attrs);
}

/** Gradient of a convolution with respect to its input: the transposed convolution that ends at the input's size. */
export function convInputGradient(dy: Tensor, w: Tensor, inputShape: readonly number[], attrs: ConvAttrs): Tensor {
  const { strides, pads, dilations, group } = attrs;
  const rank = strides.length;
  const missing = strides.map((stride, i) => {
    const reached = (dy.shape[i + 2]! - 1) * stride + windowExtent(w.shape[i + 2]!, dilations[i]!);
    return inputShape[i + 2]! + pads[i]! + pads[i + rank]! - reached;
  });
  // Windows that hang over the padded input (ceil mode) reach too far: what they add there is cut off with the end pads.
  const ends = missing.map((rest, i) => pads[i + rank]! - Math.min(rest, 0));
  const outputPadding = missing.map((rest) => Math.max(rest, 0));
  return convTranspose(dy, w, undefined, {
    strides,
    pads: [...pads.slice(0, rank), ...ends],
    dilations,
    group,
    outputPadding,
  });
}
