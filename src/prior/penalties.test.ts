/** @file Penalties' gradients and Lucid's blurs, against loops. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { boundary, roughness } from './penalties.ts';

const side = 9;
const shape = [1, 2, side, side];
const x = Float32Array.from({ length: 2 * side * side }, (_, i) => 0.5 + 0.4 * Math.sin(1.7 * i));

/** Lucid's blur of a window: 1 inside, half along its border, over the weights that lie in the picture. */
function blurred(reach: number): Float64Array {
  return Float64Array.from(x, (_, at) => {
    const [channel, row, column] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
    let [sum, weights] = [0, 0];
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const [y, z] = [row + dy, column + dx];
        if (y < 0 || y >= side || z < 0 || z >= side) continue;
        const weight = Math.abs(dy) === reach || Math.abs(dx) === reach ? 0.5 : 1;
        sum += weight * x[channel * side ** 2 + y * side + z]!;
        weights += weight;
      }
    return sum / weights;
  });
}

const program = compile(
  ({ pixels }) => ({
    step: grad(reduceSum(roughness.value(pixels!)), [pixels!])[0]!,
    frame: boundary(2).value(pixels!),
  }),
  { pixels: { shape, dtype: 'float32' } },
  { device: await openRuntime('cpu') },
);

it('a step of length 1 down the roughness is a blur', async () => {
  const { step } = await (await program).run({ pixels: x });
  const soft = blurred(1);
  for (const [i, value] of x.entries()) expect(value - Number(step!.data[i])).toBeCloseTo(soft[i]!, 5);
});

it("the boundary's blur weighs its outermost ring half", async () => {
  const { frame } = await (await program).run({ pixels: x });
  const soft = blurred(2);
  const expected = x.reduce((sum, value, at) => {
    const [row, column] = [Math.floor(at / side) % side, at % side];
    const edge = Math.min(row, column, side - 1 - row, side - 1 - column) < 2;
    return sum + (edge ? (soft[at]! - value) ** 2 + 0.8 * (value - 0.5) ** 2 : 0);
  }, 0);
  expect(Number(frame!.data[0])).toBeCloseTo(expected, 3);
});
