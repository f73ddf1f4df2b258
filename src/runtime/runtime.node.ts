/** @file Devices in Node: native CPU and WebGPU of onnxruntime-node. */
import * as ort from 'onnxruntime-node';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { targetOpset } from '../onnx/write-graph.ts';
import type { Device } from '../tensor/op.ts';
import { ortRuntime } from './ort.ts';
import { DeviceError, type DeviceRuntime } from './runtime.ts';

/** Devices that `openRuntime` knows here. */
export const devices: readonly Device[] = ['cpu', 'webgpu'];

const opened = new Map<string, DeviceRuntime>();

/** Settings of a device. */
export interface RuntimeOptions {
  /** Threads of one session; all cores unless given. */
  readonly threads?: number;
}

/**
 * Opens a device, or returns it where it is open already.
 * @throws DeviceError if this machine does not offer it.
 */
export async function openRuntime(device: Device = 'cpu', { threads }: RuntimeOptions = {}): Promise<DeviceRuntime> {
  const key = `${device} ${threads ?? ''}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  if (!devices.includes(device)) {
    throw new DeviceError(`Device "${device}" is not offered in Node; use one of ${devices.join(', ')}.`);
  }
  if (!ort.listSupportedBackends().some(({ name }) => name === device)) {
    throw new DeviceError(`This build of ONNX Runtime has no "${device}"; use cpu.`);
  }
  const runtime = await ortRuntime(ort, device, {
    executionProvider: device,
    version: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}`,
    ...(threads === undefined ? {} : { threads }),
    onDispose: () => opened.delete(key),
  });
  if (device === 'webgpu') await probe(runtime);
  opened.set(key, runtime);
  return runtime;
}

/** Opens a session of one node, since a missing adapter shows only there. */
async function probe(runtime: DeviceRuntime): Promise<void> {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1]);
  graph.node('Neg', ['x'], {}, ['y']);
  graph.output('y', 'float32', [1]);
  try {
    const session = await runtime.createSession(graph.encode(targetOpset));
    await session.release();
  } catch (error) {
    const reason =
      /Failed to get[^\n.]*/.exec(error instanceof Error ? error.message : String(error))?.[0] ?? 'it cannot be opened';
    throw new DeviceError(`This machine offers no WebGPU device (${reason}); use cpu.`);
  }
}
