/** @file Image sets in numpy's arrays: an .npz with images and labels, or two .npy files. */
import { type NumpyArray, readNpy } from '../archive/npy.ts';
import { unzip } from '../archive/zip.ts';
import { DataError, type ImageArray, type Split } from '../dataset.ts';
import { imageArray } from '../image-array.ts';

/** How arrays are read. */
export interface NumpyOptions {
  /** Which of its parts, where it has two; `train`, the default, is all of it otherwise. */
  readonly split?: Split;
}

/** Names that arrays go by. */
const imageNames = ['x', 'images', 'image', 'data', 'arr_0'];
const labelNames = ['y', 'labels', 'label', 'targets', 'target', 'arr_1'];
const classKeys = ['classes', 'class_names', 'label_names'];

/** A label from here on is a mistake: no set has as many classes. */
const maxClasses = 100_000;

/**
 * Images and labels of an .npz file: arrays `x` and `y` (or `images` and `labels` …), with the names of the classes in `classes` if
 * they are there; `x_train`, `y_train`, `x_test` … where it holds both parts.
 * @throws DataError if an array is missing or does not fit.
 */
export async function readNpz(bytes: Uint8Array, name: string, { split }: NumpyOptions = {}): Promise<ImageArray> {
  const entries = unzip(bytes, name);
  const keys = new Map([...entries.keys()].map((path) => [path.replace(/\.npy$/, '').toLowerCase(), path]));
  const find = (names: readonly string[]) => names.find((each) => keys.has(each));
  const partly = (names: readonly string[], part: Split) =>
    find(names.flatMap((each) => [`${each}_${part}`, `${part}_${each}`]));
  const isParted = partly(imageNames, 'train') !== undefined || partly(imageNames, 'test') !== undefined;
  if (!isParted && split === 'test') throw new DataError(`${name} has no test part (x_test). Leave the split out.`);
  const search = (names: readonly string[]) => (isParted ? partly(names, split ?? 'train') : find(names));
  const array = async (names: readonly string[], what: string) => {
    const key = search(names);
    if (key === undefined) {
      const expected = isParted ? `${names[0]}_${split ?? 'train'}` : names[0];
      throw new DataError(`${name}: expected ${what} as "${expected}", got ${[...keys.keys()].join(', ')}.`);
    }
    return readNpy(await entries.get(keys.get(key)!)!(), `${key} in ${name}`);
  };
  const images = await array(imageNames, 'images');
  const labels = await array(labelNames, 'labels');
  const listed = find(classKeys);
  const classes =
    listed === undefined ? undefined : readNpy(await entries.get(keys.get(listed)!)!(), `${listed} in ${name}`);
  return arrayOf(name, images, labels, classes);
}

/** Images and labels of two .npy files. @throws DataError if they do not fit. */
export function readNpyPair(
  images: { readonly bytes: Uint8Array; readonly name: string },
  labels: { readonly bytes: Uint8Array; readonly name: string },
): ImageArray {
  return arrayOf(images.name, readNpy(images.bytes, images.name), readNpy(labels.bytes, labels.name), undefined);
}

function arrayOf(name: string, images: NumpyArray, labels: NumpyArray, classes: NumpyArray | undefined): ImageArray {
  const listed = classes === undefined ? undefined : Array.from(classes.values, String);
  return imageArray({ name, ...pixelsIn(images, name), ...labelsIn(labels, name, listed) });
}

/** Pixels as [N, C, H, W]: from [N, H, W] for grey, [N, C, H, W], or [N, H, W, C] where the last axis alone can be channels. */
function pixelsIn(
  { shape, type, values }: NumpyArray,
  name: string,
): { shape: ImageArray['shape']; pixels: Uint8Array | Float32Array } {
  const [n = 0, a = 0, b = 0, c = 0] = shape;
  const isChannels = (size: number) => size === 1 || size === 3;
  if ((shape.length !== 3 && shape.length !== 4) || (shape.length === 4 && !isChannels(a) && !isChannels(c))) {
    throw new DataError(
      `${name}: expected images as [N, H, W], [N, C, H, W] or [N, H, W, C] with 1 or 3 channels, got [${shape.join(', ')}].`,
    );
  }
  const flat = pixelValues(values, type, name);
  if (shape.length === 3) return { shape: [n, 1, a, b], pixels: flat };
  if (isChannels(a)) return { shape: [n, a, b, c], pixels: flat };
  const pixels = flat instanceof Float32Array ? new Float32Array(flat.length) : new Uint8Array(flat.length);
  const area = a * b;
  for (let i = 0; i < n; i++)
    for (let at = 0; at < area; at++)
      for (let k = 0; k < c; k++) pixels[(i * c + k) * area + at] = flat[(i * area + at) * c + k]!;
  return { shape: [n, c, a, b], pixels };
}

function pixelValues(values: NumpyArray['values'], type: string, name: string): Uint8Array | Float32Array {
  if (Array.isArray(values)) throw new DataError(`${name}: expected images of numbers, got text.`);
  if (type === 'b1') return Uint8Array.from(values, (value) => 255 * value);
  if (values instanceof Uint8Array || values instanceof Float32Array) return values;
  if (type.startsWith('f')) return Float32Array.from(values);
  const odd = values.findIndex((value) => value < 0 || value > 255);
  if (odd >= 0) throw new DataError(`${name}: expected whole numbers from 0 to 255 for pixels, got ${values[odd]}.`);
  return Uint8Array.from(values);
}

/** Labels [N] or [N, 1]: numbers, or words, which are places in the list of classes or the alphabet. */
function labelsIn(
  { shape, values }: NumpyArray,
  name: string,
  listed: readonly string[] | undefined,
): { labels: Int32Array; classNames: readonly string[] } {
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    const hint = shape.length === 2 ? '. Take the argmax of one-hot labels' : '';
    throw new DataError(`${name}: expected labels [N], got [${shape.join(', ')}]${hint}.`);
  }
  if (Array.isArray(values)) {
    const classNames = listed ?? [...new Set(values)].sort();
    const places = new Map(classNames.map((each, i) => [each, i]));
    const unknown = values.findIndex((each) => !places.has(each));
    if (unknown >= 0) {
      throw new DataError(`${name}: the label of image ${unknown}, "${values[unknown]}", is not among its classes.`);
    }
    return { labels: Int32Array.from(values, (each) => places.get(each)!), classNames };
  }
  const odd = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= maxClasses);
  if (odd >= 0) throw new DataError(`${name}: the label of image ${odd} is ${values[odd]}, no class number from 0 on.`);
  const labels = Int32Array.from(values);
  const count = labels.reduce((highest, label) => Math.max(highest, label + 1), 0);
  return { labels, classNames: listed ?? Array.from({ length: count }, (_, i) => String(i)) };
}
