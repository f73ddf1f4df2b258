/** @file The figure of interventions: bars as long as the numbers say. */
import { expect, it } from 'vitest';
import { barFigureSvg } from './bar-figure.ts';
import { interventionFigure } from './intervention-figure.ts';
import type { InterventionRow } from './measure-interventions.ts';

const row = (
  name: string,
  changes: InterventionRow['changes'],
  lineIndex: number | undefined,
  kept: number,
  right = 8,
): InterventionRow => ({
  name,
  intervention: undefined,
  changes,
  periods: [{ period: 2, lineIndex, phaseRatio: 1 }],
  highShare: 0.75,
  accuracy: right / 10,
  right,
  attacked: [{ epsilon: 1 / 255, accuracy: (kept * right) / 10, kept, surviving: kept * right }],
});
const rows = [
  row('none', 'nothing', 4, 0.5),
  row('blurpool3', 'network', 1, 0),
  row('noise0.1x2', 'gradient', 3, 0.75),
  row('blurpool5', 'network', 2, 0, 0),
  row('blur3', 'gradient', undefined, 0.5),
];
const figure = interventionFigure({ model: 'net', pictures: 10, steps: 5, rows });

it('has a bar for the artefact and for the right answers that are fooled, hollow where the attack alone is another', () => {
  expect(figure.rows).toEqual(['as it is', 'blurpool3', 'noise0.1x2', 'blurpool5', 'blur3']);
  expect(figure.columns.map(({ title }) => title)).toEqual([
    'lines of period 2',
    'high frequencies',
    'accuracy',
    'fooled at 1/255',
  ]);
  expect(figure.columns[3]!.bars).toEqual([
    { value: 0.5, text: '50.0 %', hollow: false },
    { value: 1, text: '100.0 %', hollow: false },
    { value: 0.25, text: '25.0 %', hollow: true },
    undefined,
    { value: 0.5, text: '50.0 %', hollow: true },
  ]);
  // Lines after a blur are no finding.
  expect(figure.columns[0]!.bars.at(-1)).toBeUndefined();
});

it('draws each on the scale of its column', () => {
  const bars = [
    ...barFigureSvg(figure).matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="14" fill="(#\w+)"/g),
  ];
  const lefts = [...new Set(bars.map(([, left]) => left))];
  const widths = (column: number) =>
    bars.filter(([, left]) => left === lefts[column]).map(([, , width]) => Number(width));
  expect(widths(0)).toEqual([150, 37.5, 112.5, 75]);
  expect(widths(1)).toEqual([112.5, 112.5, 112.5, 112.5, 112.5]);
  expect(widths(3)).toEqual([75, 150, 37.5, 75]);
  expect(bars.filter(([, left]) => left === lefts[3]).map(([, , , fill]) => fill)).toEqual([
    '#0072b2',
    '#0072b2',
    '#ffffff',
    '#ffffff',
  ]);
});

it('a line with nothing around it is as long as its column, and others keep their scale', () => {
  const endless = interventionFigure({
    ...{ model: 'net', pictures: 10, steps: 5 },
    rows: [row('none', 'nothing', Number.POSITIVE_INFINITY, 0.5), row('blurpool3', 'network', 3, 0)],
  });
  expect(endless.columns[0]).toMatchObject({ to: 3, bars: [{ text: '∞' }, { text: '3.00' }] });
  const [, width] = /<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="14"/.exec(barFigureSvg(endless))!;
  expect(Number(width)).toBe(150);
});
