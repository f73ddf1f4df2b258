/** @file Transforms one after another, and one that happens only in some of the draws. */
import { greater, where } from '../tensor/ops/compare.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/**
 * Transforms in their order, each with draws of its own.
 * @example
 * const expectation = { transform: sequence(blur({ sigma: [0, 1] }), jpeg({ quality: [60, 95] })), draws: 10 };
 */
export function sequence(...transforms: readonly Transform[]): Transform {
  const nameOf = (i: number, name: string) => `${i} ${name}`;
  return {
    key: `(${transforms.map(({ key }) => key).join(', then ')})`,
    data: Object.fromEntries(
      transforms.flatMap(({ data }, i) => Object.entries(data).map(([name, spec]) => [nameOf(i, name), spec])),
    ),
    draw: (random) =>
      Object.fromEntries(
        transforms.flatMap((transform, i) =>
          Object.entries(transform.draw(random)).map(([name, value]) => [nameOf(i, name), value]),
        ),
      ),
    apply: (x, data) =>
      transforms.reduce((y, transform, i) => {
        const own = Object.fromEntries(Object.keys(transform.data).map((name) => [name, data[nameOf(i, name)]!]));
        return transform.apply(y, own);
      }, x),
  };
}

/**
 * A transform with a probability, nothing otherwise; the input diversity of Xie et al. 2019 is `sometimes(0.5, resizeAndPad(...))`.
 * @throws RangeError if the probability is none
 */
export function sometimes(probability: number, transform: Transform): Transform {
  rangeOf('sometimes: its probability', probability, 0, 1);
  return {
    key: `sometimes ${probability} ${transform.key}`,
    data: { ...transform.data, 'whether it happens': { shape: [], dtype: 'float32' } },
    draw: (random) => ({
      'whether it happens': Number(random !== undefined && random.uniform() < probability),
      ...transform.draw(random),
    }),
    apply: (x, { 'whether it happens': happens, ...data }) =>
      where(greater(reshape(happens!, [x.shape[0]!, 1, 1, 1]), 0.5), transform.apply(x, data), x),
  };
}
