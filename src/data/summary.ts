/** @file What a data set holds, at a glance: images of each class, sizes, mean and standard deviation of its channels. */
import type { Picture } from '../image/image.ts';
import { randomOrder } from '../random/random-order.ts';
import type { Dataset } from './dataset.ts';
import { type ReadOptions, readImages } from './read-images.ts';

/** What a data set holds. */
export interface DatasetSummary {
  readonly name: string;
  readonly length: number;
  /** Images of each class, counted over the whole set. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  /** Images that were read for what follows. */
  readonly read: number;
  /** Sizes among the images read, the commonest first. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly images: number }[];
  /** Mean of each channel over the pixels read: one for grey, three for RGB. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel. */
  readonly std: readonly number[];
  /** Why each image that could not be read was left out. */
  readonly skipped: readonly string[];
}

/** How much of a set is looked at. */
export interface SummaryOptions extends ReadOptions {
  /** Images to read at most (2000), chosen by the seed. */
  readonly limit?: number;
  readonly seed?: number;
}

/** Looks at a set. Labels are all counted; sizes and statistics are of the images that were read. */
export async function summarize(set: Dataset, options: SummaryOptions = {}): Promise<DatasetSummary> {
  const { limit = 2000, seed = 0 } = options;
  const counts = set.classNames.map(() => 0);
  for (let i = 0; i < set.length; i++) counts[set.label(i)]! += 1;
  const chosen = randomOrder(set.length, seed).subarray(0, limit).sort();
  // Kept by image and added up at the end: images come in any order, and sums of floats depend on theirs.
  const images: (Moments | undefined)[] = Array.from(chosen, () => undefined);
  const skipped = await readImages(
    set,
    chosen,
    (picture, place) => {
      images[place] = momentsOf(picture);
    },
    options,
  );
  const read = images.filter((each) => each !== undefined);
  const channels = read.every((each) => each.sums.length === 1) ? 1 : 3;
  const pixels = read.reduce((sum, { width, height }) => sum + width * height, 0);
  const over = (key: 'sums' | 'squares', c: number) =>
    read.reduce((sum, each) => sum + (each[key][c] ?? each[key][0]!), 0) / pixels;
  const mean = Array.from({ length: channels }, (_, c) => over('sums', c));
  const sizes = new Map<string, { width: number; height: number; images: number }>();
  for (const { width, height } of read) {
    const size = sizes.get(`${width} ${height}`) ?? { width, height, images: 0 };
    sizes.set(`${width} ${height}`, { ...size, images: size.images + 1 });
  }
  return {
    name: set.name,
    length: set.length,
    classes: set.classNames.map((name, i) => ({ name, images: counts[i]! })),
    read: read.length,
    sizes: [...sizes.values()].sort((a, b) => b.images - a.images || a.width - b.width || a.height - b.height),
    mean: read.length === 0 ? [] : mean,
    std: read.length === 0 ? [] : mean.map((m, c) => Math.sqrt(Math.max(0, over('squares', c) - m * m))),
    skipped: [...skipped.values()],
  };
}

/** Sums over an image's pixels, of values and of their squares, for each channel. */
interface Moments {
  readonly width: number;
  readonly height: number;
  readonly sums: readonly number[];
  readonly squares: readonly number[];
}

function momentsOf({ data, channels, width, height }: Picture): Moments {
  const area = width * height;
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let c = 0; c < channels; c++) {
    for (let i = c * area; i < (c + 1) * area; i++) {
      sums[c]! += data[i]!;
      squares[c]! += data[i]! ** 2;
    }
  }
  return { width, height, sums, squares };
}
