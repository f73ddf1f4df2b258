/**
 * @file Measures an embedded model and writes its card: `node scripts/zoo/card.ts NAME… [--data DIR] [--models FOLDER]`. Numbers are those of
 * the file as it ships, on test pictures that training did not see.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openRuntime } from '#runtime';
import { pgd } from '../../src/attack/pgd.ts';
import type { ImageArray } from '../../src/data/dataset.ts';
import { pixelsOf } from '../../src/data/image-array.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { toImageArray } from '../../src/data/to-image-array.ts';
import { sheetPng } from '../../src/image/sheet.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { type ZooEntry, zoo } from '../../src/model/zoo.ts';
import { noiseBatch } from '../../src/train/random-fill.ts';
import { recipes } from './recipes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/datasets' },
    models: { type: 'string', default: 'models' },
  },
});
const device = await openRuntime('cpu');
const measured: Record<ZooEntry['kind'], (path: string, test: ImageArray) => Promise<string[]>> = {
  classifier: classifierLines,
  denoiser: denoiserLines,
  generator: generatorLines,
};

for (const name of positionals.length > 0 ? positionals : Object.keys(zoo)) {
  const entry = zoo[name];
  const recipe = recipes[name];
  if (entry === undefined || recipe === undefined) throw new Error(`There is no embedded model "${name}".`);
  const spec = entry.data === 'shapes' ? 'shapes' : `cifar10:${join(values.data, 'cifar10')}`;
  const test = await toImageArray(await openDataset(spec, { split: 'test' }));
  const path = join(values.models, `${name}.onnx`);
  const bytes = await readFile(path);
  const history = JSON.parse(await readFile(join(values.models, `${name}.log.json`), 'utf8')) as { seconds: number }[];
  const minutes = history.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const lines = await measured[entry.kind](path, test);
  const { epochs, batchSize = 128, optimizer, learningRate, augmentation, averageDecay, seed } = recipe.training;
  const data =
    entry.data === 'shapes'
      ? 'the procedural set `shapes` of this project: 20 000 pictures to train on, 2000 to test on'
      : 'CIFAR-10 (Krizhevsky 2009): the 50 000 training images as JPEG re-encodings, tested on 1000 lossless test images';
  const card = `# ${name}

${entry.kind[0]!.toUpperCase()}${entry.kind.slice(1)}: ${recipe.brief}.

- File: \`models/${name}.onnx\`, ${(bytes.length / 1e6).toFixed(2)} MB; loads as \`zoo:${name}\`
- Data: ${data}
- Recipe: \`scripts/zoo/recipes.ts\`, seed ${seed}: ${epochs} epochs of batches of ${batchSize}, ${optimizer.kind} with a peak learning rate of ${learningRate}, augmentation ${JSON.stringify(augmentation)}, weights averaged with decay ${averageDecay}
- Training: ${minutes.toFixed(0)} minutes on one shared core; every epoch's numbers are in \`${name}.log.json\`
- Licence: MIT, as the project

Measured by \`scripts/zoo/card.ts\` on the file as it ships:

${lines.join('\n')}
`;
  await writeFile(join(values.models, `${name}.md`), card);
  process.stdout.write(`${name}\n${lines.join('\n')}\n`);
}

async function classifierLines(path: string, test: ImageArray): Promise<string[]> {
  await using model = await loadModel(path, { device });
  const count = Math.min(1000, test.shape[0]);
  const each = test.shape[1] * test.shape[2] * test.shape[3];
  const all = pixelsOf(
    test,
    Array.from({ length: count }, (_, i) => i),
  );
  const images = Array.from({ length: count }, (_, i) => all.slice(i * each, (i + 1) * each));
  const labels = [...test.labels.subarray(0, count)];
  const budgets = [
    { norm: 'linf', epsilon: 8 / 255, words: 'l∞ 8/255', count: 1000 },
    { norm: 'linf', epsilon: 2 / 255, words: 'l∞ 2/255', count: 300 },
    { norm: 'l2', epsilon: 0.5, words: 'l2 0.5', count: 300 },
  ] as const;
  const rows: string[] = [];
  for (const { norm, epsilon, words, count: part } of budgets) {
    const attacked = Math.min(part, count);
    const results = await pgd(model, images.slice(0, attacked), labels.slice(0, attacked), {
      norm,
      epsilon,
      steps: 50,
      batch: 50,
      seed: 1,
    });
    if (rows.length === 0) {
      const right = results.filter(({ misclassifiedBefore }) => !misclassifiedBefore).length;
      rows.push('| measure | value |', '|---|---|', `| accuracy, ${count} test images | ${percent(right, count)} |`);
    }
    const resists = results.filter(({ misclassifiedBefore, success }) => !misclassifiedBefore && !success).length;
    rows.push(`| accuracy under PGD-50, ${words}, ${attacked} test images | ${percent(resists, attacked)} |`);
  }
  return rows;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** Mean squared error before and after, at some noise levels, in decibels below a full-scale error. */
async function denoiserLines(path: string, test: ImageArray): Promise<string[]> {
  const session = await device.createSession(await readFile(path));
  const count = 500;
  const samples = Array.from({ length: count }, (_, i) => i);
  const clean = pixelsOf(test, samples);
  const shape = [count, ...test.shape.slice(1)];
  const noise = noiseBatch({ name: 'card', shape, kind: 'normal' }, samples, 1, 0);
  const psnr = (x: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - clean[i]!) ** 2;
    return -10 * Math.log10(sum / x.length);
  };
  const rows = ['| noise deviation | PSNR of the noisy picture | PSNR denoised |', '|---|---|---|'];
  for (const sigma of [0.05, 0.1, 0.2, 0.3]) {
    const noisy = clean.map((value, i) => value + sigma * noise[i]!);
    const { denoised } = await session.run({ x: { data: noisy, shape, dtype: 'float32' } });
    rows.push(`| ${sigma} | ${psnr(noisy).toFixed(1)} dB | ${psnr(denoised!.data as Float32Array).toFixed(1)} dB |`);
  }
  await session.release();
  return rows;
}

/** Draws a sheet of samples beside the card, and counts how many a classifier of the same data is sure of. */
async function generatorLines(path: string, test: ImageArray): Promise<string[]> {
  const session = await device.createSession(await readFile(path));
  const codeSize = session.inputs[0]!.shape[1]!;
  const count = 500;
  const z = noiseBatch(
    { name: 'card', shape: [count, codeSize], kind: 'normal' },
    Array.from({ length: count }, (_, i) => i),
    1,
    0,
  );
  const { x } = await session.run({ z: { data: z, shape: [count, codeSize], dtype: 'float32' } });
  const pixels = x!.data as Float32Array;
  const [, channels, height, width] = test.shape;
  const each = channels * height * width;
  const pictures = Array.from({ length: 60 }, (_, i) => ({
    data: pixels.slice(i * each, (i + 1) * each),
    channels,
    height,
    width,
  }));
  const rows = Array.from({ length: 4 }, (_, i) => ({ title: '', pictures: pictures.slice(15 * i, 15 * (i + 1)) }));
  const sheet = path.replace(/\.onnx$/, '.png');
  await writeFile(sheet, await sheetPng({ rows }));
  const variance = (values: Float32Array) => {
    const mean = new Float64Array(each);
    for (let i = 0; i < values.length; i++) mean[i % each]! += values[i]! / (values.length / each);
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i]! - mean[i % each]!) ** 2;
    return sum / values.length;
  };
  const real = variance(
    pixelsOf(
      test,
      Array.from({ length: count }, (_, i) => i),
    ),
  );
  await session.release();
  return [
    '| measure | value |',
    '|---|---|',
    `| size of the code, normal with variance 1 | ${codeSize} |`,
    `| variance of drawn pixels over that of test pictures | ${(variance(pixels) / real).toFixed(2)} |`,
    '',
    `![samples](${sheet.split('/').at(-1)})`,
  ];
}
