/** @file Devices in the browser: WebAssembly and WebGPU of onnxruntime-web, each loaded when it is opened. */
import type { Device } from '../tensor/op.ts';
import { type OrtModule, ortRuntime } from './ort.ts';
import { DeviceError, type DeviceRuntime } from './runtime.ts';

/** Devices that `openRuntime` knows here. */
export const devices: readonly Device[] = ['wasm', 'webgpu'];

/** Settings of a device. */
export interface RuntimeOptions {
  /** Threads of WebAssembly; more than one needs a cross-origin isolated page (COOP and COEP headers). */
  readonly threads?: number;
}

interface WebModule extends OrtModule {
  readonly env: {
    readonly wasm: { numThreads?: number };
    readonly versions: { readonly web?: string; readonly common: string };
    logLevel?: string;
  };
}

const opened = new Map<string, DeviceRuntime>();

/**
 * Opens a device, or returns it where it is open already. `cpu` is WebAssembly here.
 * @throws DeviceError if this browser does not offer it.
 */
export async function openRuntime(device: Device = 'wasm', { threads }: RuntimeOptions = {}): Promise<DeviceRuntime> {
  const wanted = device === 'cpu' ? 'wasm' : device;
  const known = opened.get(wanted);
  if (known !== undefined) return known;
  const ort = await load(wanted);
  if (threads !== undefined) ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const runtime = await ortRuntime(ort, wanted, {
    executionProvider: wanted,
    version: `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common}`,
    onDispose: () => opened.delete(wanted),
  });
  opened.set(wanted, runtime);
  return runtime;
}

/** The entry of the package that holds the device; the bare name would bring the old TypeScript kernels. */
async function load(device: Device): Promise<WebModule> {
  if (device === 'wasm') return (await import('onnxruntime-web/wasm')) as unknown as WebModule;
  if (device !== 'webgpu')
    throw new DeviceError(`Device "${device}" is not offered in a browser; use one of ${devices.join(', ')}.`);
  const gpu = (globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } } | undefined)?.gpu;
  if (!(await gpu?.requestAdapter())) throw new DeviceError('This browser has no WebGPU adapter; use wasm.');
  const hasJspi = 'Suspending' in WebAssembly;
  return (await (hasJspi ? import('onnxruntime-web/jspi') : import('onnxruntime-web/webgpu'))) as unknown as WebModule;
}
