/** @file How often adversarial pictures stay so under random changes: what an expectation over transformations is meant to raise. */
import { openRuntime } from '#runtime';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Transform } from '../transform/transform.ts';
import { isModel } from './attack-options.ts';
import { checkCount, checkPictures } from './check-options.ts';
import { answer, type Criterion, judgeOf } from './criterion.ts';
import type { Victim } from './victim.ts';

/** Options of `survival`. */
export interface SurvivalOptions {
  /** Random changes of each picture; 50 unless given. */
  readonly draws?: number;
  /** Class that the pictures should be taken for, one for all or one each; any but the label unless given. */
  readonly target?: number | readonly number[];
  /** When a picture counts as adversarial; when the answer is another, or the target, unless given. */
  readonly criterion?: Criterion;
  /** Decides the draws, for each picture with its own pixels; 0 unless given. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Keeps these draws apart from those that an attack of the same seed has seen. */
const streamLabel = 0x737572;

/**
 * For each picture the share of random changes under which it fools, from 0 to 1.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each
 * @throws AttackError if options or pictures are out of range
 * @example
 * const transform = jpeg({ quality: [50, 95] });
 * const results = await pgd(model, images, labels, { epsilon: 8 / 255, expectation: { transform, draws: 10 } });
 * const shares = await survival(model, results.map(({ adversarial }) => adversarial), labels, transform);
 */
export async function survival(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[],
  transform: Transform,
  options: SurvivalOptions = {},
): Promise<number[]> {
  const { draws = 50, target: targets, criterion = answer, seed = 0, signal } = options;
  checkPictures(victim, images, labels, targets);
  checkCount('Draws', draws, 1);
  const judge = await judgeOf(criterion, victim.classCount, targets !== undefined);
  const device = isModel(victim) ? victim.device : await openRuntime('cpu');
  const picture = [victim.channels, victim.height, victim.width];
  const batch = 2 ** Math.floor(Math.log2(Math.min(16, victim.maxBatch)));
  const program = await compile(
    ({ x, ...data }) => ({ changed: transform.apply(x!, data) }),
    {
      x: { shape: [batch, ...picture], dtype: 'float32' },
      ...Object.fromEntries(
        Object.entries(transform.data).map(([name, { shape, dtype }]) => [name, { shape: [batch, ...shape], dtype }]),
      ),
    },
    { device },
  );
  try {
    const shares: number[] = [];
    for (const [i, image] of images.entries()) {
      let fooled = 0;
      for (let start = 0; start < draws; start += batch) {
        signal?.throwIfAborted();
        const drawn = Array.from({ length: batch }, (_, k) =>
          transform.draw(randomStream(seed, streamLabel, hashOf(image), start + k)),
        );
        const x = new Float32Array(batch * image.length);
        for (let k = 0; k < batch; k++) x.set(image, k * image.length);
        const data = Object.entries(transform.data).map(([name, { shape }]) => {
          const each = new Float32Array(batch * sizeOf(shape));
          for (const [k, { [name]: value }] of drawn.entries())
            each.set(typeof value === 'number' ? [value] : value!, k * sizeOf(shape));
          return [name, each] as const;
        });
        const { changed } = await program.run({ x, ...Object.fromEntries(data) });
        const scores = await victim.predict(changed!.data as Float32Array, batch);
        const target = typeof targets === 'object' ? targets[i] : targets;
        for (let k = 0; k < batch && start + k < draws; k++) {
          const own = scores.slice(k * victim.classCount, (k + 1) * victim.classCount);
          fooled += Number((await judge(own, labels[i]!, target)) > 0);
        }
      }
      shares.push(fooled / draws);
    }
    return shares;
  } finally {
    await program.release();
  }
}
