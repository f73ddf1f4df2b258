/**
 * @file Holds the predicted patterns of strides against gradients: `node scripts/artefacts/predictions.ts [NAME…] [--shared FOLDER] [--findings FOLDER]`.
 * Writes a JSON file of each network into the findings, a figure into docs/artefacts, and the tables of docs/artefacts.md of all findings that are there.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as files from '#files';
import { openRuntime } from '#runtime';
import { listPictures, readPicture } from '../../src/cli/pictures.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { figurePng } from '../../src/image/figure.ts';
import { fitPicture } from '../../src/model/fit-picture.ts';
import { loadModel } from '../../src/model/load-model.ts';
import type { Model } from '../../src/model/model.ts';
import { modelAddress } from '../../src/model/zoo.ts';
import { artefactFigure } from '../../src/spectrum/artefact-figure.ts';
import {
  type ArtefactMeasurement,
  type ArtefactPrediction,
  measureArtefacts,
  pathOf,
  predictArtefacts,
} from '../../src/spectrum/artefacts.ts';
import { shuffledTaps } from './shuffled-taps.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shared: { type: 'string', default: '../shared/data' },
    findings: { type: 'string', default: '../artefacts' },
    docs: { type: 'string', default: 'docs' },
  },
});

const cifar = { on: 'cifar10', count: 200 } as const;
const imagenet = { on: 'imagenet', count: 40 } as const;
const zoo = (name: string) => ({ path: `zoo:${name}`, preprocessing: undefined, ...cifar });
/** Networks in the tables' order. */
const networks = {
  'cifar10-standard': zoo('cifar10-standard'),
  'cifar10-robust': zoo('cifar10-robust'),
  resnet20: { path: join(values.shared, 'models/cifar10/resnet20.onnx'), preprocessing: 'imagenet', ...cifar },
  'squeezenet1.1': {
    path: join(values.shared, 'models/imagenet/squeezenet1.1.onnx'),
    preprocessing: 'caffe-bgr',
    ...imagenet,
  },
  mobilenet_v2: {
    path: join(values.shared, 'models/imagenet/mobilenet_v2_1.0_224.onnx'),
    preprocessing: 'tf',
    ...imagenet,
  },
} as const;

type Name = keyof typeof networks;

interface Found extends Pick<ArtefactPrediction, 'layers'> {
  readonly name: Name;
  readonly pictures: Omit<ArtefactMeasurement, 'map'>;
  readonly noise: Omit<ArtefactMeasurement, 'map'>;
  /** On the same pictures, of the network with its kernels' elements shuffled. */
  readonly shuffled: Omit<ArtefactMeasurement, 'map'>;
}

async function picturesOf(model: Model, on: 'cifar10' | 'imagenet', count: number): Promise<Float32Array[]> {
  const images: Float32Array[] = [];
  if (on === 'cifar10') {
    const set = await openDataset(`cifar10:${join(values.shared, 'datasets/cifar10')}`, { split: 'test' });
    for (let i = 0; i < count; i++) images.push(fitPicture(await set.image(i), model));
    return images;
  }
  const listed = await listPictures([join(values.shared, 'images/imagenet')]);
  for (let i = 0; i < count; i++)
    images.push(fitPicture(await readPicture(listed[Math.floor((i * listed.length) / count)]!.path), model));
  return images;
}

const device = await openRuntime('cpu');
await mkdir(values.findings, { recursive: true });
const folder = join(values.docs, 'artefacts');
for (const name of (positionals.length > 0 ? positionals : Object.keys(networks)) as Name[]) {
  const { path, preprocessing, on, count } = networks[name];
  await using model = await loadModel(path, {
    device,
    name,
    ...(preprocessing === undefined ? {} : { preprocessing }),
  });
  const prediction = await predictArtefacts(pathOf(model), device);
  const images = await picturesOf(model, on, count);
  const measured = await measureArtefacts(model, prediction, { images });
  const { map: _, ...noise } = await measureArtefacts(model, prediction, { noise: 40 });
  const bytes = await files.readFile(modelAddress(path));
  await using without = await loadModel(shuffledTaps(bytes, 0), { device, name, preprocessing: model.preprocessing });
  const { map: ___, ...shuffled } = await measureArtefacts(without, prediction, { images });
  await writeFile(join(folder, `${name}.png`), await figurePng(artefactFigure(name, prediction, measured)));
  const { map: __, ...pictures } = measured;
  const found: Found = { name, layers: prediction.layers, pictures, noise, shuffled };
  await writeFile(join(values.findings, `${name}.json`), `${JSON.stringify(found)}\n`);
  process.stderr.write(`${name}: ${pictures.periods.map(({ words }) => words).join(' ')}\n`);
}

const all: Found[] = [];
for (const name of Object.keys(networks)) {
  const text = await readFile(join(values.findings, `${name}.json`), 'utf8').catch(() => undefined);
  if (text !== undefined) all.push(JSON.parse(text));
}
const ratio = (value: number | null) =>
  value === null || value === Number.POSITIVE_INFINITY ? 'none sees some' : value.toFixed(2);
const tables = {
  layers: [
    '|  | layer | kernel | stride | overlap | ratio | period |',
    '|---|---|---|---|---|---|---|',
    ...all.flatMap(({ name, layers }) =>
      layers.map(
        (layer, i) =>
          `| ${i === 0 ? name : ''} | ${layer.kind === 'conv' ? 'convolution' : layer.kind === 'maxPool' ? 'max pooling' : layer.kind} | ${layer.kernel[0]} | ${layer.stride[0]} | ${layer.overlap[0].counts.join(':')} | ${ratio(layer.ratio)} | ${layer.inputPeriod[0]} |`,
      ),
    ),
  ],
  periods: [
    '|  | period | predicted | on pictures (chance) | correlation | line index | on noise (chance) | correlation | line index | kernels shuffled (chance) | correlation | line index |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...all.flatMap(({ name, pictures, noise, shuffled }) =>
      pictures.periods.map((on, i) => {
        const cells = [on, noise.periods[i]!, shuffled.periods[i]!].flatMap(
          ({ measured, chance, correlation, lineIndex, holds }) => [
            `${measured.ratio.toFixed(2)} (${chance.toFixed(2)})${holds ? ' ✓' : ''}`,
            correlation?.toFixed(2) ?? '–',
            lineIndex?.toFixed(2) ?? '–',
          ],
        );
        return `| ${[i === 0 ? name : '', on.period[0], on.predicted.ratio.toFixed(2), ...cells].join(' | ')} |`;
      }),
    ),
  ],
  high: [
    '|  | on pictures | on noise |',
    '|---|---|---|',
    ...all.map(
      ({ name, pictures, noise }) =>
        `| ${name} | ${(100 * pictures.highShare).toFixed(1)} | ${(100 * noise.highShare).toFixed(1)} |`,
    ),
  ],
};
const file = join(values.docs, 'artefacts.md');
let text = await readFile(file, 'utf8');
for (const [name, lines] of Object.entries(tables))
  text = text.replace(
    new RegExp(`(<!-- table ${name} -->\n)[\\s\\S]*?(<!-- end -->)`),
    (_, open: string, close: string) => `${open}${lines.join('\n')}\n${close}`,
  );
await writeFile(file, text);
