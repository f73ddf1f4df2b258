/** @file Gradient graphs on WebGPU against the CPU: real networks on the software Vulkan driver that comes with Chromium. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { loadModel } from '../src/model/load-model.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { grad } from '../src/tensor/grad.ts';
import { neg } from '../src/tensor/ops/arithmetic.ts';
import { convInputGradient } from '../src/tensor/ops/conv.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { take } from '../src/tensor/ops/slice.ts';
import { logSoftmax } from '../src/tensor/ops/softmax.ts';
import { constant } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { hasSharedData, sharedPath } from './support/shared-data.ts';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(driver)) {
  process.env.VK_ICD_FILENAMES ??= driver;
  process.env.XDG_RUNTIME_DIR ??= mkdtempSync(join(tmpdir(), 'vulkan-'));
}

/** Opens WebGPU, or tells why it cannot be. */
async function openGpu(): Promise<DeviceRuntime | string> {
  if (!hasSharedData) return 'the shared data is not beside the checkout';
  try {
    const device = await openRuntime('webgpu');
    const probe = await compile(({ x }) => ({ y: neg(x!) }), { x: { shape: [1], dtype: 'float32' } }, { device });
    await probe.run({ x: [1] });
    return device;
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : String(error);
  }
}

const gpu = await openGpu();
afterAll(() => (typeof gpu === 'string' ? undefined : gpu.dispose()));

describe.skipIf(typeof gpu === 'string')(
  `on WebGPU (skipped where there is none${typeof gpu === 'string' ? `: ${gpu}` : ''})`,
  () => {
    it.each([8, 16, 32])('the gradient of a strided convolution with %i channels is right', async (channels) => {
      const random = pseudoRandom(3);
      const w = constant(
        Float64Array.from({ length: 16 * channels * 9 }, () => random() - 0.5),
        [16, channels, 3, 3],
      );
      const x = Float32Array.from({ length: 16 * 64 }, () => random() - 0.5);
      const attrs = { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 };
      const on = async (device: DeviceRuntime) => {
        const specs = { dy: { shape: [1, 16, 8, 8], dtype: 'float32' as const } };
        const program = await compile(
          ({ dy }) => ({ dx: convInputGradient(dy!, w, [1, channels, 16, 16], attrs) }),
          specs,
          { device },
        );
        return (await program.run({ dy: x })).dx!.data as Float32Array;
      };
      const [ours, cpu] = [await on(gpu as DeviceRuntime), await on(await openRuntime('cpu'))];
      expect(Math.max(...ours.map((v, i) => Math.abs(v - cpu[i]!)))).toBeLessThan(1e-4);
    });

    it.each([
      ['cifar10/resnet20', 'imagenet'],
      ['cifar10/vit_pgd_2_3_16', 'cifar10'],
      ['imagenet/squeezenet1.1', 'caffe-bgr'],
      ['imagenet/mobilenet_v2_1.0_224', 'tf'],
    ])('loss and gradient of %s are those of the CPU', async (file, preprocessing) => {
      const gradientOn = async (device: DeviceRuntime) => {
        await using model = await loadModel(sharedPath(`models/${file}.onnx`), { preprocessing, device });
        const { channels, height, width } = model;
        const program = await compile(
          ({ x }) => {
            const value = neg(reduceSum(take(logSoftmax(model.logits(x!), 1), 3, 1)));
            return { value, gradient: grad(value, [x!])[0]! };
          },
          { x: { shape: [1, channels, height, width], dtype: 'float32' } },
          { device },
        );
        const random = pseudoRandom(2);
        const x = Float32Array.from(
          { length: channels * height * width },
          (_, at) => 0.5 + 0.3 * Math.sin(at / 37) + 0.1 * random(),
        );
        const { value, gradient } = await program.run({ x });
        await program.release();
        return { value: Number(value!.data[0]), gradient: gradient!.data as Float32Array };
      };
      const ours = await gradientOn(gpu as DeviceRuntime);
      const cpu = await gradientOn(await openRuntime('cpu'));
      expect(Math.abs(ours.value - cpu.value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(cpu.value)));
      // Where two values tie within rounding, a kink takes the other side: the whole is compared, by its length.
      const length = Math.sqrt(cpu.gradient.reduce((sum, g) => sum + g * g, 0));
      const apart = Math.sqrt(cpu.gradient.reduce((sum, g, i) => sum + (g - ours.gradient[i]!) ** 2, 0));
      expect(apart / length).toBeLessThan(1e-3);
    });
  },
);
