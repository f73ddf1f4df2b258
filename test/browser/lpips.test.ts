/** @file Distances that compare features, in a page: the embedded network is fetched, values are those of native ONNX Runtime. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { openDistance } from '../../src/distance/open-distance.ts';
import { compile } from '../../src/runtime/compile.ts';
import { grad } from '../../src/tensor/grad.ts';
import { reduceSum } from '../../src/tensor/ops/reduce.ts';
import { waves } from '../support/waves.ts';

/** Self-LPIPS of the two pictures below, and the sum of its slopes' magnitudes, from native ONNX Runtime. */
const expected = { value: 3.1966767, slope: 32.822743 };

describe.each(['wasm', 'webgpu'] as const)('on %s', (name) => {
  it('self-LPIPS is that of the native runtime', async (context) => {
    const device = await openRuntime(name).catch((error: unknown) => error as Error);
    if (device instanceof Error) return context.skip(device.message);
    const lpips = await openDistance('lpips');
    const spec = { shape: [1, 3, 24, 20], dtype: 'float32' as const };
    const program = await compile(
      ({ x, y }) => {
        const d = lpips.distance(x!, y!);
        return { d, dx: grad(reduceSum(d), [x!])[0]! };
      },
      { x: spec, y: spec },
      { device },
    );
    const { d, dx } = await program.run({ x: waves(24, 20), y: waves(24, 20, true) });
    expect(Number(d!.data[0]) / expected.value).toBeCloseTo(1, 3);
    const slope = (dx!.data as Float32Array).reduce((sum, v) => sum + Math.abs(v), 0);
    expect(slope / expected.slope).toBeCloseTo(1, 2);
  });
});
