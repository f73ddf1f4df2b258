/** @file Points learnt by heart, moved across, and learnt again from wrong labels alone. */
import { expect, it } from 'vitest';
import { toyContext } from '../../test/support/toy-experiment.ts';
import { accuracyOf } from './networks.ts';
import { pictureSet } from './picture-set.ts';
import { learntByHeart, movedAcross, randomPoints } from './plane-points.ts';

it('moved points stay within the ball, bear only wrong labels, and teach the first ones', async () => {
  const context = await toyContext();
  let [student, all] = [0, 0];
  for (const p of [1, 2]) {
    const first = randomPoints(32, p);
    const teacher = await learntByHeart(context, first, { seed: p, epochs: 250 });
    expect(await accuracyOf(teacher.model, await pictureSet(first))).toBeGreaterThan(0.9);
    const { moved, from } = await movedAcross(teacher, first, 0.12);
    expect(from.length).toBeGreaterThan(20);
    from.forEach((i, k) => {
      expect(moved!.labels[k]).toBe(1 - first.labels[i]!);
      for (const c of [0, 1])
        expect(Math.abs(moved!.pixels[2 * k + c]! - first.pixels[2 * i + c]!)).toBeLessThan(0.12001);
    });
    const second = await learntByHeart(context, moved!, { seed: p + 50, epochs: 250 });
    student += 32 * (await accuracyOf(second.model, await pictureSet(first)));
    all += 32;
  }
  expect(student / all).toBeGreaterThan(0.55);
});
