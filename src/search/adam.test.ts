/** @file Adam and NAdam against their papers' recursions in float64. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { square } from '../tensor/ops/unary.ts';
import { constant } from '../tensor/tensor.ts';
import { adam, adamData, adamSpecs } from './adam.ts';
import { stepSizeName } from './ascent.ts';
import { search } from './search.ts';

const target = [1, -2, 0.3];
const scale = [1, 30, 0.01];
const rates = [0.3, 0.1];

/** Points of two searches for the top of -sum scale (z - target)^2, each with its rate. */
async function paths(nesterov: boolean): Promise<number[][][]> {
  const found: number[][][] = [[], []];
  await search(
    {
      key: `adam's test ${nesterov}`,
      shape: [3],
      data: adamSpecs,
      objective: (z) => ({
        value: neg(
          reduceSum(
            mul(
              square(sub(z, constant(Float32Array.from(target), [1, 3]))),
              constant(Float32Array.from(scale), [1, 3]),
            ),
            {
              axes: [1],
            },
          ),
        ),
      }),
      rule: adam({ shape: [3], nesterov }),
    },
    rates.map((rate) => ({
      z: new Float32Array(3),
      steps: 12,
      data: (step) => ({ [stepSizeName]: rate, ...adamData(step) }),
    })),
    (seen) => {
      for (const { sample, z } of seen) found[sample]!.push(Array.from(z));
      return seen.map(() => false);
    },
    { device: await openRuntime('cpu'), batch: 2 },
  );
  return found;
}

/** Kingma and Ba's algorithm 1, and Dozat's algorithm 8 with one decay for all steps. */
function reference(rate: number, nesterov: boolean): number[][] {
  const [z, m, v] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ] as [number[], number[], number[]];
  const path = [[...z]];
  for (let t = 1; t <= 12; t++) {
    for (const i of [0, 1, 2] as const) {
      const g = 2 * scale[i]! * (target[i]! - z[i]!);
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      const ahead = (0.9 * m[i]!) / (1 - 0.9 ** (t + 1)) + (0.1 * g) / (1 - 0.9 ** t);
      const mean = nesterov ? ahead : m[i]! / (1 - 0.9 ** t);
      z[i] = z[i]! + (rate * mean) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    }
    path.push([...z]);
  }
  return path;
}

it.each([
  ['adam', false],
  ['nadam', true],
])('%s goes the way of its paper, every sample at its own rate', async (_name, nesterov) => {
  const found = await paths(nesterov);
  for (const [k, rate] of rates.entries()) {
    const expected = reference(rate, nesterov);
    expect(found[k]).toHaveLength(13);
    for (const [t, point] of expected.entries())
      for (const [i, value] of point.entries()) expect(found[k]![t]![i]).toBeCloseTo(value, 4);
  }
});
