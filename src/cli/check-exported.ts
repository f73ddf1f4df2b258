/** @file Holds an exported file against the training that it came from. */
import type { ImageArray } from '../data/dataset.ts';
import { pixelsOf } from '../data/image-array.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { runNetwork } from '../train/run-network.ts';
import type { TrainedNetwork } from '../train/train.ts';

/** Largest difference between the file's answers in plain ONNX Runtime and those of training's own evaluation, on a few inputs. */
export async function checkExported(
  trained: TrainedNetwork,
  bytes: Uint8Array,
  data: ImageArray,
  device: DeviceRuntime,
): Promise<{ readonly difference: number }> {
  const { input } = trained.task.export(trained.imageShape);
  const count = Math.min(8, data.shape[0]);
  const shape = [count, ...input.spec.shape.slice(1)];
  const values =
    input.spec.shape.length === 4
      ? pixelsOf(
          data,
          Array.from({ length: count }, (_, i) => i),
        )
      : Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => Math.sin(i));
  const expected = await runNetwork(trained, values, count, device);
  const session = await device.createSession(bytes);
  try {
    const results = await session.run({ [input.name]: { data: values, shape, dtype: 'float32' } });
    const answers = Object.values(results)[0]!.data as Float32Array;
    const difference = answers.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
    // Steep networks answer with large numbers, whose rounding is as large.
    const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    if (!(difference < 1e-2 * scale))
      throw new Error(`The exported file's answers differ from training's by ${difference}.`);
    return { difference };
  } finally {
    await session.release();
  }
}
