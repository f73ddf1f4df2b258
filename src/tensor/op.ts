/** @file What an op is: its shape rule, its gradient, how ONNX says it, and the samples that its test runs. */
import type { DType } from './dtype.ts';
import type { HostTensor } from './host.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Where a graph runs. `cpu` is native, `wasm` the browser's CPU, `webgpu` any GPU. */
export type Device = 'cpu' | 'wasm' | 'webgpu';

/** Shape and element type of a tensor that does not exist yet. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A value that an op's attribute may have. */
export type AttrValue = number | string | boolean | readonly number[] | readonly string[] | OpaqueAttr | undefined;

/** Data that an attribute carries whole (weights, an ONNX attribute); compared by identity. */
export interface OpaqueAttr {
  readonly kind: string;
}

/** An op's compile-time arguments. */
export type Attrs = Readonly<Record<string, AttrValue>>;

/** What a gradient rule sees. `dy` and `y` are the first output's cotangent and value. */
export interface GradientArgs<A extends Attrs> {
  readonly dy: Tensor;
  readonly y: Tensor;
  /** Cotangent of each output; undefined where nothing depends on that output. */
  readonly dys: readonly (Tensor | undefined)[];
  readonly ys: readonly Tensor[];
  readonly x: readonly Tensor[];
  readonly attrs: A;
}

/** A function whose parameters are compared loosely, so that an op of particular attributes is an op. */
type Rule<Args extends unknown[], Result> = { rule(...args: Args): Result }['rule'];

/** The cotangent of one input. It may still be broadcast: the walker sums it back to the input's shape. */
export type GradientRule<A extends Attrs> = Rule<[GradientArgs<A>], Tensor>;

/**
 * How an op passes a gradient on.
 * - a list: one rule per input, `null` where an input (an index, a condition) has none
 * - `variadic`: one rule for any input, told which
 * - `decomposed`: differentiate `decompose` instead
 * - `zero`: piecewise constant, so the gradient is zero wherever it exists
 * - `none`: has no gradient; asking for one through it is an error
 */
export type Gradient<A extends Attrs> =
  | readonly (GradientRule<A> | null)[]
  | { readonly variadic: Rule<[GradientArgs<A>, input: number], Tensor> }
  | 'decomposed'
  | 'zero'
  | 'none';

/** ONNX attribute values as ops write them: whole numbers become INT, `{ float }` and `{ floats }` say otherwise. */
export type OnnxAttr =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | OpaqueAttr;

/** Attributes of an ONNX node; undefined ones are left out. */
export type OnnxAttrs = Readonly<Record<string, OnnxAttr | undefined>>;

/** Writes ONNX nodes; what an op's `lower` is given. Values are ONNX value names. */
export interface Emitter {
  readonly device: Device;
  /** Adds a node and returns its only output. An input of '' is an omitted optional one. */
  node(opType: string, inputs: readonly string[], attrs?: OnnxAttrs, domain?: string): string;
  /** Adds a node with several outputs. An output asked for as false is omitted and named ''. */
  nodes(
    opType: string,
    inputs: readonly string[],
    attrs: OnnxAttrs,
    outputs: readonly boolean[],
    domain?: string,
  ): string[];
  /** A small constant; int64 unless a type is given, one-dimensional unless a shape is. */
  constant(values: readonly number[], dtype?: DType, shape?: Shape): string;
}

/** What `lower` knows of the node it writes. */
export interface LowerArgs<A extends Attrs> {
  readonly e: Emitter;
  /** ONNX names of the inputs. */
  readonly inputs: readonly string[];
  readonly x: readonly Tensor[];
  readonly ys: readonly Tensor[];
  readonly attrs: A;
}

/** Returns the ONNX name of each output. */
export type Lowering<A extends Attrs> = Rule<[LowerArgs<A>], string | readonly string[]>;

/** One input of a sample: random values of a shape in a range, or given ones. */
export interface SampleInput {
  readonly shape: Shape;
  readonly dtype?: DType;
  /** Uniform values from this interval; [-2, 2] unless given. Keep clear of kinks and poles. */
  readonly range?: readonly [number, number];
  /** Exact values instead of random ones. */
  readonly values?: readonly number[];
  /** Values pairwise at least 0.05 apart (for max, sort and the like). */
  readonly distinct?: boolean;
  /** Not differentiated in the gradient check though the type is float (a scale, a bound). */
  readonly fixed?: boolean;
  /** The input is written into the graph as a constant, as a weight is. */
  readonly constant?: boolean;
}

/** Arguments on which the contract suite runs an op. */
export interface Sample {
  readonly name?: string;
  readonly inputs: readonly SampleInput[];
  readonly attrs?: Attrs;
  /** Relative and absolute tolerance where float32 needs more than 1e-5. */
  readonly tolerance?: number;
  /** Devices that lack a kernel for this sample, with the reason. */
  readonly unsupported?: Partial<Readonly<Record<Device, string>>>;
}

/**
 * One op: everything the project knows about it.
 * `A` are its attributes; every rule sees static shapes.
 */
export interface Op<A extends Attrs = Attrs> {
  readonly name: string;
  /** Shape and type of each output. Throws a TypeError or RangeError that says what was expected. */
  infer(inputs: readonly Tensor[], attrs: A): Spec | readonly Spec[];
  readonly gradient: Gradient<A>;
  /** How ONNX says it: one lowering, or some per device with a default. Absent where `decompose` says it. */
  readonly lower?: Lowering<A> | ({ readonly default: Lowering<A> } & { readonly [D in Device]?: Lowering<A> });
  /** The same value in other ops; on devices that `decomposeOn` names it replaces the op before it is written. */
  decompose?(inputs: readonly Tensor[], attrs: A): Tensor | readonly Tensor[];
  decomposeOn?(device: Device, inputs: readonly Tensor[], attrs: A): boolean;
  /** A simpler expression of the same value, where the arguments allow one. */
  simplify?(inputs: readonly Tensor[], attrs: A): Tensor | undefined;
  /** The value on the host, in float64; folds constants and serves the tests as reference. */
  evaluate?(inputs: readonly HostTensor[], attrs: A, outputs: readonly Spec[]): HostData | HostData[];
  /** Never empty: an op that is not checked does not exist. */
  readonly samples: readonly [Sample, ...Sample[]];
}

/** Values that `evaluate` returns; their shape and type come from `infer`. */
export type HostData = Float64Array | readonly number[];

/** Declares an op; here only so that its attributes' types are inferred from one place. */
export function defineOp<A extends Attrs>(op: Op<A>): Op<A> {
  return op;
}
