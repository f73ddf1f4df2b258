/** @file g of the search: how a picture is made from what is searched. A parameterisation is a prior: what it draws easily comes first. */
import type { RandomStream } from '../random/random-stream.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A way to make pictures from parameters. */
export interface Parameterisation {
  /** What users call it. */
  readonly name: string;
  /** Tells it from any other, its settings and sizes included. */
  readonly key: string;
  /** Shape of one picture's parameters. */
  readonly shape: Shape;
  /** Size of its pictures: [C, H, W]. */
  readonly size: PictureSize;
  /** Learning rate of Adam that suits its parameters. */
  readonly rate: number;
  /** Deviation of the parameters of ordinary pictures: how far searches without gradients look. */
  readonly spread: number;
  /** Parameters to start from, drawn from a stream. */
  start(random: RandomStream): Float32Array;
  /** Pictures [N, C, H, W] in [0, 1] of parameters [N, …]. */
  picture(z: Tensor): Tensor;
  /** What is held against parameters [N, …], one number each: [N]; nothing unless given. */
  penalty?(z: Tensor): Tensor;
  /** Brings parameters back into the allowed ones; all are allowed unless given. */
  project?(z: Tensor): Tensor;
}

/** [C, H, W] of a picture. */
export type PictureSize = readonly [channels: number, height: number, width: number];

/** Normal numbers of a deviation. */
export function normalStart(count: number, deviation: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length: count }, () => deviation * random.normal());
}
