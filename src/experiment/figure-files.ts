/** @file Figures of experiments as files: sheets of pictures as PNG, charts as SVG. */
import { sheetPng } from '../image/sheet.ts';
import { type LineChart, lineChart } from '../report/chart.ts';
import { html } from '../report/html.ts';
import type { Figure } from './experiment.ts';

/** A figure of pictures as PNG bytes. */
export function figureSheet({ rows }: Figure & { readonly kind: 'pictures' }): Promise<Uint8Array> {
  return sheetPng({ rows });
}

const colours = { first: '#b8410e', second: '#1d5fbf', third: '#4d7a12', reference: '#7b756c' } as const;
const lineHeight = 22;

/** A chart as a file of its own, its legend below it. */
export function chartSvg(chart: LineChart): string {
  const [drawing] = lineChart(chart).markup.split('<ul');
  const inner = drawing!.replace(/^<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
  const height = 392 + lineHeight * chart.series.length;
  const rules = Object.entries(colours).map(
    ([tone, colour]) =>
      `.${tone} polyline{stroke:${colour}}.${tone} circle,.${tone} rect,.${tone} path{fill:${colour}}`,
  );
  const legend = chart.series.map(
    ({ name, tone }, i) =>
      html`<g class="${tone}"><rect x="86" y="${388 + lineHeight * i}" width="12" height="12"/><path d="M86 ${388 + lineHeight * i}h12v12h-12z"/></g><text x="106" y="${399 + lineHeight * i}">${name}</text>
`.markup,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 ${height}" font-family="sans-serif" font-size="14">
${html`<title>${chart.alt}</title>`.markup}
<style>polyline{fill:none;stroke-width:2.5}.third polyline{stroke-dasharray:10 5}.reference polyline{stroke-dasharray:3 5}.grid{stroke:#dcd7cf}.tick{stroke:#7b756c}text{fill:#66615a}${rules.join('')}</style>
<rect width="600" height="${height}" fill="#fff"/>
${inner}${legend.join('')}</svg>
`;
}
