/** @file The same attack in a page: WebAssembly and WebGPU against the numbers that native ONNX Runtime gives. */
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { openRuntime } from '#runtime';
import { pgd } from '../../src/attack/pgd.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { smallNetwork } from '../support/network.ts';
import expected from './expected.json' with { type: 'json' };

describe.each(['wasm', 'webgpu'] as const)('on %s', (device) => {
  it('finds what the native runtime finds', async (context) => {
    const runtime = await openRuntime(device).catch((error: unknown) => error as Error);
    if (runtime instanceof Error) return context.skip(runtime.message);
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device: runtime });
    const random = pseudoRandom(3);
    const image = Float32Array.from({ length: 768 }, random);
    const scores = await model.predict(image, 1);
    for (const [k, score] of expected.scores.entries()) expect(scores[k]).toBeCloseTo(score, 3);
    const [result] = await pgd(model, [image], undefined, { epsilon: 8 / 255, steps: 10, exhaust: true, seed: 1 });
    expect(result!.success8).toBe(true);
    expect(result!.after.label).toBe(expected.after);
    expect(Math.abs(result!.after.probability - expected.probability)).toBeLessThan(1e-3);
    expect(result!.device).toContain(device);
  });
});

it('a PNG round trip keeps 8-bit values', async () => {
  const data = Float32Array.from({ length: 3 * 256 }, (_, i) => (i % 256) / 255);
  const back = await decodePicture(await encodePng({ data, channels: 3, height: 16, width: 16 }));
  expect(Array.from(back.data)).toEqual(Array.from(data));
});
