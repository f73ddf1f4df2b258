/**
 * @file JPEG as an expression of pictures (ITU-T T.81; JFIF's colours): what a decoder shows of what an encoder of libjpeg's kind wrote.
 * Every rounding passes gradients straight through (Athalye et al. 2018), or that of the coefficients as in Shin and Song 2017.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { concat } from '../tensor/ops/concat.ts';
import { clip, floor, round } from '../tensor/ops/extrema.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { pad } from '../tensor/ops/pad.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { resize } from '../tensor/ops/resize.ts';
import { slice } from '../tensor/ops/slice.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { chromaTable, lumaTable, tableOf } from './jpeg-tables.ts';
import { drawWhole, type Range, rangeOf } from './range.ts';
import { sometimes } from './sequence.ts';
import type { Transform } from './transform.ts';

/** Options of `jpeg`. */
export interface JpegOptions {
  /** 1 to 100, libjpeg's scale, in whole numbers. */
  readonly quality: Range;
  /** Resolution of colours: halved both ways as ordinary files have it, or full; 4:2:0 unless given. */
  readonly subsampling?: '4:2:0' | '4:4:4';
  /**
   * What gradients see of the rounding of coefficients: `straight` the identity, with the codec's very values; `cubic` r + (c - r)^3 around
   * the nearest whole number r, which values follow too; straight unless given.
   */
  readonly rounding?: 'straight' | 'cubic';
}

/**
 * Stores pictures of one or three channels as JPEG of a random quality and reads them again. Without a draw they stay as they are.
 * @throws RangeError if the quality is none
 */
export function jpeg({ quality, subsampling = '4:2:0', rounding = 'straight' }: JpegOptions): Transform {
  const range = rangeOf('jpeg: quality', quality, 1, 100);
  const table = { shape: [8, 8], dtype: 'float32' } as const;
  const rounded = rounding === 'cubic' ? cubicRound : round;
  return sometimes(1, {
    key: `jpeg ${range} ${subsampling} ${rounding}`,
    data: { luma: table, chroma: table },
    draw: (random) => {
      const q = random === undefined ? 100 : drawWhole(range, random);
      return { luma: tableOf(lumaTable, q), chroma: tableOf(chromaTable, q) };
    },
    apply: (x, { luma, chroma }) => {
      const bytes = mul(x, 255);
      if (x.shape[1] === 1) return div(coded(bytes, luma!, rounded), 255);
      const [y, colours] = [channels(toYcc(bytes), 0, 1), channels(toYcc(bytes), 1, 3)];
      const seen = subsampling === '4:4:4' ? coded(colours, chroma!, rounded) : halved(colours, chroma!, rounded);
      return div(clip(round(toRgb(concat([coded(y, luma!, rounded), seen], 1))), 0, 255), 255);
    },
  });
}

/** Nearest whole number r plus (x - r)^3 (Shin and Song 2017): slope 0 at whole numbers, 3/4 half-way between them. */
export function cubicRound(x: Tensor): Tensor {
  const r = floor(add(x, 0.5));
  const d = sub(x, r);
  return add(r, mul(d, mul(d, d)));
}

function channels(x: Tensor, from: number, to: number): Tensor {
  return slice(x, { axes: [1], starts: [from], ends: [to] });
}

/** Rows give Y, Cb and Cr from red, green and blue (ITU-R BT.601, full range). */
const ycc = [
  [0.299, 0.587, 0.114],
  [-0.168735892, -0.331264108, 0.5],
  [0.5, -0.418687589, -0.081312411],
] as const;

/** Rows give red, green and blue from Y, Cb - 128 and Cr - 128. */
const rgb = [
  [1, 0, 1.402],
  [1, -0.344136286, -0.714136286],
  [1, 1.772, 0],
] as const;

/** Products of a matrix with the colours of every pixel of x [N, 3, H, W]. */
function mixed(x: Tensor, matrix: readonly (readonly number[])[]): Tensor {
  const [n, , height, width] = x.shape as [number, number, number, number];
  return reshape(matmul(constant(matrix.flat(), [3, 3]), reshape(x, [n, 3, height * width])), x.shape);
}

const middle = constant([0, 128, 128], [1, 3, 1, 1]);

function toYcc(x: Tensor): Tensor {
  return round(add(mixed(x, ycc), middle));
}

function toRgb(x: Tensor): Tensor {
  return mixed(sub(x, middle), rgb);
}

/** Orthonormal DCT-II of 8 values: row k holds basis function k. */
const dct = constant(
  Float32Array.from({ length: 64 }, (_, at) => {
    const [k, i] = [Math.floor(at / 8), at % 8];
    return Math.sqrt((k === 0 ? 1 : 2) / 8) * Math.cos(((2 * i + 1) * k * Math.PI) / 16);
  }),
  [8, 8],
);
const inverseDct = swapAxes(dct, 0, 1);

/** Channels [N, C, H, W] from 0 to 255 as they come back from blocks whose coefficients are quantised by `table` [N, 8, 8]. */
function coded(x: Tensor, table: Tensor, rounded: (x: Tensor) => Tensor): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const whole = toMultiple(x, 8);
  const [h, w] = whole.shape.slice(2) as [number, number];
  const bands = [n, c, h / 8, 8, w];
  const blocks = [n, c, h / 8, 8, w / 8, 8];
  /** The matrix times columns of blocks, and rows of blocks times its transpose. */
  const both = (values: Tensor, matrix: Tensor) => {
    const columns = matmul(matrix, reshape(values, bands));
    return matmul(reshape(columns, blocks), swapAxes(matrix, 0, 1));
  };
  const q = reshape(table, [n, 1, 1, 8, 1, 8]);
  const coefficients = mul(rounded(div(both(sub(whole, 128), dct), q)), q);
  const back = add(reshape(both(coefficients, inverseDct), whole.shape), 128);
  return slice(clip(round(back), 0, 255), { axes: [2, 3], starts: [0, 0], ends: [height, width] });
}

/** Colours kept at half the resolution, and seen through a triangle filter as decoders do. */
function halved(colours: Tensor, table: Tensor, rounded: (x: Tensor) => Tensor): Tensor {
  const [height, width] = colours.shape.slice(2) as [number, number];
  const small = round(averagePool(toMultiple(colours, 2), [2, 2], { strides: [2, 2] }));
  const sizes = small.shape.slice(2).map((size) => 2 * size);
  const large = round(resize(coded(small, table, rounded), { axes: [2, 3], sizes, mode: 'linear' }));
  return slice(large, { axes: [2, 3], starts: [0, 0], ends: [height, width] });
}

/** The picture with its last row and column repeated up to a multiple of a size. */
function toMultiple(x: Tensor, size: number): Tensor {
  const [more, further] = x.shape.slice(2).map((length) => (size - (length % size)) % size) as [number, number];
  return more + further === 0 ? x : pad(x, { begin: [0, 0, 0, 0], end: [0, 0, more, further], mode: 'edge' });
}
