/** @file Figures of experiments as files: sheets of pictures as PNG, charts as SVG. */
import { sheetPng } from '../image/sheet.ts';
import { chartSize, type LineChart, plottedSeries } from '../report/chart.ts';
import { plotFigureSvg } from '../report/plot-figure.ts';
import type { Figure } from './experiment.ts';

/** A figure of pictures as PNG bytes. */
export function figureSheet({ rows }: Figure & { readonly kind: 'pictures' }): Promise<Uint8Array> {
  return sheetPng({ rows });
}

const colours = { first: '#b8410e', second: '#1d5fbf', third: '#4d7a12', reference: '#7b756c' };

/** A chart as a file of its own, its legend below it. */
export function chartSvg({ alt, x, y, series }: LineChart): Promise<string> {
  const lines = series.map((each) => plottedSeries(each, colours));
  const keys = lines.map(({ look, shown }, i) => ({ name: series[i]!.name, look, shown }));
  return plotFigureSvg({ alt, size: chartSize, panels: [{ plotted: { x, y, lines } }], keys });
}
