/** @file Published data sets that `pareidolia data get` loads: where their files lie, and the checksums that were published with them. */

/** A file of a set. */
export interface KnownFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
}

/** A published set. */
export interface KnownSet {
  readonly title: string;
  readonly images: string;
  readonly terms: string;
  /** Address of its files, with a slash at the end. */
  readonly from: string;
  readonly files: readonly KnownFile[];
}

const kriz = 'https://www.cs.toronto.edu/~kriz/';
const cifarTerms = 'no licence stated; cite Krizhevsky 2009';

/** Sets by the name that `data get` takes, which is also their kind for `openDataset`. */
export const knownSets: Readonly<Record<string, KnownSet>> = {
  cifar10: {
    title: 'CIFAR-10',
    images: '50,000 + 10,000 of 32 x 32 RGB, 10 classes',
    terms: cifarTerms,
    from: kriz,
    files: [{ name: 'cifar-10-binary.tar.gz', bytes: 170_052_171, md5: 'c32a1d4ab5d03f1284b67883e8d87530' }],
  },
  cifar100: {
    title: 'CIFAR-100',
    images: '50,000 + 10,000 of 32 x 32 RGB, 100 classes',
    terms: cifarTerms,
    from: kriz,
    files: [{ name: 'cifar-100-binary.tar.gz', bytes: 168_513_733, md5: '03b5dce01913d631647c71ecec9e9cb8' }],
  },
  mnist: {
    title: 'MNIST',
    images: '60,000 + 10,000 of 28 x 28 grey, 10 classes',
    terms: 'CC BY-SA 3.0; cite LeCun, Cortes, Burges',
    from: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 9_912_422, md5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873' },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 28_881, md5: 'd53e105ee54ea40749a09fcbcd1e9432' },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 1_648_877, md5: '9fb629c4189551a2d022fa330f9573f3' },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 4_542, md5: 'ec29112dd5afa0611ce80d1b7f02629c' },
    ],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    images: '60,000 + 10,000 of 28 x 28 grey, 10 classes',
    terms: 'MIT; cite Xiao, Rasul, Vollgraf 2017',
    from: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 26_421_880, md5: '8d4fb7e6c68d591d4c3dfef9ec88bf0d' },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 29_515, md5: '25c81989df183df01b3e8a0aad5dffbe' },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 4_422_102, md5: 'bef4ecab320f06d8554ea6380940ec79' },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 5_148, md5: 'bb300cfdad3c16e7a12a480ee83cd310' },
    ],
  },
};
