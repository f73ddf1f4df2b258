/**
 * @file The figures of docs/bridge.md, into docs/bridge: `node scripts/bridge/figures.ts FOLDER` with what `measure.ts` wrote there. What a
 * unit gains from doses of its own pattern, for the first unit of each network, and the patterns themselves, drawn anew.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRuntime } from '#runtime';
import { ascentPattern } from '../../src/bridge/make-patterns.ts';
import { dosed, strengthOf } from '../../src/bridge/pattern.ts';
import { responderOf } from '../../src/bridge/response.ts';
import { levels } from '../../src/bridge/words.ts';
import { chartSvg } from '../../src/experiment/figure-files.ts';
import { sheetPng } from '../../src/image/sheet.ts';
import type { Series, Tone } from '../../src/report/chart.ts';
import { unitNamed } from '../../src/visualize/unit-named.ts';
import { loadNetwork, type Network, networks, picturesFor, recordedPath } from './networks.ts';

interface Dose {
  readonly dose: number;
  readonly gained: { readonly value: number };
  readonly predicted: number;
  readonly aloneGained: { readonly grey: number };
}

interface Recorded {
  readonly patterns: readonly { readonly name: string; readonly doses: readonly Dose[] }[];
}

const [from = 'bridge-findings'] = process.argv.slice(2);
const target = 'docs/bridge';
await mkdir(target, { recursive: true });

async function drawGains({ name, units }: Network): Promise<void> {
  const { title } = units[0]!;
  const { patterns } = JSON.parse(await readFile(recordedPath(from, name, title), 'utf8')) as Recorded;
  const line = (text: string, tone: Tone, pattern: string, pick: (one: Dose) => number): Series => {
    const { doses } = patterns.find((one) => one.name === pattern)!;
    const points = [[0, 0] as const, ...doses.map((one) => [255 * one.dose, pick(one)] as const)];
    return { name: text, tone, points: points.sort(([a], [b]) => a - b) };
  };
  const series = [
    line('the pattern, in pictures', 'first', 'ascent', (one) => one.gained.value),
    line('the pattern, on grey', 'second', 'ascent', (one) => one.aloneGained.grey),
    line('PGD’s changes, in pictures', 'third', 'PGD', (one) => one.gained.value),
    line('what the slope says of the pattern in pictures', 'reference', 'ascent', (one) => one.predicted),
  ];
  const doses = series[0]!.points.map(([dose]) => dose);
  const svg = await chartSvg({
    alt: `${name}: what ${title} gains on average from doses of ${levels(doses[0]! / 255)} to ${levels(doses.at(-1)! / 255)}.`,
    x: { title: 'dose in 255ths (root mean square)', domain: [doses[0]!, doses.at(-1)!] },
    y: { title: `${name}: response of ${title} gained` },
    series,
  });
  await writeFile(join(target, `${name}-gains.svg`), svg);
}

async function drawPatterns(): Promise<void> {
  const device = await openRuntime('cpu');
  const dose = 8 / 255;
  const rows = [];
  for (const network of networks) {
    await using model = await loadNetwork(network, device);
    const { channels, height, width } = model;
    const picture = (await picturesFor(model, 1))[0]!;
    for (const { unit, title } of network.units) {
      const responder = responderOf(model, unitNamed(model, unit), {});
      const { of } = await ascentPattern({ responder, strength: 'rms', seed: 0 });
      const grey = new Float32Array(picture.length).fill(0.5);
      const alone = [dosed(grey, of, 0.5 / strengthOf(of, 'linf')), dosed(grey, of, dose)];
      // Photographs are not this project's to show.
      const shown = height === 32 ? [...alone, dosed(picture, of, dose), picture] : alone;
      rows.push({
        title: `${network.name}, ${title}`,
        pictures: shown.map((data) => ({ data, channels, height, width })),
      });
    }
  }
  await writeFile(join(target, 'patterns.png'), await sheetPng({ rows, side: 128 }));
}

for (const network of networks) await drawGains(network);
await drawPatterns();
