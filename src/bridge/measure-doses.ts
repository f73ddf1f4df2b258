/** @file What growing doses of a pattern do to a unit: on pictures, on plain grounds, beside the linear prediction. */
import { along, dosed, isShared, type Pattern, patternFor } from './pattern.ts';
import type { Responder, SlopedReaction } from './response.ts';

/** Grounds that a pattern is put on alone. `mean` is the mean of the pictures. */
export type Ground = 'grey' | 'black' | 'mean';

/** All of them. */
export const grounds: readonly Ground[] = ['grey', 'black', 'mean'];

/** What one dose does, a number for each picture that counts. */
export interface DoseReactions {
  /** Signed. */
  readonly dose: number;
  /** How much more the unit responds with the dose than without. */
  readonly gained: readonly number[];
  /** What the slope at the picture says that it should be, for the change that is left within [0, 1]. */
  readonly predicted: readonly number[];
  /** Whether the model answers otherwise than without the dose. */
  readonly fooled: readonly boolean[];
  /** Whether it answers the unit's class and did not before; never for units that are no class. */
  readonly led: readonly boolean[];
  /** How much more the unit responds on a ground with the dose than on the ground alone: one number where all pictures share the pattern. */
  readonly aloneGained: Readonly<Record<Ground, readonly number[]>>;
  /** How much it responds there in all. */
  readonly alone: Readonly<Record<Ground, readonly number[]>>;
}

/** Reactions to all doses of a pattern. */
export interface PatternReactions {
  readonly pattern: Pattern;
  /** Places of the pictures that count: those that have the pattern and that it was not made with. */
  readonly places: readonly number[];
  /** By dose, lowest first; none is 0. */
  readonly doses: readonly DoseReactions[];
}

/** The grounds as pictures. */
export function groundPictures(pictures: readonly Float32Array[]): Readonly<Record<Ground, Float32Array>> {
  const size = pictures[0]!.length;
  const mean = new Float32Array(size);
  for (const picture of pictures) for (let i = 0; i < size; i++) mean[i]! += picture[i]! / pictures.length;
  return { grey: new Float32Array(size).fill(0.5), black: new Float32Array(size), mean };
}

/** Puts every dose of a pattern on every picture and ground. */
export async function measureDoses(
  responder: Responder,
  pattern: Pattern,
  pictures: readonly Float32Array[],
  clean: readonly SlopedReaction[],
  doses: readonly number[],
): Promise<PatternReactions> {
  const places = pictures.flatMap((_, i) => (pattern.madeWith?.has(i) || pattern.without?.has(i) ? [] : [i]));
  const on = groundPictures(pictures);
  const plain = await responder.react(grounds.map((ground) => on[ground]));
  const { label } = responder.unit;
  // A pattern of each picture's own is put on grey alone: the other grounds tell little more, for as many runs.
  const used: readonly Ground[] = isShared(pattern) ? grounds : ['grey'];
  const alonePlaces = isShared(pattern) ? [0] : places;
  const result: DoseReactions[] = [];
  for (const dose of doses) {
    const changed = places.map((i) => dosed(pictures[i]!, patternFor(pattern, i), dose));
    const reactions = await responder.react(changed);
    const alone: Record<Ground, number[]> = { grey: [], black: [], mean: [] };
    const aloneGained: Record<Ground, number[]> = { grey: [], black: [], mean: [] };
    for (const ground of used) {
      const there = alonePlaces.map((i) => dosed(on[ground], patternFor(pattern, i), dose));
      for (const { response } of await responder.react(there)) {
        alone[ground].push(response);
        aloneGained[ground].push(response - plain[grounds.indexOf(ground)]!.response);
      }
    }
    result.push({
      dose,
      gained: reactions.map(({ response }, k) => response - clean[places[k]!]!.response),
      predicted: changed.map((to, k) => along(clean[places[k]!]!.gradient, pictures[places[k]!]!, to)),
      fooled: reactions.map(({ answer }, k) => answer !== clean[places[k]!]!.answer),
      led: reactions.map(({ answer }, k) => answer === label && clean[places[k]!]!.answer !== label),
      alone,
      aloneGained,
    });
  }
  return { pattern, places, doses: result };
}
