/**
 * @file Local linearity (Qin et al. 2019): γ(ε), the largest |f(x + δ) - f(x) - <∇f(x), δ>| in a ball, found by gradient ascent, beside how far
 * the response itself can be raised in the same ball by as many steps. Of the response, not of a loss, which curves by itself.
 */
import { hashOf, randomStream } from '../random/random-stream.ts';
import { ascend, ascendDeviation } from './ascend.ts';
import { type Estimate, meanOf } from './interval.ts';
import { dosed, ofUnitStrength, type Strength } from './pattern.ts';
import type { Responder, SlopedReaction } from './response.ts';

/** γ within a ball. */
export interface LocalLinearity {
  readonly dose: number;
  /** Mean over pictures of the deviation that ascent finds: a lower bound of γ. */
  readonly gamma: Estimate;
  /** How far the response is raised in the same ball, on average. */
  readonly raised: Estimate;
}

/** Steps of each search. */
const steps = 10;

/** Where a search starts that ascent gives no start: this share of the way to the ball's border. */
const randomStart = 0.1;

/** γ at each dose. */
export async function localLinearity(
  responder: Responder,
  pictures: readonly Float32Array[],
  clean: readonly SlopedReaction[],
  doses: readonly number[],
  strength: Strength,
  seed = 0,
): Promise<LocalLinearity[]> {
  const found: LocalLinearity[] = [];
  for (const dose of doses) {
    const options = { strength, steps, within: dose, stepSize: (2.5 * dose) / steps };
    // At the picture itself the deviation is 0 and so is its slope: the search starts where ascent ends, or, where it
    // does not rise, as at a summit, at a random point nearby, which the picture and the seed decide.
    const up = await ascend(responder, pictures, options);
    const starts = up.map(({ picture, rose }) => (rose ? picture : nearby(picture, strength, dose, seed)));
    const deviations = await ascendDeviation(responder, pictures, clean, options, starts);
    found.push({
      dose,
      gamma: meanOf(deviations.map(({ value }) => value)),
      raised: meanOf(up.map(({ value }, i) => value - clean[i]!.response)),
    });
  }
  return found;
}

function nearby(picture: Float32Array, strength: Strength, dose: number, seed: number): Float32Array {
  const random = randomStream(seed, 0x10ca, hashOf(picture));
  const noise = picture.map(() => random.normal());
  return dosed(picture, ofUnitStrength(noise, strength, 'Noise'), randomStart * dose);
}
