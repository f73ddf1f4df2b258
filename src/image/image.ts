/** @file Pictures in memory: planar float32 in [0, 1], and their 8-bit form. */

/** A picture: RGB or grey values in [0, 1], channel after channel, each row by row. */
export interface Picture {
  /** [channels, height, width]. */
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Bytes that are no readable picture, or a picture that cannot be used. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** A picture from interleaved bytes, as decoders and canvases have them. */
export function pictureFromBytes(bytes: ArrayLike<number>, width: number, height: number, channels: number): Picture {
  const area = width * height;
  const data = new Float32Array(area * channels);
  for (let c = 0; c < channels; c++) for (let i = 0; i < area; i++) data[c * area + i] = bytes[i * channels + c]! / 255;
  return { data, channels, height, width };
}

/** Interleaved bytes of a picture: each value times 255, rounded to the nearest, kept in range. */
export function pictureBytes({ data, channels, height, width }: Picture): Uint8ClampedArray<ArrayBuffer> {
  const area = width * height;
  const bytes = new Uint8ClampedArray(area * channels);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < area; i++) bytes[i * channels + c] = toByte(data[c * area + i]!);
  return bytes;
}

/** The byte that a PNG holds for a value in [0, 1]. */
export function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value * 255)));
}

/** The values that a PNG of the picture holds. */
export function quantize8<T extends Float32Array>(data: T): Float32Array {
  return Float32Array.from(data, (value) => toByte(value) / 255);
}

/** A grey picture with its channel repeated, or an RGB one as it is. */
export function toRgb(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const area = picture.height * picture.width;
  const data = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) data.set(picture.data.subarray(0, area), c * area);
  return { ...picture, data, channels: 3 };
}

/** The luma of an RGB picture (ITU-R BT.601), or a grey one as it is. */
export function toGrey(picture: Picture): Picture {
  if (picture.channels === 1) return picture;
  const area = picture.height * picture.width;
  const data = new Float32Array(area);
  for (let i = 0; i < area; i++) {
    data[i] = 0.299 * picture.data[i]! + 0.587 * picture.data[area + i]! + 0.114 * picture.data[2 * area + i]!;
  }
  return { ...picture, data, channels: 1 };
}

/** Pictures of one size as a batch [N, C, H, W]. */
export function batchOf(pictures: readonly Picture[]): Float32Array {
  const size = pictures[0]?.data.length ?? 0;
  const batch = new Float32Array(size * pictures.length);
  pictures.forEach((picture, i) => {
    if (picture.data.length !== size) {
      throw new ImageError(
        `A batch takes pictures of one size, got ${picture.width} x ${picture.height} after ${pictures[0]!.width} x ${pictures[0]!.height}.`,
      );
    }
    batch.set(picture.data, i * size);
  });
  return batch;
}
