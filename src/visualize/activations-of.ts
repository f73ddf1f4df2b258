/** @file What a layer says of a picture: what drawings match, caricature or take the style of. */
import type { Model } from '../model/model.ts';
import { compile } from '../runtime/compile.ts';
import { VisualizeError } from './check-options.ts';
import type { Activations } from './objectives/matching.ts';
import { see } from './see.ts';

/**
 * Activations of a layer for a picture [C, H, W] of the model's size, pixels from 0 to 1.
 * @throws VisualizeError where there is no such layer, or the picture has another size
 * @example
 * const seen = await activationsOf(model, 'Relu#4', picture);
 * const { pictures } = await visualize(model, caricature(seen), { parameterisation });
 */
export async function activationsOf(model: Model, layer: string, picture: Float32Array): Promise<Activations> {
  const { channels, height, width, device } = model;
  if (picture.length !== channels * height * width)
    throw new VisualizeError(
      `The picture has ${picture.length} values; ${model.name} takes ${channels} x ${height} x ${width}.`,
    );
  const program = await compile(
    ({ x }) => ({ values: see(model, x!, x!, { group: 1, viewCount: 1 }).at(layer) }),
    { x: { shape: [1, channels, height, width], dtype: 'float32' } },
    { device },
  );
  try {
    const { values } = await program.run({ x: picture });
    return { layer, shape: values!.shape.slice(1), data: values!.data as Float32Array };
  } finally {
    await program.release();
  }
}
