/** @file Devices in Node: native CPU and WebGPU of onnxruntime-node. */
import * as ort from 'onnxruntime-node';
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
  opened.set(key, runtime);
  return runtime;
}
