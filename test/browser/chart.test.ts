/** @file Charts in a page, drawn with its own elements: well-formed SVG, and pictures of it. */
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { lineChart } from '../../src/report/chart.ts';
import { curveFigurePng, curveFigureSvg } from '../../src/spectrum/curve-figure.ts';

it('a chart stands in a page as it does in a file', async () => {
  const { markup } = await lineChart({
    alt: 'It falls & rises.',
    x: { title: 'dose', domain: [0, 2] },
    y: { title: 'share', share: true, domain: [0, 1] },
    series: [
      {
        name: 'one',
        tone: 'first',
        points: [
          [0, 1],
          [1, 0.5],
          [2, 0.75],
        ],
      },
    ],
  });
  document.body.innerHTML = markup;
  const chart = document.querySelector('svg')!;
  expect(chart.getAttribute('aria-label')).toBe('It falls & rises.');
  expect(chart.querySelector('[stroke="var(--first)"] path')!.getAttribute('d')).toBe('M86,40L335,192L584,116');
  expect(chart.textContent).toContain('100\u00a0%');
});

it('a figure is well-formed XML and becomes a picture', async () => {
  const figure = {
    heading: 'A & B',
    across: { title: 'budget', labels: ['0', '1'] },
    up: 'accuracy',
    panels: [{ title: 'one', curves: [{ name: 'a', shares: [1, 0] }] }],
  };
  const parsed = new DOMParser().parseFromString(await curveFigureSvg(figure), 'image/svg+xml');
  expect(parsed.querySelector('parsererror')).toBeNull();
  const { data, width, height } = await decodePicture(await curveFigurePng(figure));
  const blue = Array.from({ length: width * height }, (_, i) => [0, 1, 2].map((c) => data[c * width * height + i]!));
  // The first curve's colour is #0072b2.
  expect(
    blue.filter(([r, g, b]) => r! < 0.05 && Math.abs(g! - 0.447) < 0.05 && Math.abs(b! - 0.698) < 0.05).length,
  ).toBeGreaterThan(100);
});
