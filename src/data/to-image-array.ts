/** @file Reads a whole data set into memory: decoded side by side, in the set's order, brought to one size where asked. */
import { type Picture, toGrey, toRgb } from '../image/image.ts';
import { centerCrop, resizePicture, resizeShorterSide } from '../image/resize.ts';
import { DataError, type Dataset, type ImageArray } from './dataset.ts';
import { imageArray } from './image-array.ts';
import { type ReadOptions, readImages } from './read-images.ts';

/** How a set is read into memory. With `badImages: 'skip'` what is left out is listed in `skipped`. */
export interface ToImageArrayOptions extends ReadOptions {
  /**
   * Height and width of all images, in pixels: one number for a square, or [height, width]. The shorter side is brought to it
   * and the middle cut out. Left out, all images must have one size.
   */
  readonly size?: number | readonly [height: number, width: number];
  /** 1 for grey (BT.601), 3 for RGB; the first image's if left out. */
  readonly channels?: 1 | 3;
  /** Bytes, or floats for sources of more than 8 bits; as the source has them if left out. */
  readonly dtype?: 'uint8' | 'float32';
}

/**
 * The set in memory.
 * @throws DataError if an image cannot be read (unless skipped) or has another size than others and no `size` is given.
 * @example
 * const train = await toImageArray(await openDataset('cifar10:data/cifar10', { split: 'train' }));
 */
export async function toImageArray(set: Dataset, options: ToImageArrayOptions = {}): Promise<ImageArray> {
  options.signal?.throwIfAborted();
  const ready = set.array;
  if (ready !== undefined && fits(ready, options)) return ready;
  if (set.length === 0) throw new DataError(`${set.name} holds no image.`);

  const dtype = options.dtype ?? (ready?.pixels instanceof Float32Array ? 'float32' : 'uint8');
  const all = Array.from({ length: set.length }, (_, i) => i);
  let first: { readonly picture: Picture; readonly pixels: Uint8Array | Float32Array } | undefined;
  const visit = (image: Picture, i: number) => {
    const picture = prepared(image, options);
    first ??= { picture, pixels: allocate(set, picture, dtype) };
    checkSize(set, i, picture, first.picture);
    store(first.pixels, picture, i);
  };
  const skipped = await readImages(set, all, visit, options);
  if (first === undefined) {
    throw new DataError(`${set.name}: none of its ${set.length} images can be read; the first: ${skipped.get(0)}`);
  }
  const { pixels } = first;
  const { channels, height, width } = first.picture;
  const size = channels * height * width;
  const kept = all.filter((i) => !skipped.has(i));
  kept.forEach((i, k) => {
    if (i !== k) pixels.copyWithin(k * size, i * size, (i + 1) * size);
  });
  return imageArray({
    name: set.name,
    classNames: set.classNames,
    shape: [kept.length, channels, height, width],
    pixels: pixels.subarray(0, kept.length * size),
    labels: Int32Array.from(kept, (i) => set.label(i)),
    ...(skipped.size === 0 ? {} : { skipped: [...skipped.values()] }),
  });
}

/** Whether an array is already as asked. */
function fits({ shape, pixels }: ImageArray, { size, channels, dtype }: ToImageArrayOptions): boolean {
  const [height, width] = sidesOf(size) ?? [shape[2], shape[3]];
  const type = pixels instanceof Float32Array ? 'float32' : 'uint8';
  return shape[2] === height && shape[3] === width && (channels ?? shape[1]) === shape[1] && (dtype ?? type) === type;
}

function sidesOf(size: ToImageArrayOptions['size']): readonly [number, number] | undefined {
  return typeof size === 'number' ? [size, size] : size;
}

function prepared(picture: Picture, { size, channels }: ToImageArrayOptions): Picture {
  const coloured = channels === undefined ? picture : channels === 1 ? toGrey(picture) : toRgb(picture);
  const sides = sidesOf(size);
  return sides === undefined ? coloured : filled(coloured, ...sides);
}

/** The middle of a picture, enlarged or shrunk until it just covers the size. */
function filled(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  if (height === width) return centerCrop(resizeShorterSide(picture, height), width, height);
  const scale = Math.max(height / picture.height, width / picture.width);
  const [tall, wide] = [Math.ceil(picture.height * scale - 1e-6), Math.ceil(picture.width * scale - 1e-6)];
  return centerCrop(resizePicture(picture, wide, tall), width, height);
}

function checkSize(set: Dataset, i: number, picture: Picture, first: Picture): void {
  if (picture.width === first.width && picture.height === first.height && picture.channels === first.channels) return;
  const of = ({ width, height, channels }: Picture) => `${width} x ${height} in ${channels} channels`;
  throw new DataError(
    `${set.name}: image ${i} is ${of(picture)}, others are ${of(first)}. Give a size (and channels) to bring all to.`,
  );
}

function allocate(set: Dataset, { data }: Picture, dtype: 'uint8' | 'float32'): Uint8Array | Float32Array {
  const length = set.length * data.length;
  try {
    return dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  } catch {
    const gigabytes = (length * (dtype === 'uint8' ? 1 : 4)) / 2 ** 30;
    throw new DataError(
      `${set.name} needs ${gigabytes.toFixed(1)} GiB of memory, more than there is. Take fewer images, or a smaller size.`,
    );
  }
}

function store(pixels: Uint8Array | Float32Array, { data }: Picture, i: number): void {
  if (pixels instanceof Float32Array) pixels.set(data, i * data.length);
  else {
    // `toByte`, with the rounding left to the assignment, which cuts the fraction off: this is the hot loop.
    for (let j = 0, at = i * data.length; j < data.length; j++)
      pixels[at + j] = Math.min(255, Math.max(0, data[j]! * 255 + 0.5));
  }
}
