/**
 * @file Step functions as masks. On ONNX Runtime's CPU they are written as HardSigmoid, clip(alpha y + beta, 0, 1), with
 * a huge power of two as alpha: that op stays in the blocked layout of convolutions, where Where, Greater and Sign leave it.
 */
import { type Attrs, defineOp, type Lowering, type Op } from '../op.ts';
import { apply, type Tensor } from '../tensor.ts';
import { onnxTypeNumber } from './cast.ts';

/** Slope of the ramp that stands for a step; a power of two, so that products with it are exact. */
const slope = 2 ** 100;

interface StepAttrs extends Attrs {
  readonly at: number;
  readonly falling: boolean;
}

const ramp: Lowering<StepAttrs> = ({ e, inputs, attrs: { at, falling } }) => {
  const alpha = falling ? -slope : slope;
  return e.node('HardSigmoid', inputs, { alpha: { float: alpha }, beta: { float: -alpha * Math.fround(at) } });
};

const compare: Lowering<StepAttrs> = ({ e, inputs: [y], x: [tensor], attrs: { at, falling } }) => {
  const bound = e.constant([at], tensor!.dtype, []);
  const above = e.node(falling ? 'Less' : 'Greater', [y!, bound]);
  return e.node('Cast', [above], { to: onnxTypeNumber[tensor!.dtype] });
};

export const stepOp: Op<StepAttrs> = defineOp<StepAttrs>({
  name: 'step',
  infer: ([y]) => ({ shape: y!.shape, dtype: y!.dtype }),
  gradient: 'zero',
  lower: {
    default: (args) =>
      args.x[0]!.dtype === 'float32' && Math.abs(args.attrs.at) < 2 ** 24 ? ramp(args) : compare(args),
    webgpu: compare,
  },
  evaluate: ([y], { at, falling }) =>
    y!.data.map((value) => Number(falling ? value < Math.fround(at) : value > Math.fround(at))),
  samples: [
    { inputs: [{ shape: [6], values: [-1, -1e-20, 0, 1e-20, 0.5, 7] }], attrs: { at: 0, falling: false } },
    {
      name: 'falling',
      inputs: [{ shape: [5], values: [0, 5.999999, 6, 6.000001, 9] }],
      attrs: { at: 6, falling: true },
    },
    {
      name: 'double',
      inputs: [{ shape: [3], values: [-1, 0, 1], dtype: 'float64', fixed: true }],
      attrs: { at: 0, falling: false },
    },
  ],
});

/** 1 where y > at, 0 elsewhere, in y's type. Values within 2^-100 of the bound count in part. */
export function step(y: Tensor, at = 0): Tensor {
  return apply(stepOp, [y], { at, falling: false });
}

/** 1 where y < at, 0 elsewhere, in y's type. */
export function stepBelow(y: Tensor, at: number): Tensor {
  return apply(stepOp, [y], { at, falling: true });
}

/** How far beside a bound a step is taken that counts the bound itself in. */
function besides(at: number): number {
  return at === 0 ? 2 ** -90 : Math.abs(at) * 2 ** -23;
}

/** 1 where y >= at, 0 elsewhere. */
export function stepFrom(y: Tensor, at: number): Tensor {
  return step(y, at - besides(at));
}

/** 1 where y <= at, 0 elsewhere. */
export function stepUpTo(y: Tensor, at: number): Tensor {
  return stepBelow(y, at + besides(at));
}
