/** @file What speaks for a drawing: its activation among those of photographs, what another network sees in it, its spectrum. */
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { slopeRange } from '../prior/log-slope.ts';
import { naturalPictures } from '../prior/natural-data.ts';
import { magnitudeAt, measureStatistics, slopeOf } from '../prior/natural-statistics.ts';
import { compile } from '../runtime/compile.ts';
import { meanPerSample, type Objective } from './objectives/objective.ts';
import { see } from './see.ts';

/** The objective's value for each picture [C, H, W] of the model's size, asked one by one. */
export async function activations(
  model: Model,
  objective: Objective,
  pictures: readonly Float32Array[],
): Promise<number[]> {
  const shape = [1, model.channels, model.height, model.width];
  const program = await compile(
    ({ x }) => {
      const seen = see(model, x!, x!, { group: 1, viewCount: 1 });
      return { value: meanPerSample(objective.value(seen), seen) };
    },
    { x: { shape, dtype: 'float32' } },
    { device: model.device },
  );
  try {
    const values: number[] = [];
    for (const picture of pictures) values.push(Number((await program.run({ x: picture })).value!.data[0]));
    return values;
  } finally {
    await program.release();
  }
}

/** Share of values that lie below one, from 0 to 1; those that equal it count half. */
export function percentileOf(value: number, others: readonly number[]): number {
  const below = others.filter((other) => other < value).length;
  const equal = others.filter((other) => other === value).length;
  return others.length === 0 ? Number.NaN : (below + equal / 2) / others.length;
}

/** How large waves of a picture's lightness are. */
export interface Spectrum {
  /** Centres of bands of frequency in cycles a pixel, rising. */
  readonly frequencies: readonly number[];
  /** Mean magnitudes in each, 0 where there are none. */
  readonly magnitudes: readonly number[];
  /** Those of natural pictures. */
  readonly natural: readonly number[];
  /**
   * Slope of the logarithm of power over that of frequency; natural pictures have about -2.4, white noise 0. Undefined for a picture of one
   * colour, which has no waves.
   */
  readonly slope: number | undefined;
}

/** The spectrum of the middle square of a picture [C, H, W], as an 8-bit file holds it, beside that of natural pictures. */
export async function spectrumOf(
  picture: Float32Array,
  { channels, height, width, device }: Pick<Model, 'channels' | 'height' | 'width' | 'device'>,
): Promise<Spectrum> {
  const side = Math.min(height, width);
  const whole = { data: quantize8(picture), channels, height, width };
  const statistics = await measureStatistics('a picture', [whole], side, device);
  return {
    frequencies: statistics.bands,
    magnitudes: statistics.magnitudes[0]!,
    natural: statistics.bands.map((f) => magnitudeAt(naturalPictures, 0, f)),
    slope: slopeOf(statistics, 0, slopeRange),
  };
}

/** The slope of natural pictures, for comparison. */
export const naturalSlope: number = slopeOf(naturalPictures, 0, slopeRange)!;
