/** @file Which tokens of a transformer's layer [N, T, C] a unit is taken of, and how they count together. */
import { gather } from '../../tensor/ops/gather.ts';
import { reduceMean } from '../../tensor/ops/reduce.ts';
import { reduceMax } from '../../tensor/ops/reduce-extrema.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { VisualizeError } from '../check-options.ts';

/** Some tokens, and how their values become one. */
export interface TokenChoice {
  /**
   * Their numbers, or ranges from one to another (to the end where it is left out): `[0]` is the class token where there is one, `[[1]]` all
   * but it, `[0, [3, 5]]` four of them. All unless given.
   */
  readonly which?: readonly (number | readonly [from: number, to?: number])[];
  /** Their mean, or the value of the one that responds most; the mean unless given. */
  readonly average?: 'mean' | 'largest';
}

/** Which tokens count: all of them, one by its number, or a choice. */
export type Tokens = 'all' | number | TokenChoice;

/** Tokens as a choice. */
export function choiceOf(tokens: Tokens): TokenChoice {
  if (tokens === 'all') return {};
  return typeof tokens === 'number' ? { which: [tokens] } : tokens;
}

/**
 * Values [N, T] of a layer's places as one for each picture, [N].
 * @param places sizes of the layer's places, as `featuresOf` has them
 * @throws VisualizeError where the layer has no tokens, or not these
 */
export function overTokens(values: Tensor, tokens: Tokens, places: readonly number[], layer: string): Tensor {
  const { which, average = 'mean' } = choiceOf(tokens);
  if ((which !== undefined || average !== 'mean') && places.length !== 1)
    throw new VisualizeError(
      `Layer "${layer}" has no tokens: its places are ${places.join(' x ') || 'none'}. Tokens are of layers [N, T, C]; a place of a map is layer:channel:row,column.`,
    );
  const chosen = which === undefined ? values : gather(values, numbersOf(which, places[0]!, layer), 1);
  return average === 'mean' ? reduceMean(chosen, { axes: [1] }) : reduceMax(chosen, { axes: [1] });
}

function numbersOf(which: NonNullable<TokenChoice['which']>, count: number, layer: string): Tensor {
  const numbers = which.flatMap((one) => {
    const [from, to] = typeof one === 'number' ? [one, one] : [one[0], one[1] ?? count - 1];
    const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to < count;
    if (isRange) return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    throw new VisualizeError(
      `Layer "${layer}" has tokens 0 to ${count - 1}; ${from === to ? `${from} is none` : `${from} to ${to} are not all`} of them.`,
    );
  });
  if (numbers.length === 0) throw new VisualizeError(`At least one token of layer "${layer}" must count.`);
  const each = [...new Set(numbers)];
  return constant(each, [each.length], 'int64');
}
