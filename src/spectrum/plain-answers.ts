/** @file What a model answers to pictures, one by one, by its own file. */
import type { Model } from '../model/model.ts';

/** The class of each picture. @throws the signal's reason when aborted */
export async function plainAnswers(
  model: Model,
  images: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<number[]> {
  const answers: number[] = [];
  for (const image of images) {
    signal?.throwIfAborted();
    answers.push((await model.predictPlain(image)).label);
  }
  return answers;
}
