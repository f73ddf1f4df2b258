/** @file The overlap of all windows on the way from a picture to an output, as a map of pixels. */
import { compile, numbers } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { vjp } from '../tensor/grad.ts';
import { broadcastTo, ones } from '../tensor/ops/basic.ts';
import { substitute } from '../tensor/rewrite.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { overlapTwin } from './overlap-twin.ts';

/** A number for every pixel, [height, width] row by row. */
export interface PixelMap {
  readonly data: Float64Array;
  readonly height: number;
  readonly width: number;
}

/** What overlaps draw; maps have mean 1. */
export interface OverlapMaps {
  /** Share of the paths from the output back that end at each pixel of the source; undefined where it is no picture. */
  readonly input?: PixelMap;
  /** How often each pixel of the output is painted; undefined where it is no picture. */
  readonly output?: PixelMap;
}

/** A network as expressions: its output, the placeholder of its picture, and the file's node behind an expression. */
export interface TracedPath {
  readonly output: Tensor;
  readonly source: Tensor;
  describe(node: Node): string | undefined;
}

/**
 * Follows all paths of a network at once: every layer hands on what it has in equal parts to the places that its windows cover
 * (`overlapTwin`), so a map depends on kernels, strides, pads and branches, and on no weight.
 */
export async function overlapMaps(
  { output, source, describe }: TracedPath,
  device: DeviceRuntime,
): Promise<OverlapMaps> {
  const twin = overlapTwin(output, source, describe);
  if (twin === undefined) return {};
  const program = await compile(
    ({ x }) => {
      const placed = substitute([twin], new Map([[source, x!]]))[0]!;
      const backward = vjp([placed], [ones(placed.shape)], [x!])[0]!;
      return { forward: broadcastTo(placed, output.shape), backward };
    },
    { x: { shape: source.shape, dtype: 'float32' } },
    { device },
  );
  try {
    const { forward, backward } = await program.run({ x: new Float32Array(sizeOf(source.shape)).fill(1) });
    const seen = mapOf(numbers(backward!), source.shape);
    const painted = mapOf(numbers(forward!), output.shape);
    return { ...(seen && { input: seen }), ...(painted && { output: painted }) };
  } finally {
    await program.release();
  }
}

/** The sum over channels of values [1, C, H, W] or [1, H, W, C], scaled to mean 1; undefined where they are no picture. */
function mapOf(values: Float64Array, shape: readonly number[]): PixelMap | undefined {
  if (shape.length !== 4) return undefined;
  const channelsLast = shape[3]! <= 4 && shape[1]! > 4;
  const [height, width] = (channelsLast ? shape.slice(1, 3) : shape.slice(2)) as [number, number];
  if (height * width === 1) return undefined;
  const area = height * width;
  const channels = values.length / area;
  const data = new Float64Array(area);
  for (const [at, value] of values.entries()) data[channelsLast ? Math.floor(at / channels) : at % area]! += value;
  const mean = data.reduce((sum, value) => sum + value, 0) / area;
  return mean === 0 ? undefined : { data: data.map((value) => value / mean), height, width };
}
