/**
 * @file Puts what `measure.ts` found into docs/frequency.md: `node scripts/frequency/report.ts NAME… --findings FOLDER [--docs FOLDER]`. Figures
 * and CSV files are written beside it; tables stand between `<!-- table NAME -->` and `<!-- end -->`, and what is written around them stays.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { heatMapCsv, waveCsv } from '../../src/cli/sensitivity-output.ts';
import { bandNames } from '../../src/spectrum/band.ts';
import type { BandAttackResult } from '../../src/spectrum/band-attack.ts';
import { curveFigurePng } from '../../src/spectrum/curve-figure.ts';
import type { Fill } from '../../src/spectrum/filtered-accuracy.ts';
import { mapFigurePng } from '../../src/spectrum/map-figure.ts';
import { bandFigure, filteredFigure, heatMapFigure, waveFigure } from '../../src/spectrum/sensitivity-figures.ts';
import type { Findings } from './findings.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { findings: { type: 'string', default: '../frequency' }, docs: { type: 'string', default: 'docs' } },
});
/** Attacks within bands take longest; a model may be without them yet. */
type Found = Omit<Findings, 'bandsL2' | 'bandsLinf'> & Partial<Findings>;
const all: Found[] = [];
for (const name of positionals) all.push(JSON.parse(await readFile(join(values.findings, `${name}.json`), 'utf8')));
const names = all.map(({ heatMap }) => heatMap.model);

const folder = join(values.docs, 'frequency');
await mkdir(folder, { recursive: true });
const maps = all.map(({ heatMap }) => heatMap);
await writeFile(join(folder, 'heat-map.png'), await mapFigurePng(heatMapFigure(maps)));
await writeFile(join(folder, 'increase.png'), await mapFigurePng(heatMapFigure(maps, { increase: true })));
await writeFile(join(folder, 'waves.png'), await mapFigurePng(waveFigure(all.map(({ waves }) => waves))));
const curves = {
  'bands-l2': bandFigure(all.flatMap(({ bandsL2 }) => bandsL2 ?? [])),
  'bands-linf': bandFigure(all.flatMap(({ bandsLinf }) => bandsLinf ?? [])),
  filtered: filteredFigure(all.map(({ filtered }) => filtered)),
};
for (const [name, figure] of Object.entries(curves))
  await writeFile(join(folder, `${name}.png`), await curveFigurePng(figure));
for (const { heatMap, waves } of all) {
  await writeFile(join(folder, `${heatMap.model}-heat-map.csv`), heatMapCsv(heatMap));
  await writeFile(join(folder, `${heatMap.model}-waves.csv`), waveCsv(waves));
}

const path = join(values.docs, 'frequency.md');
const tables: Readonly<Record<string, string>> = {
  heatmap: heatMapTable(),
  rings: ringTable(),
  waves: waveTable(),
  'bands-l2': bandTable(all.flatMap(({ bandsL2 }) => bandsL2 ?? [])),
  'bands-linf': bandTable(all.flatMap(({ bandsLinf }) => bandsLinf ?? [])),
  filtered: filteredTable(),
};
const text = await readFile(path, 'utf8');
await writeFile(
  path,
  text.replace(/(<!-- table ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_, open: string, name: string, close: string) => {
    const own = tables[name];
    if (own === undefined) throw new Error(`There is no table "${name}".`);
    return `${open}${own}\n${close}`;
  }),
);

function percent(share: number | undefined, digits = 1): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(digits)}`;
}

function markdown(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => `| ${row.join(' | ')} |`);
  return [lines[0], `|${'---|'.repeat(rows[0]!.length)}`, ...lines.slice(1)].join('\n');
}

function heatMapTable(): string {
  return markdown([
    ['', 'clean', ...bandNames.flatMap((name) => [`${name}`, 'over clean']), 'worst wave'],
    ...maps.map(({ model, cleanError, bands, cells, pictures }) => {
      const worst = cells.reduce((most, cell) => (cell.wrong > most.wrong ? cell : most));
      return [
        model,
        percent(cleanError),
        ...bandNames.flatMap((name) => [percent(bands[name]!.error), `+${percent(bands[name]!.increase)}`]),
        `(${worst.i}, ${worst.j}): ${percent(worst.wrong / pictures)}`,
      ];
    }),
  ]);
}

/** Increase of the error by the radius of waves, in periods over the picture. */
function ringTable(): string {
  const edges = [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 23];
  const { width } = maps[0]!.grid;
  return markdown([
    ['periods, up to', ...edges.map(String)],
    ...maps.map(({ model, cells, pictures, cleanError }) => [
      model,
      ...edges.map((edge, at) => {
        const ring = cells.filter(
          ({ radius }) => radius * width <= edge + 1e-9 && (at === 0 || radius * width > edges[at - 1]! + 1e-9),
        );
        const mean = ring.reduce((sum, { wrong }) => sum + wrong, 0) / ring.length / pictures;
        return `+${percent(mean - cleanError)}`;
      }),
    ]),
  ]);
}

function waveTable(): string {
  return markdown([
    ['', 'wave (down, across)', 'chosen by', 'others', 'leads to', 'random patterns'],
    ...all.flatMap(({ waves: { model, top, controls } }) =>
      top.map(({ i, j, rate, heldOutRate, leadsTo }, at) => [
        at === 0 ? model : '',
        `(${i}, ${j})`,
        percent(rate),
        percent(heldOutRate),
        leadsTo
          .slice(0, 3)
          .map(({ name, share }) => `${name} ${percent(share, 0)}`)
          .join(', '),
        at === 0
          ? `${percent(controls.reduce((sum, each) => sum + each, 0) / controls.length)} (${percent(Math.max(...controls))} at most)`
          : '',
      ]),
    ),
  ]);
}

function bandTable(results: readonly BandAttackResult[]): string {
  const { norm, curves } = results[0]!;
  const budgets = curves[0]!.points.map(({ epsilon }) =>
    norm === 'linf' ? `${Math.round(255 * epsilon)}/255` : `${epsilon}`,
  );
  const range = (shares: readonly (number | undefined)[]) => {
    const known = shares.flatMap((share) => share ?? []);
    return known.length === 0 ? '–' : `${percent(Math.max(...known), 2)}`;
  };
  return markdown([
    ['', 'band', 'clean', ...budgets, 'outside', 'outside, 8 bits'],
    ...results.flatMap(({ model, cleanAccuracy, curves: own }) =>
      own.map(({ name, points }, at) => [
        at === 0 ? model : '',
        name,
        at === 0 ? percent(cleanAccuracy) : '',
        ...points.map(({ accuracy }) => percent(accuracy)),
        range(points.map(({ outside }) => outside)),
        range(points.map(({ outsideRounded }) => outsideRounded)),
      ]),
    ),
  ]);
}

function filteredTable(): string {
  const radii = [...new Set(all[0]!.filtered.rows.map(({ radius }) => radius))];
  const kinds: readonly (readonly [title: string, keeps: 'low' | 'high', fill: Fill, clipped: boolean])[] = [
    ['up to', 'low', 'none', false],
    ['up to, clipped', 'low', 'none', true],
    ['above, mean colour kept', 'high', 'colour', false],
    ['above, mean colour kept, clipped', 'high', 'colour', true],
    ['above, mid-grey for the mean', 'high', 'grey', false],
    ['above, no mean', 'high', 'none', false],
    ['above, no mean, clipped', 'high', 'none', true],
  ];
  return markdown([
    ['periods over 32 pixels', ...names.flatMap((name) => radii.map((radius) => `${name} ${radius}`))],
    ...kinds.map(([title, keeps, fill, clipped]) => [
      title,
      ...all.flatMap(({ filtered: { rows } }) =>
        radii.map((radius) =>
          percent(
            rows.find(
              (row) => row.radius === radius && row.keeps === keeps && row.fill === fill && row.clipped === clipped,
            )?.accuracy,
          ),
        ),
      ),
    ]),
  ]);
}
