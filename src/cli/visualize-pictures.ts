/** @file Drawings as files: one as it is, a grid as one picture, several units as a sheet, a path as an animation. */
import { encodeAnimation, encodePng } from '#image-codec';
import type { Picture } from '../image/image.ts';
import { sheetPng } from '../image/sheet.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import type { Drawing } from '../visualize/visualize.ts';
import type { DrawnUnit } from './visualize-output.ts';
import { type Grid, gridOf, type VisualizeFlags } from './visualize-plan.ts';

/** A drawing's values as a picture. */
export function pictureOfSize(data: Float32Array, [channels, height, width]: PictureSize): Picture {
  return { data, channels, height, width };
}

/** The PNG of drawings, with text. What did not count is transparent where the drawing says so. */
export async function drawingsPng(
  drawn: readonly DrawnUnit[],
  flags: VisualizeFlags,
  size: PictureSize,
  text: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const [first] = drawn;
  if (drawn.length > 1) {
    const rows = drawn.map(({ unit, drawing, evidence }) => ({
      title: unit.name,
      note: `activation ${evidence.activation.toPrecision(3)}`,
      pictures: drawing.pictures.map((picture) => pictureOfSize(picture, size)),
    }));
    return sheetPng({ rows, side: Math.max(96, Math.min(224, size[2])), columns: drawn.length > 6 ? 2 : 1 }, text);
  }
  const { drawing } = first!;
  const grid = gridOf(flags.grid);
  if (drawing.transparency === undefined) return encodePng(joined(drawing.pictures, grid, size), text);
  const [c, h, w] = size;
  const rgba = drawing.pictures.map((picture, i) => {
    const data = new Float32Array(4 * h * w);
    for (let k = 0; k < 3; k++) data.set(picture.subarray((k % c) * h * w, ((k % c) + 1) * h * w), k * h * w);
    data.set(drawing.transparency![i]!.map(Math.sqrt), 3 * h * w);
    return data;
  });
  return encodePng(joined(rgba, grid, [4, h, w]), text);
}

/** The path of a drawing as an animated WebP. */
export function pathWebp({ frames }: Drawing, flags: VisualizeFlags, size: PictureSize): Promise<Uint8Array> {
  return encodeAnimation(
    frames.map((pictures) => joined(pictures, gridOf(flags.grid), size)),
    66,
  );
}

/** The pictures of a grid as one. */
function joined(pictures: readonly Float32Array[], { rows, columns }: Grid, [c, h, w]: PictureSize): Picture {
  const all = { data: new Float32Array(c * rows * h * columns * w), channels: c, height: rows * h, width: columns * w };
  for (const [i, picture] of pictures.entries()) {
    const [top, left] = [Math.floor(i / columns) * h, (i % columns) * w];
    for (let k = 0; k < c; k++)
      for (let y = 0; y < h; y++)
        all.data.set(
          picture.subarray((k * h + y) * w, (k * h + y + 1) * w),
          (k * rows * h + top + y) * columns * w + left,
        );
  }
  return all;
}
