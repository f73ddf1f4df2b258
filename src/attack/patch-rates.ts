/** @file How often a patch fools, at sizes of its own, at random places and turns, as the plain model says. */
import { openRuntime } from '#runtime';
import { type Picture, quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import type { Placement } from '../transform/affine.ts';
import type { Trials } from './attack-options.ts';
import { type FoolingRate, foolingRate } from './fooling-rate.ts';
import { composed, drawPlacement, type PatchShape, thetaOf } from './patch-placement.ts';

/** Success at a size. `pictures` are those that count, times the places tried in each. */
export interface PatchRate extends FoolingRate {
  /** Side of the patch over the shorter side of the picture. */
  readonly scale: number;
  /** The share of the pictures that a middle grey patch fools at the same places: what covering alone does. */
  readonly greyRate8: number;
}

/** What is measured, and how. */
export interface PatchRateOptions {
  readonly patch: Picture;
  readonly patch8: Picture;
  readonly mask: Float32Array;
  readonly shape: PatchShape;
  readonly angle: readonly [number, number];
  readonly scales: readonly number[];
  readonly draws: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** Keeps these places apart from those of the training. */
const streamLabel = 0x726174;

/** Success at each of some sizes. A picture's places are decided by its pixels, the seed and the size. */
export async function patchRates(
  model: Model,
  { trials, judge }: Pick<Trials, 'trials' | 'judge'>,
  { patch, patch8, mask, shape, angle, scales, draws, seed, signal }: PatchRateOptions,
): Promise<PatchRate[]> {
  const paste = await patchPaster(patch, mask, model);
  try {
    const rates: PatchRate[] = [];
    // Each picture as often as it has places, those of one picture together.
    const tried = trials.flatMap((trial) => new Array<typeof trial>(draws).fill(trial));
    const grey = quantize8(new Float32Array(patch.data.length).fill(0.5));
    for (const scale of scales) {
      const rateOf = (float: Float32Array, eight: Float32Array) =>
        foolingRate(
          model,
          { trials: tried, judge },
          (trial, eightBit, at) => {
            const random = randomStream(seed, streamLabel, hashOf(trial.x0), at % draws, Math.round(1e6 * scale));
            const place = drawPlacement({ angle, scale: [scale, scale] }, shape, [model.height, model.width], random);
            return paste.run(trial.x0, eightBit ? eight : float, place);
          },
          signal,
        );
      const { rate8: greyRate8 } = await rateOf(grey, grey);
      rates.push({ scale, ...(await rateOf(patch.data, patch8.data)), greyRate8 });
    }
    return rates;
  } finally {
    await paste.release();
  }
}

/** Puts patches of a size into pictures of a size. */
async function patchPaster(
  { channels, height: side }: Picture,
  mask: Float32Array,
  { height, width }: Pick<Picture, 'height' | 'width'>,
) {
  const float = (...shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const program = await compile(
    ({ x, patch, outline, theta }) => ({ y: composed(x!, patch!, outline!, theta!) }),
    {
      x: float(1, channels, height, width),
      patch: float(1, channels, side, side),
      outline: float(1, 1, side, side),
      theta: float(1, 2, 3),
    },
    { device: await openRuntime('cpu') },
  );
  return {
    async run(x: Float32Array, patch: Float32Array, placement: Placement): Promise<Float32Array> {
      const theta = thetaOf(placement, [height, width], side);
      const { y } = await program.run({ x, patch, outline: mask, theta });
      return (y!.data as Float32Array).map((value) => Math.min(1, Math.max(0, value)));
    },
    release: () => program.release(),
  };
}

/**
 * A picture with a patch in it, as `adversarialPatch` puts it there.
 * @param mask how much of the patch is seen at each of its pixels, [side, side]
 * @param placement its scale is the side of the patch over the shorter side of the picture; right and down are from the middle, as shares
 * of width and height; the angle is in degrees, counter-clockwise
 */
export async function pastePatch(
  picture: Picture,
  patch: Picture,
  mask: Float32Array,
  placement: Placement,
): Promise<Picture> {
  const paste = await patchPaster(patch, mask, picture);
  try {
    return { ...picture, data: await paste.run(picture.data, patch.data, placement) };
  } finally {
    await paste.release();
  }
}

/** Interleaved bytes of a patch, red, green, blue and how much is seen of it, as canvases and picture files take them. */
export function patchRgba(
  { data, channels, height, width }: Picture,
  mask: Float32Array,
): Uint8ClampedArray<ArrayBuffer> {
  const area = height * width;
  const bytes = new Uint8ClampedArray(4 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = Math.round(255 * data[(channels === 3 ? c * area : 0) + i]!);
    bytes[4 * i + 3] = Math.round(255 * mask[i]!);
  }
  return bytes;
}
