/**
 * @file Measures interventions on embedded and given networks, and writes tables: `node scripts/artefacts/interventions.ts DATA OUT [NAME…]`,
 * with `--gradients` lines, phases and high frequencies alone of what OUT holds, with `--waves` heat maps alone: both are quick. DATA is a folder with datasets/cifar10, images/imagenet, models and labels; OUT takes NAME.json and interventions.md.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { decodePicture } from '#image-codec';
import { openDataset } from '../../src/data/open-dataset.ts';
import { toImageArray } from '../../src/data/to-image-array.ts';
import { parseClassList } from '../../src/model/class-names.ts';
import { fitPicture } from '../../src/model/fit-picture.ts';
import { type LoadOptions, loadModel } from '../../src/model/load-model.ts';
import type { Model } from '../../src/model/model.ts';
import { bandNames } from '../../src/spectrum/band.ts';
import { interventionNamed, measuredAfter } from '../../src/spectrum/intervention.ts';
import { type InterventionHeatMap, interventionHeatMaps } from '../../src/spectrum/intervention-heat-maps.ts';
import {
  budgetText,
  gradientArtefact,
  type InterventionFindings,
  type InterventionRow,
  interventionWords,
  lineText,
  measureInterventions,
} from '../../src/spectrum/measure-interventions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { gradients: { type: 'boolean' }, waves: { type: 'boolean' } },
});
const [data, out, ...chosen] = positionals;
if (data === undefined || out === undefined) throw new Error('Usage: interventions.ts DATA OUT [NAME…]');

interface Subject {
  readonly name: string;
  readonly source: string;
  readonly options: LoadOptions;
  readonly pictures: number;
  /** Budgets in 255ths, and steps of PGD. */
  readonly levels: readonly number[];
  readonly steps: number;
  /** Words of interventions; the usual ones unless given. */
  readonly interventions?: readonly string[];
}

const imagenet = (
  name: string,
  file: string,
  preprocessing: string,
  pictures: number,
  interventions: readonly string[],
): Subject => ({
  name,
  source: `${data}/models/imagenet/${file}`,
  options: { preprocessing },
  pictures,
  levels: [0.125, 0.5],
  steps: 10,
  interventions,
});

const subjects: readonly Subject[] = [
  { name: 'cifar10-standard', source: 'zoo:cifar10-standard', options: {}, pictures: 200, levels: [1, 2], steps: 20 },
  { name: 'cifar10-robust', source: 'zoo:cifar10-robust', options: {}, pictures: 100, levels: [8], steps: 20 },
  {
    name: 'resnet20',
    source: `${data}/models/cifar10/resnet20.onnx`,
    options: { preprocessing: 'imagenet' },
    pictures: 60,
    levels: [1],
    steps: 20,
    interventions: ['blurpool3', 'blurpool5', 'blur3'],
  },
  imagenet('squeezenet1.1', 'squeezenet1.1.onnx', 'caffe-bgr', 60, ['average', 'blurpool3', 'blur3']),
  imagenet('mobilenet_v2', 'mobilenet_v2_1.0_224.onnx', 'tf', 40, ['blurpool3', 'blur3']),
];

async function picturesFor(model: Model, count: number): Promise<{ images: Float32Array[]; labels: number[] }> {
  if (model.height === 32) {
    const set = await toImageArray(await openDataset(`cifar10:${data}/datasets/cifar10`, { split: 'test' }));
    const size = 3 * 32 * 32;
    const images = Array.from({ length: count }, (_, i) =>
      Float32Array.from(set.pixels.subarray(i * size, (i + 1) * size), (v) => v / 255),
    );
    return { images, labels: [...set.labels].slice(0, count) };
  }
  const classes = parseClassList(await readFile(`${data}/labels/imagenet_1000.txt`, 'utf8')).ids!;
  const folder = `${data}/images/imagenet`;
  const names = (await readdir(folder)).sort();
  const step = names.length / count;
  const images: Float32Array[] = [];
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    const name = names[Math.floor(i * step)]!;
    images.push(fitPicture(await decodePicture(await readFile(`${folder}/${name}`)), model));
    // Some networks have a class for the background before the thousand.
    labels.push(classes.indexOf(name.split('_')[0]!) + model.classCount - classes.length);
  }
  return { images, labels };
}

const percent = (share: number) => (100 * share).toFixed(1);

function tableOf(found: InterventionFindings): string {
  const [before] = found.rows;
  const titles = [
    'intervention',
    ...before!.periods.map(({ period }) => `lines of ${period}`),
    ...before!.periods.map(({ period }) => `phases of ${period}`),
    'high, %',
    'accuracy, %',
    ...before!.attacked.map(({ epsilon }) => `PGD ${budgetText(epsilon)}, % (of right ones)`),
  ];
  const rows = found.rows.map(({ name, changes, periods, highShare, accuracy, attacked }) => [
    changes === 'gradient' ? `${name} (gradient)` : name,
    ...periods.map(({ lineIndex }) => lineText(lineIndex)),
    ...periods.map(({ phaseRatio }) => phaseRatio.toFixed(2)),
    percent(highShare),
    percent(accuracy),
    ...attacked.map(({ accuracy: left, kept }) => `${percent(left)} (${percent(kept)})`),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

const signed = (share: number) => `${share < 0 ? '' : '+'}${percent(share)}`;

/** Errors under waves by band, and what they are above the error on clean pictures. */
function wavesTable(maps: readonly InterventionHeatMap[]): string {
  const { cells, norm } = maps[0]!.map;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const bands = (map: InterventionHeatMap['map']) =>
    bandNames.map((band) => `${percent(map.bands[band]!.error)} (${signed(map.bands[band]!.increase)})`);
  return [
    line([`error under ${cells.length} waves of l2 ${norm.toFixed(1)}, %`, 'clean', ...bandNames]),
    line(['---', '--:', ...bandNames.map(() => '--:')]),
    ...maps.map(({ name, map }) => line([name, percent(map.cleanError), ...bands(map)])),
  ].join('\n');
}

/** Findings with what they say of gradients measured again on the same pictures. */
async function withNewGradients(
  found: InterventionFindings,
  model: Model,
  images: readonly Float32Array[],
): Promise<InterventionFindings> {
  if (found.pictures !== images.length) throw new Error(`${found.model} was measured on ${found.pictures} pictures.`);
  const rows: InterventionRow[] = [];
  for (const row of found.rows) {
    const artefact = await measuredAfter(model, row.intervention, { seed: found.seed }, (changed) =>
      gradientArtefact(changed, images, row.intervention),
    );
    rows.push({ ...row, ...artefact });
  }
  return { ...found, rows, words: interventionWords(rows) };
}

await mkdir(out, { recursive: true });
const parts: string[] = [];
for (const { name, source, options, pictures, levels, steps, interventions } of subjects) {
  const [file, wavesFile] = [`${out}/${name}.json`, `${out}/${name}.waves.json`];
  if (chosen.length === 0 || chosen.includes(name)) {
    await using model = await loadModel(source, options);
    const { images, labels } = await picturesFor(model, pictures);
    const settings = {
      epsilons: levels.map((level) => level / 255),
      steps,
      ...(interventions === undefined ? {} : { interventions: interventions.map(interventionNamed) }),
      onProgress: (what: string) => process.stderr.write(`${name}: ${what}\n`),
    };
    const write = (path: string, found: object) => writeFile(path, `${JSON.stringify(found, null, 2)}\n`);
    if (values.gradients === true)
      await write(file, await withNewGradients(JSON.parse(await readFile(file, 'utf8')), model, images));
    else if (values.waves !== true)
      await write(file, { ...(await measureInterventions(model, images, labels, settings)), model: name });
    if (values.gradients !== true) await write(wavesFile, await interventionHeatMaps(model, images, labels, settings));
  }
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept === undefined) continue;
  const found = JSON.parse(kept) as InterventionFindings;
  const words = found.words.map((line) => `- ${line}`).join('\n');
  const waves = await readFile(wavesFile, 'utf8').catch(() => undefined);
  parts.push(
    `### ${name}\n\n${found.pictures} pictures, PGD in linf of ${found.steps} steps.\n\n${tableOf(found)}\n\n${waves === undefined ? '' : `${wavesTable(JSON.parse(waves))}\n\n`}${words}\n`,
  );
}
await writeFile(`${out}/interventions.md`, parts.join('\n'));
