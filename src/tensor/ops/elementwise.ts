/** @file What all elementwise ops share: their shape rule, their value on the host, and makers for op families. */
import type { DType } from '../dtype.ts';
import type { HostTensor } from '../host.ts';
import {
  type Attrs,
  type Device,
  defineOp,
  type Gradient,
  type Lowering,
  type Op,
  type Sample,
  type Spec,
} from '../op.ts';
import { broadcastShapes, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { describeTensor, type Tensor, uniformValue } from '../tensor.ts';

/** The one element type of all inputs. */
export function commonDType(name: string, inputs: readonly Tensor[]): DType {
  const { dtype } = inputs[0]!;
  const other = inputs.find((x) => x.dtype !== dtype);
  if (other !== undefined) {
    throw new TypeError(
      `${name} expects operands of one type, got ${describeTensor(inputs[0]!)} and ${describeTensor(other)}; cast one.`,
    );
  }
  return dtype;
}

/** Shape rule of an op that works element by element on broadcast operands of one type. */
export function inferBroadcast(name: string, inputs: readonly Tensor[], dtype?: DType): Spec {
  const common = commonDType(name, inputs);
  return { shape: broadcastShapes(...inputs.map((x) => x.shape)), dtype: dtype ?? common };
}

/** Calls `visit` with each output position and the flat positions of the broadcast operands that meet there. */
export function forEachBroadcast(
  shape: Shape,
  operands: readonly Shape[],
  visit: (at: number, positions: readonly number[]) => void,
): void {
  const steps = operands.map((operand) => {
    const strides = stridesOf(operand);
    const lead = shape.length - operand.length;
    return shape.map((_, axis) => (axis < lead || operand[axis - lead] === 1 ? 0 : strides[axis - lead]!));
  });
  const index = new Array<number>(shape.length).fill(0);
  const positions = new Array<number>(operands.length).fill(0);
  const count = sizeOf(shape);
  for (let at = 0; at < count; at++) {
    visit(at, positions);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const wraps = ++index[axis]! === shape[axis];
      const move = wraps ? 1 - shape[axis]! : 1;
      for (let k = 0; k < positions.length; k++) positions[k]! += move * steps[k]![axis]!;
      if (!wraps) break;
      index[axis] = 0;
    }
  }
}

/** Applies a function of numbers to broadcast host tensors. */
export function mapBroadcast(
  inputs: readonly HostTensor[],
  shape: Shape,
  f: (...values: number[]) => number,
): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const values = new Array<number>(inputs.length);
  forEachBroadcast(
    shape,
    inputs.map((x) => x.shape),
    (at, positions) => {
      for (let k = 0; k < inputs.length; k++) values[k] = inputs[k]!.data[positions[k]!]!;
      result[at] = f(...values);
    },
  );
  return result;
}

/** Whether `x` is a constant that equals `value` everywhere and can be dropped beside `other` without a change of shape. */
export function isNeutral(x: Tensor, value: number, other: Tensor): boolean {
  if (uniformValue(x) !== value) return false;
  const shape = broadcastShapes(x.shape, other.shape);
  return shape.length === other.shape.length && sizeOf(shape) === sizeOf(other.shape);
}

/** What tells one elementwise op from another. */
export interface ElementwiseDefinition<A extends Attrs> {
  /** ONNX op type, where one node says it. */
  readonly onnx?: string;
  readonly lower?: Lowering<A> | ({ readonly default: Lowering<A> } & { readonly [D in Device]?: Lowering<A> });
  /** The op on numbers, in float64. */
  readonly f: (attrs: A) => (...values: number[]) => number;
  readonly gradient: Gradient<A>;
  readonly samples: readonly [Sample, ...Sample[]];
  /** Element type of the result where it differs from the operands'. */
  readonly dtype?: DType;
  readonly simplify?: (inputs: readonly Tensor[], attrs: A) => Tensor | undefined;
  readonly decompose?: (inputs: readonly Tensor[], attrs: A) => Tensor;
  readonly decomposeOn?: (device: Device, inputs: readonly Tensor[], attrs: A) => boolean;
}

/** An op that works element by element on operands broadcast against each other. */
export function defineElementwise<A extends Attrs = Attrs>(name: string, definition: ElementwiseDefinition<A>): Op<A> {
  const { onnx, lower, f, dtype, ...rest } = definition;
  const lowering = lower ?? (onnx === undefined ? undefined : ({ e, inputs }) => e.node(onnx, inputs));
  return defineOp<A>({
    name,
    ...rest,
    infer: (inputs) => inferBroadcast(name, inputs, dtype),
    ...(lowering === undefined ? {} : { lower: lowering }),
    evaluate: (inputs, attrs, [spec]) => mapBroadcast(inputs, spec!.shape, f(attrs)),
  });
}
