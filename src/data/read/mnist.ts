/** @file MNIST and sets of its form (Fashion-MNIST …): a folder of idx pairs under their usual names, or of strips. */
import { DataError, type ImageArray, type Split } from '../dataset.ts';
import { type Folder, findFile } from '../folder.ts';
import { imageArray } from '../image-array.ts';
import { readIdx } from './idx.ts';
import { readStrips, stripsIn } from './strips.ts';

/** How a set of MNIST's form is read. */
export interface MnistOptions {
  readonly split?: Split;
  readonly name?: string;
  /** Ten digits if left out; as many names as labels otherwise. */
  readonly classNames?: readonly string[];
}

/** Classes of Fashion-MNIST in order (Xiao, Rasul, Vollgraf 2017). */
export const fashionClasses = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
] as const;

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
const stems: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };
/** The 21st strip holds the first test images. */
const testStrip = 20;

/** Images of the files `train-images-idx3-ubyte[.gz]`, `t10k-…` or `mnist_batch_N.png`. @throws DataError if they do not fit. */
export async function readMnist(folder: Folder, options: MnistOptions = {}): Promise<ImageArray> {
  const { split = 'train', name = 'mnist', classNames = digits } = options;
  const paths = await folder.list();
  const find = (what: string) =>
    namesOf(stems[split], what)
      .map((file) => findFile(paths, file))
      .find((path) => path !== undefined);
  const imagePath = find('images-idx3');
  if (imagePath === undefined) {
    const strips = (await stripsIn(folder, 'mnist')).filter((batch) => batch >= testStrip === (split === 'test'));
    if (strips.length === 0) {
      throw new DataError(
        `${folder.name}: expected ${stems[split]}-images-idx3-ubyte (or .gz) for ${split}. Get the set with "pareidolia data get mnist".`,
      );
    }
    const shape = [1, 28, 28] as const;
    return readStrips(folder, {
      name: `${name}-${split}`,
      prefix: 'mnist',
      batches: strips,
      imageShape: shape,
      imagesPerStrip: 3000,
      classNames,
    });
  }
  const labelPath = find('labels-idx1');
  if (labelPath === undefined) {
    throw new DataError(`${folder.name} has ${imagePath}, but no ${stems[split]}-labels-idx1-ubyte (or .gz).`);
  }
  const images = await readIdx(await folder.read(imagePath), `${folder.name}/${imagePath}`);
  const labels = await readIdx(await folder.read(labelPath), `${folder.name}/${labelPath}`);
  const [n, height, width] = images.shape;
  if (images.shape.length !== 3) {
    throw new DataError(
      `${folder.name}/${imagePath}: expected [images, height, width], got [${images.shape.join(', ')}].`,
    );
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw new DataError(
      `${folder.name}/${labelPath}: expected ${n} labels, one for each image, got [${labels.shape.join(', ')}].`,
    );
  }
  return imageArray({
    name: `${name}-${split}`,
    shape: [n!, 1, height!, width!],
    pixels: images.data,
    labels: Int32Array.from(labels.data),
    classNames,
  });
}

/** Names that a file goes by: with a dot before "idx" in some copies, gzipped or not. */
function namesOf(stem: string, what: string): string[] {
  return [`${stem}-${what}-ubyte`, `${stem}-${what.replace('-idx', '.idx')}-ubyte`].flatMap((file) => [
    file,
    `${file}.gz`,
  ]);
}
