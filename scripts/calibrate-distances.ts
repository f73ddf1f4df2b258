/**
 * @file Makes src/distance/calibration-data.ts: `node scripts/calibrate-distances.ts FOLDER [distance …]`, then `npm run format`.
 *
 * The middle square of every picture of the folder is brought to each side, changed by every distortion and measured by every distance of
 * the registry and by those that are named, enlarged where they need larger pictures. The committed table has `lpips` too, and is of the
 * eight photos (Apache-2.0) of the shared data, images/photos: the procedural shapes are no stand-in, since noise costs them 2.7 times as much SSIM as photos of the same 64 pixels (their surfaces are
 * smooth), while 24 other photos agree with the eight within a third.
 */
import { writeFileSync } from 'node:fs';
import { listPictures, readPicture } from '../src/cli/pictures.ts';
import { type CalibrationTable, calibrate, calibrationTable } from '../src/distance/calibrate.ts';
import { distortions } from '../src/distance/distortions.ts';
import { enlarged } from '../src/distance/enlarged.ts';
import { openDistance } from '../src/distance/open-distance.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { centerCrop, resizePicture } from '../src/image/resize.ts';

const sides = [32, 64, 128, 256];

const [folder, ...specs] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name a folder of pictures.');
const distances = [...distanceRegistry, ...(await Promise.all(specs.map((spec) => openDistance(spec))))];
const files = await listPictures([folder]);
const squares = await Promise.all(
  files.map(async ({ path }) => {
    const picture = await readPicture(path);
    const side = Math.min(picture.width, picture.height);
    return centerCrop(picture, side, side);
  }),
);

const tables: CalibrationTable[] = [];
for (const side of sides) {
  const pictures = squares.map((picture) => resizePicture(picture, side, side));
  // What is not defined for so small pictures is measured as attacks on small models measure it.
  const fitted = distances.map((one) => enlarged(one, side, side));
  tables.push(calibrationTable(side, await calibrate(fitted, pictures)));
  console.log(`${side} x ${side}: ${Object.keys(tables.at(-1)!.distances).join(', ')}`);
}

const rows = ({ distances: known }: CalibrationTable) =>
  Object.entries(known).map(
    ([name, steps]) => `      ${JSON.stringify(name)}: [${steps.map((d) => Number(d.toPrecision(4))).join(', ')}],`,
  );
writeFileSync(
  new URL('../src/distance/calibration-data.ts', import.meta.url),
  `/**
 * @file What known changes of photos measure in each distance: medians over ${files.length} photos at four sizes, in the order
 * ${distortions.map(({ name }) => name).join(', ')}.
 * Written by scripts/calibrate-distances.ts, which says of which photos.
 */
import type { CalibrationTable } from './calibrate.ts';

/** The tables that readings are taken from. */
export const calibrationTables: readonly CalibrationTable[] = [
${tables.map((table) => [`  {`, `    side: ${table.side},`, `    distances: {`, ...rows(table), `    },`, `  },`].join('\n')).join('\n')}
];
`,
);
