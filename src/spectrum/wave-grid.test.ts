/** @file Maps of frequencies: every wave once, at both its places. */
import { expect, it } from 'vitest';
import { fourierBasis } from './fourier-basis.ts';
import { nameOf, onGrid, usualStep, waveGrid } from './wave-grid.ts';

it.each([
  [8, 8],
  [6, 9],
  [7, 5],
])('a map of %i x %i pixels asks about each wave once and shows it wherever it stands', (h, w) => {
  const grid = waveGrid(h, w);
  const pictureOf = (i: number, j: number) =>
    [...fourierBasis(i, j, h, w)].map((value) => Math.round(1e4 * value) + 0).join();
  const asked = grid.waves.map(({ i, j }) => pictureOf(i, j));
  expect(new Set(asked).size).toBe(asked.length);
  const all = new Set(Array.from({ length: h * w }, (_, at) => pictureOf(Math.floor(at / w), at % w)));
  expect(new Set(asked)).toEqual(all);
  const shown = onGrid(grid, ({ i, j }) => pictureOf(i, j));
  for (const [y, row] of shown.entries())
    for (const [x, picture] of row.entries()) {
      expect(picture).toBe(pictureOf(grid.down[y]!, grid.across[x]!));
      expect(picture).toBe(shown.at(-1 - y)!.at(-1 - x));
    }
});

it('32 pixels have 514 waves, and 224 a coarse map from edge to edge', () => {
  expect(waveGrid(32, 32).waves).toHaveLength(514);
  expect([usualStep(32, 32), usualStep(64, 64), usualStep(224, 224)]).toEqual([1, 1, 7]);
  const coarse = waveGrid(224, 224);
  expect([coarse.down[0], coarse.down[16], coarse.down.at(-1)]).toEqual([-112, 0, 112]);
  expect(new Set(coarse.waves.map(nameOf)).size).toBe(514);
});
