/**
 * @file Trains an embedded model by its recipe: `node scripts/zoo/train.ts NAME [--data DIR] [--out FOLDER] [--threads N]`. Goes on where
 * it was stopped.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../src/data/open-dataset.ts';
import { toImageArray } from '../../src/data/to-image-array.ts';
import { openRuntime } from '../../src/runtime/runtime.node.ts';
import { exportNetwork } from '../../src/train/export-network.ts';
import { train } from '../../src/train/train.ts';
import { recipes } from './recipes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/datasets' },
    out: { type: 'string', default: '.cache/zoo' },
    threads: { type: 'string' },
  },
});
const [name] = positionals;
const recipe = recipes[name ?? ''];
if (name === undefined || recipe === undefined) {
  process.stderr.write(`Which model? One of ${Object.keys(recipes).join(', ')}.\n`);
  process.exit(2);
}

const spec = recipe.data === 'shapes' ? 'shapes' : `cifar10:${join(values.data, 'cifar10')}`;
const [data, validation] = await Promise.all(
  (['train', 'test'] as const).map(async (split) => toImageArray(await openDataset(spec, { split }))),
);
const device = await openRuntime('cpu', values.threads === undefined ? {} : { threads: Number(values.threads) });
await mkdir(values.out, { recursive: true });
const place = (suffix: string) => join(values.out, `${name}${suffix}`);
const write = async (path: string, bytes: Uint8Array | string) => {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
};

let spoken = 0;
const trained = await train(recipe.task(), {
  ...recipe.training,
  data: data!,
  validation: validation!,
  device,
  checkpoint: {
    name: place('.checkpoint'),
    read: () => readFile(place('.checkpoint')).catch(() => undefined),
    write: (bytes) => write(place('.checkpoint'), bytes),
  },
  onProgress: ({ epoch, step, steps, imagesPerSecond, secondsLeft, metrics }) => {
    if (performance.now() - spoken < 30_000) return;
    spoken = performance.now();
    const numbers = Object.entries(metrics).map(([key, value]) => `${key} ${value.toFixed(4)}`);
    process.stderr.write(
      `${name} epoch ${epoch + 1} step ${step}/${steps} ${imagesPerSecond.toFixed(0)} images/s, ${(secondsLeft / 60).toFixed(0)} min left: ${numbers.join(', ')}\n`,
    );
  },
  onEpoch: (record) => {
    process.stderr.write(`${name} ${JSON.stringify(record)}\n`);
  },
});
const { bytes } = await exportNetwork(trained, { device, notes: { recipe: name, brief: recipe.brief } });
await write(place('.onnx'), bytes);
await write(place('.log.json'), `${JSON.stringify(trained.history, null, 1)}\n`);
process.stderr.write(`${name}: ${bytes.length} bytes\n`);
