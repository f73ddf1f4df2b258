/** @file Maps as figures: every cell in its place and colour. */
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { colourOf } from '../image/heat-map.ts';
import { mapFigurePng, mapFigureSvg } from './map-figure.ts';
import { onGrid, waveGrid } from './wave-grid.ts';

const grid = waveGrid(8, 8);
const figure = {
  heading: 'A <heading>',
  scale: { title: 'error', from: 0, to: 2 },
  panels: [
    { title: 'radius', grid, numbers: onGrid(grid, ({ radius }) => 2 * radius) },
    {
      title: 'one wave',
      grid,
      numbers: onGrid(grid, ({ i, j }) => (i === 3 && j === 2 ? 5 : 0)),
      caption: 'a caption',
    },
  ],
  notes: ['a note', 'another'],
};

it('draws a cell for every frequency, in the colour of its number', async () => {
  const svg = mapFigureSvg(figure);
  const colours = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" width="37" height="37" fill="(#\w+)"/g)];
  expect(colours).toHaveLength(2 * 81);
  const { data, width, height } = await decodePicture(await mapFigurePng(figure));
  const pixelAt = (x: number, y: number) => [0, 1, 2].map((c) => data[(c * height + y) * width + x]!);
  for (const [at, [, x, y, fill]] of colours.slice(81).entries()) {
    const [i, j] = [Math.floor(at / 9) - 4, (at % 9) - 4];
    const isWave = (i === 3 && j === 2) || (i === -3 && j === -2);
    // Numbers beyond the scale have the colour of its end.
    expect(fill).toBe(isWave ? '#fcfdb4' : '#000008');
    // Away from the circles of bands.
    if (isWave || Math.min(Math.abs(i), Math.abs(j)) === 4)
      expect(pixelAt(Number(x) + 18, Number(y) + 18).map((v) => Math.round(255 * v))).toEqual(
        colourOf(isWave ? 1 : 0).map((v) => Math.round(255 * v)),
      );
  }
});
