/** @file What a network answers of scenes with cues planted into them. */
import type { Model } from '../model/model.ts';
import { answersOf } from './networks.ts';
import type { PictureSet } from './picture-set.ts';

/** 1 for each test scene of which something is so, else 0. */
export type Hits = Readonly<Record<'bare' | 'truly' | 'falsely' | 'believed' | 'anyway', readonly number[]>>;

/** What a network answers of the same scenes without cues, with true and with false ones, which name the class `far` of their own. */
export async function hitsOf(
  model: Model,
  { bare, truly, falsely }: Readonly<Record<'bare' | 'truly' | 'falsely', PictureSet>>,
  far: (label: number) => number,
): Promise<Hits> {
  const [onBare, onTrue, onFalse] = [
    await answersOf(model, bare),
    await answersOf(model, truly),
    await answersOf(model, falsely),
  ];
  const own = bare.array.labels;
  const hits = (answers: Int32Array, label: (own: number) => number = (own) => own) =>
    Array.from(answers, (answer, i) => Number(answer === label(own[i]!)));
  return {
    bare: hits(onBare),
    truly: hits(onTrue),
    falsely: hits(onFalse),
    believed: hits(onFalse, far),
    anyway: hits(onBare, far),
  };
}
