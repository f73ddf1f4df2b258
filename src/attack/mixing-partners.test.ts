import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { randomStream } from '../random/random-stream.ts';
import { checkPool, partnersOf } from './mixing-partners.ts';
import { trialOf } from './trial.ts';

const random = pseudoRandom(2);
const picture = (): Float32Array => Float32Array.from({ length: 3 * 4 * 5 }, random);
const x0 = picture();
const prediction = { scores: new Float32Array(2), probabilities: new Float32Array(2), label: 0 };
const trial = trialOf({
  x0,
  label: 1,
  target: undefined,
  shape: [3, 4, 5],
  classCount: 4,
  mask: undefined,
  before: prediction,
  misclassifiedBefore: false,
  seed: 0,
});

describe('partners to mix a picture with', () => {
  it('come from the pool, of other classes, and are never the picture itself', () => {
    const images: Float32Array[] = [picture(), x0.slice(), picture(), picture()];
    const draw = partnersOf(trial, { images, labels: [1, 3, 2, 0] });
    const stream = randomStream(3);
    const drawn = new Set(Array.from({ length: 60 }, () => images.indexOf(draw(stream))));
    expect(drawn).toEqual(new Set([2, 3]));
    const any = partnersOf(trial, { images });
    expect(new Set(Array.from({ length: 60 }, () => images.indexOf(any(stream))))).toEqual(new Set([0, 2, 3]));
  });

  it('are the picture itself, moved and mirrored, without a pool: the same colours in another place', () => {
    const draw = partnersOf(trial, undefined);
    const stream = randomStream(4);
    const colours = (x: Float32Array) =>
      Array.from({ length: 20 }, (_, p) => [x[p], x[20 + p], x[40 + p]].join()).sort();
    const drawn = Array.from({ length: 30 }, () => draw(stream));
    for (const one of drawn) expect(colours(one)).toEqual(colours(x0));
    expect(new Set(drawn.map((one) => one.join())).size).toBeGreaterThan(20);
    const again = randomStream(4);
    expect(Array.from({ length: 30 }, () => draw(again))).toEqual(drawn);
  });

  it('are refused where there are none, or where they have another size', () => {
    expect(() => partnersOf(trial, { images: [picture()], labels: [1] })).toThrow(/no picture of another class than 1/);
    expect(() => checkPool({ images: [] }, 60)).toThrow(/is empty/);
    expect(() => checkPool({ images: [new Float32Array(59)] }, 60)).toThrow(/59 values; those of the victim have 60/);
    expect(() => checkPool({ images: [picture()], labels: [] }, 60)).toThrow(/0 labels for the 1 pictures/);
  });
});
