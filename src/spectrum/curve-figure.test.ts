/** @file Curves as figures: points in their places, one look for one name. */
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { curveFigurePng, curveFigureSvg } from './curve-figure.ts';

const figure = {
  heading: 'Curves',
  across: { title: 'budget', labels: ['0', '1', '2', '4'] },
  up: 'accuracy',
  panels: [
    { title: 'one', curves: [{ name: 'a', shares: [1, 0.75, 0.5, 0] }] },
    {
      title: 'two',
      curves: [
        { name: 'b', shares: [1, 1, 1, 1] },
        { name: 'a', shares: [0, 0, 0, 0] },
      ],
    },
  ],
  notes: ['A note.'],
};

it('sets points out evenly and as high as their shares, and keeps the look of a name', async () => {
  const svg = await curveFigureSvg(figure);
  expect(svg).toContain('role="img" aria-label="Curves"');
  expect(svg).not.toContain('<text');
  const lines = [...svg.matchAll(/stroke-width="2.5" stroke="(#\w+)"[^>]*><path d="(M[^"]+)"/g)].map(
    ([, colour, path]) => ({
      colour,
      points: path!
        .split(/[ML]/)
        .slice(1)
        .map((point) => point.split(',').map(Number)),
    }),
  );
  // Three curves and a line of the legend for each name.
  expect(lines).toHaveLength(5);
  const [first, second, third] = lines;
  const [x, y] = [first!.points.map((p) => p[0]!), first!.points.map((p) => p[1]!)];
  expect([x[1]! - x[0]!, x[3]! - x[2]!]).toEqual([75, 75]);
  expect(y.map((value) => (y[3]! - value) / (y[3]! - y[0]!))).toEqual([1, 0.75, 0.5, 0]);
  expect(second!.points.map((p) => p[1])).toEqual([y[0], y[0], y[0], y[0]]);
  expect(third!.points.map((p) => p[1])).toEqual([y[3], y[3], y[3], y[3]]);
  expect(third!.colour).toBe(first!.colour);
  expect(second!.colour).not.toBe(first!.colour);
  const { data, width, height } = await decodePicture(await curveFigurePng(figure));
  const [panelX, panelY] = /translate\((\d+) (\d+)\)/.exec(svg)!.slice(1).map(Number);
  const at = Math.round(panelY! + y[0]!) * width + Math.round(panelX! + x[0]!);
  const pixel = [0, 1, 2].map((c) => Math.round(255 * data[c * height * width + at]!));
  expect(`#${pixel.map((value) => value.toString(16).padStart(2, '0')).join('')}`).toBe(first!.colour);
});
