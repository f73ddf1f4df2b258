/** @file Changes of pictures that everybody has seen, as steps of a ladder that the numbers of distances are read from. */
import { decodePicture, encodeJpeg } from '#image-codec';
import { type Picture, quantize8 } from '../image/image.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { gaussian } from './picture.ts';

/** A named change of a picture. */
export interface Distortion {
  /** In tables: `jpeg 50`. */
  readonly name: string;
  /** After "like" or "more than": `JPEG at quality 50`. */
  readonly phrase: string;
  /** Steps of one kind are told as a range: "between noise of 1/255 and 4/255". */
  readonly kind: 'jpeg' | 'noise' | 'blur' | 'shift';
  /** The end of such a range: `4/255`. */
  readonly strength: string;
  /** The changed picture, rounded to 8 bits as a file holds it. */
  apply(picture: Picture): Promise<Picture>;
}

/** JPEG at a quality from 1 to 100, colours at half resolution. */
export const jpeg = (quality: number): Distortion => ({
  name: `jpeg ${quality}`,
  phrase: `JPEG at quality ${quality}`,
  kind: 'jpeg',
  strength: String(quality),
  apply: async (picture) => {
    const decoded = await decodePicture(await encodeJpeg(picture, quality));
    if (picture.channels === 3) return decoded;
    return { ...decoded, data: decoded.data.slice(0, picture.data.length), channels: 1 };
  },
});

/** Gaussian noise of a deviation in 8-bit levels; that of a picture is decided by its pixels. */
export const noise = (levels: number): Distortion => ({
  name: `noise ${levels}/255`,
  phrase: `noise of ${levels}/255`,
  kind: 'noise',
  strength: `${levels}/255`,
  apply: async (picture) => {
    const random = randomStream(levels, hashOf(picture.data));
    return { ...picture, data: quantize8(picture.data.map((value) => value + (levels / 255) * random.normal())) };
  },
});

/** Gaussian blur of a deviation in pixels; borders repeat. */
export const blur = (sigma: number): Distortion => ({
  name: `blur ${sigma}`,
  phrase: `a blur of ${sigma} pixel${sigma === 1 ? '' : 's'}`,
  kind: 'blur',
  strength: `${sigma} pixel${sigma === 1 ? '' : 's'}`,
  apply: async (picture) => ({ ...picture, data: quantize8(blurred(picture, sigma)) }),
});

const shift: Distortion = {
  name: 'shift 1',
  phrase: 'a shift by one pixel',
  kind: 'shift',
  strength: 'one pixel',
  apply: async ({ data, width, ...rest }) => ({
    ...rest,
    width,
    data: data.map((value, i) => (i % width === 0 ? value : data[i - 1]!)),
  }),
};

/**
 * The ladder: JPEG with colours at half resolution, Gaussian noise of a deviation in 8-bit levels, Gaussian blur of a deviation in pixels,
 * and the whole picture moved to the right. Borders repeat. The noise of a picture is decided by its pixels.
 */
export const distortions: readonly Distortion[] = [
  jpeg(90),
  jpeg(50),
  jpeg(10),
  noise(1),
  noise(4),
  noise(16),
  blur(1),
  blur(2),
  shift,
];

/** A picture convolved with a Gaussian that is cut at four deviations. */
function blurred({ data, width, height }: Picture, sigma: number): Float32Array {
  const radius = Math.ceil(4 * sigma);
  const window = Float64Array.from(gaussian(2 * radius + 1, sigma));
  /** Every line convolved; neighbours on it are `stride` apart, and `starts` are where lines begin. */
  const along = (values: Float32Array, size: number, stride: number, starts: (line: number) => number) => {
    const result = new Float32Array(values.length);
    for (let line = 0; line < values.length / size; line++) {
      const start = starts(line);
      for (let at = 0; at < size; at++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const inside = Math.min(size - 1, Math.max(0, at + k));
          sum += window[k + radius]! * values[start + stride * inside]!;
        }
        result[start + stride * at] = sum;
      }
    }
    return result;
  };
  const rows = along(data, width, 1, (line) => line * width);
  return along(rows, height, width, (line) => Math.floor(line / width) * width * height + (line % width));
}
