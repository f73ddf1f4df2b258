/** @file Expectation over transformations (Athalye et al. 2018): a loss as the mean over random changes of the picture. */
import type { RandomStream } from '../random/random-stream.ts';
import type { SampleData } from '../search/search.ts';
import type { Spec } from '../tensor/op.ts';
import { add, div } from '../tensor/ops/arithmetic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Transform } from '../transform/transform.ts';

/** A random change of pictures, and how many draws of it a gradient is the mean of. */
export interface Expectation {
  readonly transform: Transform;
  readonly draws: number;
}

const nameOf = (name: string, draw: number) => `drawn ${name} ${draw}`;

/** Tells an expectation's graphs from others. */
export function expectationKey(expectation: Expectation | undefined): string {
  return expectation === undefined ? '' : ` over ${expectation.draws} of ${expectation.transform.key}`;
}

/** What is fed for one picture, by name: the numbers of every draw. */
export function drawnSpecs(expectation: Expectation | undefined): Record<string, Spec> {
  if (expectation === undefined) return {};
  const { transform, draws } = expectation;
  return Object.fromEntries(
    Object.entries(transform.data).flatMap(([name, spec]) =>
      Array.from({ length: draws }, (_, draw) => [nameOf(name, draw), spec]),
    ),
  );
}

/** The numbers of one picture's draws; each draw has a stream of its own. */
export function drawnNumbers(
  expectation: Expectation | undefined,
  streamOf: (draw: number) => RandomStream,
): SampleData {
  const numbers: Record<string, SampleData[string]> = {};
  for (let draw = 0; draw < (expectation?.draws ?? 0); draw++) {
    for (const [name, value] of Object.entries(expectation!.transform.draw(streamOf(draw))))
      numbers[nameOf(name, draw)] = value;
  }
  return numbers;
}

/** The pictures under each of the draws. */
export function underDraws(
  { transform, draws }: Expectation,
  x: Tensor,
  data: Readonly<Record<string, Tensor>>,
): Tensor[] {
  return Array.from({ length: draws }, (_, draw) => {
    const own = Object.fromEntries(Object.keys(transform.data).map((name) => [name, data[nameOf(name, draw)]!]));
    return transform.apply(x, own);
  });
}

/** Mean of values of one shape. */
export function meanOf(values: readonly Tensor[]): Tensor {
  return div(
    values.reduce((sum, value) => add(sum, value)),
    values.length,
  );
}

/** Mean of a value [N] of pictures over the draws; the value itself without an expectation. */
export function expected(
  expectation: Expectation | undefined,
  x: Tensor,
  data: Readonly<Record<string, Tensor>>,
  of: (x: Tensor) => Tensor,
): Tensor {
  return expectation === undefined ? of(x) : meanOf(underDraws(expectation, x, data).map(of));
}
