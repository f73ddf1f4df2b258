/** @file Jitter: pictures against rotated indices, its adjoint, and what it draws. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { interpret } from '../../test/reference/interpret.ts';
import { randomStream } from '../random/random-stream.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { mul } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input } from '../tensor/tensor.ts';
import { jitter } from './jitter.ts';

const shape = [2, 3, 4, 5];
const [x, dy, down, right] = [input('x', shape), input('dy', shape), input('down', [2]), input('right', [2])];
const moved = jitter(2, [4, 5]).apply(x, { down, right });
const random = pseudoRandom(8);
const noise = () => Float64Array.from({ length: 120 }, () => random());

/** The element that lies at (row, column) after moving by a sample's offsets. */
function source(at: number, downs: readonly number[], rights: readonly number[]): number {
  const [n, c, row, column] = [Math.floor(at / 60), Math.floor(at / 20) % 3, Math.floor(at / 5) % 4, at % 5];
  return ((n * 3 + c) * 4 + ((row - downs[n]! + 4) % 4)) * 5 + ((column - rights[n]! + 5) % 5);
}

it.each([
  [
    [0, 0],
    [0, 0],
  ],
  [
    [1, 3],
    [4, 2],
  ],
])('moves each picture by its own offsets, down %j and right %j, and its gradient back', (downs, rights) => {
  const [values, cotangents] = [noise(), noise()];
  const feeds = {
    x: hostTensor(values, shape),
    dy: hostTensor(cotangents, shape),
    down: hostTensor(downs),
    right: hostTensor(rights),
  };
  const [y, dx] = interpret([moved, grad(reduceSum(mul(moved, dy)), [x])[0]!], feeds);
  const places = Array.from({ length: 120 }, (_, at) => source(at, downs, rights));
  places.forEach((from, at) => {
    expect(y!.data[at]).toBe(values[from]);
    expect(dx!.data[from]).toBe(cotangents[at]);
  });
});

describe('what is drawn', () => {
  const { draw } = jitter(2, [4, 5]);
  it('is every offset up to the pixels asked for, as residues', () => {
    const stream = randomStream(1);
    const drawn = Array.from({ length: 300 }, () => draw(stream));
    expect(new Set(drawn.map(({ right }) => right))).toEqual(new Set([0, 1, 2, 3, 4]));
    const rare = jitter(1, [9, 9]);
    expect(new Set(Array.from({ length: 100 }, () => rare.draw(stream).down))).toEqual(new Set([0, 1, 8]));
  });

  it('without a stream leaves the picture where it is', () => {
    expect(draw()).toEqual({ down: 0, right: 0 });
  });
});
