/**
 * @file Draws every class of the embedded classifiers under several priors and asks a second, independently trained classifier what it sees:
 * `node scripts/visualisation/recognised.ts FOLDER [--set cifar10|shapes] [--seeds 3] [--steps 96]
 * [--only standard-generator …]`. A table on stdout, a sheet of the first
 * seed's drawings into the folder. Each drawing is judged twice: at its end, and where it first made its own classifier 99 % sure, which
 * compares priors at the same confidence. The numbers stand in docs/visualisation.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantize8 } from '../../src/image/image.ts';
import { sheetPng } from '../../src/image/sheet.ts';
import { loadModel } from '../../src/model/load-model.ts';
import type { Model } from '../../src/model/model.ts';
import type { PictureSize } from '../../src/prior/parameterisation.ts';
import { openPrior } from '../../src/prior/prior-named.ts';
import { shareInterval } from '../../src/statistics/share-interval.ts';
import { openDenoiserPrior } from '../../src/visualize/denoiser-prior.ts';
import { classScore } from '../../src/visualize/objectives/unit.ts';
import { robustnessNamed } from '../../src/visualize/robustness.ts';
import { type DrawOptions, visualize } from '../../src/visualize/visualize.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string', default: 'cifar10' },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '96' },
    only: { type: 'string', multiple: true },
  },
});
const [folder = 'recognised'] = positionals;
const [set, seeds, steps] = [values.set, Number(values.seeds), Number(values.steps)];
mkdirSync(folder, { recursive: true });

/** How sure a classifier is where priors are compared at the same confidence. */
const sure = 0.99;

/** Rows of the table: who draws, and under which prior. Changes that drawings must bear are those that `visualize` takes for each. */
const rows: readonly (readonly [drawer: string, prior: string, robustness: string])[] = [
  ['standard', 'raw', 'none'],
  ['standard', 'pixels', 'jitter'],
  ['standard', 'fourier', 'jitter'],
  ['standard', 'dae', 'jitter'],
  ['standard', 'generator', 'none'],
  ['robust', 'raw', 'none'],
  ['robust', 'pixels', 'jitter'],
];

await using second = await loadModel(`zoo:${set}-second`);
process.stdout.write(
  `| drawn by | prior | known to itself | to the second | 95 % | when 99 % sure itself | 95 % | step of that, median |\n|---|---|---|---|---|---|---|---|\n`,
);
for (const [drawer, prior, robustness] of rows) {
  if (values.only !== undefined && !values.only.includes(`${drawer}-${prior}`)) continue;
  await using model = await loadModel(`zoo:${set}-${drawer}`);
  const size: PictureSize = [model.channels, model.height, model.width];
  const settings: Omit<DrawOptions, 'seed'> = {
    parameterisation: await openPrior(prior === 'dae' ? 'raw' : prior, size, { generator: `zoo:${set}-generator` }),
    ...transformOf(robustness, size, model),
    ...(prior === 'dae' ? { denoiser: await openDenoiserPrior(`zoo:${set}-denoiser`), rate: 1 } : {}),
    steps,
    frameEvery: 1,
  };
  const sheet: { title: string; note: string; pictures: ReturnType<typeof pictureOf>[] }[] = [];
  let [all, own, known, reached, knownAtOnce] = [0, 0, 0, 0, 0];
  const moments: number[] = [];
  for (let label = 0; label < model.classCount; label++) {
    for (let seed = 1; seed <= seeds; seed++) {
      const { pictures, frames } = await visualize(model, classScore(label), { ...settings, seed });
      const [picture] = pictures;
      const seen = await second.predictPlain(picture!);
      all++;
      own += Number((await model.predictPlain(picture!)).label === label);
      known += Number(seen.label === label);
      const moment = await firstSure(model, label, frames);
      moments.push(moment ?? Number.POSITIVE_INFINITY);
      if (moment !== undefined) {
        reached++;
        knownAtOnce += Number((await second.predictPlain(quantize8(frames[moment]![0]!))).label === label);
      }
      if (seed === 1)
        sheet.push({
          title: model.className(label),
          note: `second: ${second.className(seen.label)}`,
          pictures: [pictureOf(frames[moment ?? 0]![0]!, size), pictureOf(picture!, size)],
        });
    }
  }
  moments.sort((a, b) => a - b);
  writeFileSync(
    join(folder, `${set}-${drawer}-${prior}.png`),
    await sheetPng({ rows: sheet, side: 96, columns: 2 }, { steps: String(steps), prior, drawer }),
  );
  process.stdout.write(
    `| ${set}-${drawer} | ${prior} | ${own} of ${all} | ${known} of ${all} | ${interval(known, all)} | ${knownAtOnce} of ${reached} | ${interval(knownAtOnce, reached)} | ${moments[Math.floor(moments.length / 2)]} |\n`,
  );
}

function transformOf(name: string, size: PictureSize, model: Model): Pick<DrawOptions, 'transform'> {
  const { transform } = robustnessNamed(name, size, [model.height, model.width]);
  return transform === undefined ? {} : { transform };
}

/** The first frame that makes a model sure of a class. */
async function firstSure(model: Model, label: number, frames: readonly (readonly Float32Array[])[]) {
  for (const [i, [picture]] of frames.entries())
    if ((await model.predictPlain(quantize8(picture!))).probabilities[label]! >= sure) return i;
  return undefined;
}

function pictureOf(data: Float32Array, [channels, height, width]: PictureSize) {
  return { data, channels, height, width };
}

function interval(count: number, of: number): string {
  if (of === 0) return '';
  const { low, high } = shareInterval(count / of, of);
  return `${Math.round(100 * low)} to ${Math.round(100 * high)} %`;
}
