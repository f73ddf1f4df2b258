/** @file ONNX Runtime's JavaScript API, the same for Node and browser, behind our `DeviceRuntime`. */
import type * as Ort from 'onnxruntime-common';
import type { DType } from '../tensor/dtype.ts';
import type { Device } from '../tensor/op.ts';
import {
  DeviceError,
  type DeviceRuntime,
  type PortInfo,
  type Session,
  type TensorData,
  type TypedArray,
} from './runtime.ts';

/** The part of the module that is used; onnxruntime-node and every entry of onnxruntime-web have it. */
export interface OrtModule {
  readonly InferenceSession: typeof Ort.InferenceSession;
  readonly Tensor: typeof Ort.Tensor;
}

/** How a device is opened through a module. */
export interface OrtDevice {
  readonly executionProvider: string;
  readonly version: string;
  readonly threads?: number;
  readonly onDispose?: () => void;
}

/** A device of an ONNX Runtime module. Creations and runs are taken one after another, as its GPU provider needs. */
export async function ortRuntime(ort: OrtModule, device: Device, options: OrtDevice): Promise<DeviceRuntime> {
  const { executionProvider, version, threads, onDispose } = options;
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const sessions = new Set<Session>();

  const runtime: DeviceRuntime = {
    device,
    description: `${device} (${version})`,
    programs: new Map(),
    async createSession(model, { external = [], strict = false, derived = false } = {}) {
      const inner = await inTurn(() =>
        ort.InferenceSession.create(model, {
          executionProviders: [executionProvider],
          graphOptimizationLevel: 'all',
          logSeverityLevel: 3,
          ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
          ...(external.length > 0
            ? { externalData: external.map(({ location, bytes }) => ({ path: location, data: bytes })) }
            : {}),
          // Threads of a session that has run would spin on and slow down the next session's run by half.
          extra: {
            session: {
              ...(strict ? { disable_cpu_ep_fallback: '1' } : {}),
              force_spinning_stop: '1',
              // The runtime's own rewriting of quantised graphs fails on some that are not whole models (1.30: mixed zero point types).
              ...(derived ? { disable_quant_qdq: '1' } : {}),
            },
          },
        }),
      );
      const session = wrapSession(ort, inner, inTurn, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async dispose() {
      this.programs.clear();
      for (const session of [...sessions]) await session.release();
      onDispose?.();
    },
  };
  return runtime;
}

function wrapSession(
  ort: OrtModule,
  inner: Ort.InferenceSession,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
  released: () => void,
): Session {
  return {
    inputs: inner.inputMetadata.map(portInfo),
    outputs: inner.outputMetadata.map(portInfo),
    async run(feeds, fetches) {
      const tensors: Record<string, Ort.Tensor> = {};
      for (const [name, feed] of Object.entries(feeds)) tensors[name] = toOrt(ort, feed);
      const results = await inTurn(() => (fetches === undefined ? inner.run(tensors) : inner.run(tensors, fetches)));
      const outputs: Record<string, TensorData> = {};
      for (const [name, value] of Object.entries(results)) {
        if (!('data' in value)) throw new DeviceError(`Output "${name}" is not a tensor.`);
        outputs[name] = fromOrt(value as Ort.Tensor);
      }
      return outputs;
    },
    async release() {
      released();
      await inTurn(() => inner.release());
    },
  };
}

function portInfo(meta: Ort.InferenceSession.ValueMetadata): PortInfo {
  if (!meta.isTensor) return { name: meta.name, dtype: 'float32', shape: [] };
  return {
    name: meta.name,
    dtype: meta.type as DType,
    shape: meta.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : undefined)),
  };
}

function toOrt(ort: OrtModule, { data, shape, dtype }: TensorData): Ort.Tensor {
  return new ort.Tensor(dtype as 'float32', data as Float32Array, shape as number[]);
}

function fromOrt(value: Ort.Tensor): TensorData {
  return { data: value.data as unknown as TypedArray, shape: value.dims, dtype: value.type as DType };
}
