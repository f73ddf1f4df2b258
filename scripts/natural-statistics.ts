/**
 * @file `node scripts/natural-statistics.ts NAME FOLDER [SIDE]`: measures the colours and the spectrum of a folder of photographs and prints the
 * module that keeps them, `src/prior/natural-data.ts`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePicture } from '#image-codec';
import { openRuntime } from '#runtime';
import { measureStatistics, slopeOf } from '../src/prior/natural-statistics.ts';

const [name, folder, sideWord = '224'] = process.argv.slice(2);
if (name === undefined || folder === undefined) {
  process.stderr.write('node scripts/natural-statistics.ts NAME FOLDER [SIDE]\n');
  process.exit(2);
}
async function* pictures(from: string) {
  for (const file of (await readdir(from)).sort())
    if (/\.(png|jpe?g|webp)$/i.test(file)) yield await decodePicture(await readFile(join(from, file)));
}
const found = await measureStatistics(name, pictures(folder), Number(sideWord), await openRuntime('cpu'));
const numbers = (values: readonly number[]) => `[${values.map((value) => Number(value.toPrecision(4))).join(', ')}]`;
process.stderr.write(`${found.pictures} pictures; slope of power ${slopeOf(found, 0, [0.02, 0.35])?.toFixed(2)}\n`);
process.stdout.write(`/** @file Statistics of natural pictures, made by \`scripts/natural-statistics.ts\`. */
import type { NaturalStatistics } from './natural-statistics.ts';

/** Of ${found.pictures} photographs (${name}), squares of ${sideWord} pixels at their own resolution. */
export const naturalPictures: NaturalStatistics = {
  name: ${JSON.stringify(name)},
  pictures: ${found.pictures},
  colours: [${found.colours.map((row) => numbers(row)).join(', ')}],
  bands: ${numbers(found.bands)},
  magnitudes: [${found.magnitudes.map((row) => numbers(row)).join(', ')}],
};
`);
