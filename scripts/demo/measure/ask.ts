/** @file Asking networks about pictures. */
import type { Model } from '../../../src/model/model.ts';

/** One result for each network, one after another. */
export async function perNetwork<N extends string, T>(
  names: readonly N[],
  work: (name: N) => Promise<T>,
): Promise<Readonly<Record<N, T>>> {
  const results: [N, T][] = [];
  for (const name of names) results.push([name, await work(name)]);
  return Object.fromEntries(results) as Record<N, T>;
}

/** What a network answers to each picture. */
export async function answersOf(model: Model, shown: readonly { readonly picture: Float32Array }[]): Promise<number[]> {
  const answers: number[] = [];
  const size = model.channels * model.height * model.width;
  const most = Math.min(50, model.maxBatch);
  for (let at = 0; at < shown.length; at += most) {
    const part = shown.slice(at, at + most);
    const pixels = new Float32Array(part.length * size);
    for (const [i, { picture }] of part.entries()) pixels.set(picture, i * size);
    const scores = await model.predict(pixels, part.length);
    for (const i of part.keys())
      answers.push(largest(scores.subarray(i * model.classCount, (i + 1) * model.classCount)));
  }
  return answers;
}

function largest(scores: Float32Array): number {
  return scores.reduce((best, score, k) => (score > scores[best]! ? k : best), 0);
}

/** How many answers are the pictures' classes. */
export function countRight(answers: readonly number[], shown: readonly { readonly label: number }[]): number {
  return shown.filter(({ label }, i) => answers[i] === label).length;
}
