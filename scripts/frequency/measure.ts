/**
 * @file Measures where in the spectrum classifiers are weak: `node scripts/frequency/measure.ts NAME… [--data SPEC] [--out FOLDER] [--pictures N]`.
 * Heat map, single waves, attacks within bands, accuracy under filters, on test pictures that training did not see; a JSON file for
 * each model. An interrupted run goes on with the parts that are missing. `report.ts` makes docs/frequency.md of them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openRuntime } from '#runtime';
import { openDataset } from '../../src/data/open-dataset.ts';
import type { Model } from '../../src/model/model.ts';
import { bandAttack } from '../../src/spectrum/band-attack.ts';
import { filteredAccuracy } from '../../src/spectrum/filtered-accuracy.ts';
import { fourierAttack } from '../../src/spectrum/fourier-attack.ts';
import { heatMap } from '../../src/spectrum/heat-map.ts';
import { loadNetwork, networks } from '../bridge/networks.ts';
import type { Findings } from './findings.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'cifar10:../shared/data/datasets/cifar10' },
    out: { type: 'string', default: '../frequency' },
    pictures: { type: 'string', default: '400' },
  },
});
const count = Number(values.pictures);
const device = await openRuntime('cpu');
const set = await openDataset(values.data, { split: 'test' });
const images: Float32Array[] = [];
const labels: number[] = [];
for (let i = 0; i < Math.min(set.length, 2 * count); i++) {
  images.push((await set.image(i)).data.slice());
  labels.push(set.label(i));
}

/** Each part with the pictures that it takes. Waves are chosen by a quarter of the pictures and judged by as many others as the maps see. */
const parts: { readonly [part in keyof Findings]: (model: Model) => Promise<Findings[part]> } = {
  filtered: (model) => filteredAccuracy(model, images, labels, { onProgress: tell(model, 'filters') }),
  heatMap: (model) =>
    heatMap(model, images.slice(0, count), labels.slice(0, count), { onProgress: tell(model, 'heat map') }),
  waves: async (model) => {
    const { perturbation, perturbation8, ...rest } = await fourierAttack(model, images.slice(0, count / 4), {
      epsilon: 8 / 255,
      heldOut: images.slice(count / 4, count / 4 + count),
      onProgress: tell(model, 'waves'),
    });
    return rest;
  },
  bandsL2: (model) =>
    bandAttack(model, images.slice(0, count / 2), labels.slice(0, count / 2), {
      norm: 'l2',
      epsilons: [0.1, 0.25, 0.5, 1, 1.5, 2.5],
      batch: 32,
      onProgress: tell(model, 'bands, l2'),
    }),
  bandsLinf: (model) =>
    bandAttack(model, images.slice(0, count / 2), labels.slice(0, count / 2), {
      norm: 'linf',
      epsilons: [1, 2, 4, 8, 16].map((n) => n / 255),
      batch: 32,
      onProgress: tell(model, 'bands, linf'),
    }),
};

await mkdir(values.out, { recursive: true });
for (const name of positionals) {
  const network = networks.find((one) => one.name === name);
  if (network === undefined)
    throw new Error(`There is no network "${name}"; there are ${networks.map((one) => one.name).join(', ')}.`);
  await using model = await loadNetwork(network, device);
  const path = join(values.out, `${name}.json`);
  let findings: Partial<Findings> = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  for (const [part, measure] of Object.entries(parts)) {
    if (part in findings) continue;
    findings = { ...findings, [part]: await measure(model) };
    await writeFile(path, `${JSON.stringify(findings)}\n`);
  }
}

function tell({ name }: Model, part: string): (done: number, total: number) => void {
  return (done, total) => {
    if (done % 20 === 0 || done === total) process.stderr.write(`${name}, ${part}: ${done} of ${total}\n`);
  };
}
