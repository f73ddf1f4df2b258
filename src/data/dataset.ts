/** @file Labelled image sets: the one interface that readers implement, and a set held in memory for training. */
import type { Picture } from '../image/image.ts';

/** Labelled images. Images are read when asked for; labels are known at once. */
export interface Dataset {
  /** What it is called in messages and reports: `cifar10`, `shapes`, a folder's name. */
  readonly name: string;
  readonly length: number;
  /** Name of each class; a label is an index into this list. */
  readonly classNames: readonly string[];
  /** The picture, values in [0, 1], RGB or grey, in its own size. Throws a `DataError` that names an unreadable one. */
  image(i: number): Promise<Picture>;
  label(i: number): number;
  /** The whole set, where it lies in memory already. */
  readonly array?: ImageArray | undefined;
}

/** Images of one size in memory. */
export interface ImageArray {
  readonly name: string;
  /** [images, channels, height, width]. */
  readonly shape: readonly [number, number, number, number];
  /** Bytes (0..255 for [0, 1]) where the source has 8 bits, float values in [0, 1] otherwise; in the order of `shape`. */
  readonly pixels: Uint8Array | Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  /** Why each image that is missing was left out, where bad ones are skipped. */
  readonly skipped?: readonly string[];
}

/** Which part of a set that is published in two. */
export type Split = 'train' | 'test';

/** A data set that cannot be read or used. The message says what was found, what was expected and the way out. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
