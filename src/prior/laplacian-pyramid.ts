/** @file Pictures as sums of ever coarser sheets of colour, each spread bilinearly (Burt and Adelson 1983; Lucid's `laplacian_pyramid`). */
import { add } from '../tensor/ops/arithmetic.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { type ColourMatrix, imagenetColours, picturesOf } from './colour.ts';
import { normalStart, type Parameterisation, type PictureSize } from './parameterisation.ts';
import { enlarge } from './pixels.ts';

/** A pyramid of `levels` sheets, each of half the height and width of the one before. */
export function laplacianPyramid(
  size: PictureSize,
  levels = 4,
  colours: ColourMatrix = imagenetColours,
): Parameterisation {
  const [c, h, w] = size;
  const sheets = Array.from({ length: levels }, (_, level) => {
    return [c, Math.max(1, Math.ceil(h / 2 ** level)), Math.max(1, Math.ceil(w / 2 ** level))] as const;
  });
  const lengths = sheets.map(([a, b, d]) => a * b * d);
  const total = lengths.reduce((sum, n) => sum + n, 0);
  return {
    name: 'laplacian',
    key: `laplacian ${size} ${levels} ${colours}`,
    shape: [total],
    size,
    rate: 0.05,
    spread: 0.5,
    start: (random) => normalStart(total, 0.01, random),
    picture: (z) => {
      const n = z.shape[0]!;
      let at = 0;
      const spread = sheets.map((sheet, level) => {
        const flat = slice(z, { axes: [1], starts: [at], ends: [at + lengths[level]!] });
        at += lengths[level]!;
        return enlarge(reshape(flat, [n, ...sheet]), h, w);
      });
      return picturesOf(
        spread.reduce((sum, sheet) => add(sum, sheet)),
        colours,
      );
    },
  };
}
