/**
 * @file Draws twenty units of two networks under the Fourier prior and asks how their activations lie among those of 100 photographs:
 * `node scripts/visualisation/units.ts FOLDER [--steps 256] [--network NAME]`. A contact sheet and what the command says, as JSON, for each network; the
 * shares on stdout. Needs the shared data beside the checkout. The numbers stand in docs/visualisation.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sharedPath } from '../../test/support/shared-data.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '256' }, network: { type: 'string' } },
});
const [folder = 'units'] = positionals;
mkdirSync(folder, { recursive: true });

/** Four units of each of five layers, from low to high; the last are classes: tabby, balloon, strawberry, tench. */
const networks = [
  {
    name: 'squeezenet1.1',
    preprocessing: 'caffe-bgr',
    layers: ['fire3/concat_1', 'fire5/concat_1', 'fire7/concat_1', 'fire9/concat_1'],
    classes: ['281', '417', '949', '0'],
  },
  {
    name: 'mobilenet_v2_1.0_224',
    preprocessing: 'tf',
    layers: ['Conv#9', 'Conv#18', 'Conv#30', 'Conv#45'],
    classes: ['282', '418', '950', '1'],
  },
];
const channels = [2, 9, 17, 23];

for (const { name, preprocessing, layers, classes } of networks) {
  if (values.network !== undefined && values.network !== name) continue;
  const units = [...layers.flatMap((layer) => channels.map((channel) => `${layer}:${channel}`)), ...classes];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      new URL('../../src/cli/main.ts', import.meta.url).pathname,
      'visualize',
      sharedPath(`models/imagenet/${name}.onnx`),
      ...['--preprocessing', preprocessing, '--steps', values.steps, '--seed', '1', '--json'],
      ...['--evidence', sharedPath('images/imagenet'), '-o', join(folder, `${name}.png`)],
      ...units.flatMap((unit) => ['--unit', unit]),
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  writeFileSync(join(folder, `${name}.json`), stdout);
  const drawn: { readonly unit: string; readonly percentile: number }[] = JSON.parse(stdout).units;
  const above = drawn.filter(({ percentile }) => percentile >= 0.99);
  const others = drawn.filter((one) => !above.includes(one)).map((one) => `${one.unit} (${one.percentile})`);
  process.stdout.write(
    `${name}: ${above.length} of ${drawn.length} above 99 % of the photographs; others: ${others.join(', ') || 'none'}\n`,
  );
}
