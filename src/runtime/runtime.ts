/** @file What the rest of the code sees of ONNX Runtime: devices that open sessions, and typed data in and out. */
import type { DType } from '../tensor/dtype.ts';
import type { Device } from '../tensor/op.ts';
import type { Shape } from '../tensor/shape.ts';

/** Element data as ONNX Runtime's JavaScript API holds it (float16 as raw bits where Float16Array is missing). */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor's data in host memory. */
export interface TensorData<T extends TypedArray = TypedArray> {
  readonly data: T;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A file that a model's external data points into. */
export interface ExternalFile {
  readonly location: string;
  readonly bytes: Uint8Array;
}

/** Shape (undefined where dynamic) and type of a session's input or output. */
export interface PortInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | undefined)[];
}

/** A loaded graph. Runs are serialised by the device where it needs that. */
export interface Session {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Runs the graph. `fetches` limits which outputs are computed; all of them unless given. */
  run(feeds: Readonly<Record<string, TensorData>>, fetches?: readonly string[]): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/** Options of a session. */
export interface SessionOptions {
  readonly external?: readonly ExternalFile[];
  /** Fail at creation if a node has no kernel on the GPU, instead of bouncing it to the CPU. */
  readonly strict?: boolean;
  /** The graph is derived by us: keep its quantised parts as they are written. */
  readonly derived?: boolean;
}

/** An execution device of ONNX Runtime, opened once and shared. */
export interface DeviceRuntime {
  readonly device: Device;
  /** What really runs, for reports: `cpu (onnxruntime-node 1.30.0)`. */
  readonly description: string;
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** Compiled programs of this device, so that each is built once; emptied and released by `dispose`. */
  readonly programs: Map<string, Promise<{ release(): Promise<void> }>>;
  dispose(): Promise<void>;
}

/** A device that this machine or browser does not offer. The message says which ones it does. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}
