/**
 * @file Measures the bridge on five networks: `node scripts/bridge/measure.ts OUT [--pictures 100] [--only NAME]`. A JSON file for each
 * network and unit; an interrupted run goes on with those that are missing. `report.ts` makes docs/bridge.md of them. Needs the shared
 * data beside the checkout.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openRuntime } from '#runtime';
import { bridge } from '../../src/bridge/bridge.ts';
import { bridgeJson } from '../../src/cli/bridge-output.ts';
import { openDistance } from '../../src/distance/open-distance.ts';
import { unitNamed } from '../../src/visualize/unit-named.ts';
import { loadNetwork, networks, picturesFor, recordedPath } from './networks.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string', default: '100' }, only: { type: 'string' } },
});
const [out = 'bridge-findings'] = positionals;
const count = Number(values.pictures);

const device = await openRuntime('cpu');

/** Distances that see what lies under a change, and two norms. */
const distances = await Promise.all(
  ['l2', 'linf', 'ssim', 'gmsd', 'haarpsi', 'mdsi', 'ciede2000', 'csf'].map((spec) => openDistance(spec)),
);

await mkdir(out, { recursive: true });
for (const network of networks) {
  if (values.only !== undefined && network.name !== values.only) continue;
  await using model = await loadNetwork(network, device);
  const images = await picturesFor(model, count);
  for (const { unit, title } of network.units) {
    const path = recordedPath(out, network.name, title);
    if (await stat(path).catch(() => undefined)) continue;
    const started = performance.now();
    const small = model.height === 32;
    const found = await bridge(model, images, unitNamed(model, unit), {
      distances,
      doses: (small ? [1, 2, 4, 8, 16] : [4, 8]).map((level) => level / 255),
      closely: small ? 16 : 8,
      onProgress: (what) => process.stderr.write(`${network.name}, ${title}: ${what}\n`),
    });
    const { units } = JSON.parse(bridgeJson([{ ...found, unit: title }]));
    const seconds = Math.round((performance.now() - started) / 1000);
    await writeFile(path, `${JSON.stringify({ ...units[0], seconds }, null, 1)}\n`);
  }
}
