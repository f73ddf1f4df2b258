/** @file What distances make of an attacked picture, and of one that was only stored badly. */
import { as8Bit } from '../../../src/attack/attack-figure.ts';
import { type AttackResult, describePrediction } from '../../../src/attack/result.ts';
import { compare } from '../../../src/distance/compare.ts';
import type { Distance } from '../../../src/distance/distance.ts';
import { jpeg } from '../../../src/distance/distortions.ts';
import { enlarged } from '../../../src/distance/enlarged.ts';
import { openDistance } from '../../../src/distance/open-distance.ts';
import { distanceNamed } from '../../../src/distance/registry.ts';
import type { Model } from '../../../src/model/model.ts';
import { ModelError } from '../../../src/model/model-error.ts';
import type { View, Views } from '../findings.ts';

/** Two that add up numbers, four made after the eye, and the features of a network where that is there. */
const names = ['linf', 'l2', 'ssim', 'gmsd', 'haarpsi', 'ciede2000'] as const;

/** JPEG's quality, from 1 to 100. */
const quality = 50;

/** Compares the first picture that was fooled, or the first, with its attacked and its compressed form. */
export async function viewsOf(
  model: Model,
  attacks: readonly AttackResult[],
  nameOf: (label: number) => string,
): Promise<Views> {
  const { device, channels, height, width } = model;
  const result = attacks.find(({ success8 }) => success8) ?? attacks[0]!;
  const original = { data: result.original, channels, height, width };
  const changed = [as8Bit(result, model), await jpeg(quality).apply(original)] as const;
  const distances = (await opened()).map((one) => enlarged(one, height, width));
  const rows = await compare(
    distances,
    changed.map((x) => ({ x, y: original })),
    { device },
  );
  const view = async (i: 0 | 1): Promise<View> => ({
    picture: changed[i].data,
    answer: describePrediction(await model.predictPlain(changed[i].data), nameOf),
    rows: rows[i]!,
  });
  return {
    original: { picture: result.original, label: result.label },
    quality,
    attacked: await view(0),
    compressed: await view(1),
  };
}

async function opened(): Promise<Distance[]> {
  const found = names.map(distanceNamed);
  try {
    return [...found, await openDistance('lpips')];
  } catch (error) {
    if (error instanceof ModelError) return found;
    throw error;
  }
}
