/**
 * @file Measures where spectra of natural pictures lie, and writes src/spectrum/natural-band-data.ts.
 * node scripts/natural-band.ts FOLDER NAME
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { decodePicture } from '#image-codec';
import { batchOf, type Picture, toRgb } from '../src/image/image.ts';
import { centerCrop } from '../src/image/resize.ts';
import { bandAt } from '../src/spectrum/describe-spectrum.ts';
import { naturalBand } from '../src/spectrum/natural-band.ts';

const side = 224;
const steps = 28;

const [folder, name] = process.argv.slice(2) as [string, string];
const squares: Picture[] = [];
for (const file of readdirSync(folder).sort()) {
  const picture = toRgb(await decodePicture(readFileSync(`${folder}/${file}`)));
  if (Math.min(picture.width, picture.height) >= side) squares.push(centerCrop(picture, side, side));
}
const band = await naturalBand(name, { shape: [squares.length, 3, side, side], pixels: batchOf(squares) });
const lowest = band.frequency[0]!;
const frequency = Array.from({ length: steps }, (_, i) => lowest * (0.5 / lowest) ** (i / (steps - 1)));
const short = (values: readonly number[]) => JSON.stringify(values.map((value) => Number(value.toPrecision(4))));
const curve = (values: readonly number[]) => short(frequency.map((f) => bandAt(band, values, f)));
writeFileSync(
  new URL('../src/spectrum/natural-band-data.ts', import.meta.url),
  `/** @file Where spectra of natural pictures lie, made by \`scripts/natural-band.ts\`. */
import type { NaturalBand } from './natural-band.ts';

/** Of ${band.pictures} photographs (${name}), squares of ${side} pixels at their own resolution, windowed. */
export const naturalPictureBand: NaturalBand = {
  name: '${name}',
  pictures: ${band.pictures},
  frequency: ${short(frequency)},
  low: ${curve(band.low)},
  middle: ${curve(band.middle)},
  high: ${curve(band.high)},
};
`,
);
