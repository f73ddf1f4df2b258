/** @file `pareidolia attack`: find small changes of pictures that change the answer, and write what was found. */
import { basename } from 'node:path';
import { as8Bit } from '../../attack/attack-figure.ts';
import { distanceAttack } from '../../attack/distance-attack.ts';
import { methodNamed } from '../../attack/methods.ts';
import type { AttackResult, DistanceAttackResult } from '../../attack/result.ts';
import type { Subspace } from '../../attack/subspace.ts';
import { compare } from '../../distance/compare.ts';
import { enlarged } from '../../distance/enlarged.ts';
import type { Picture } from '../../image/image.ts';
import { fitPicture } from '../../model/fit-picture.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { destinationsOf, writeResult } from '../attack-files.ts';
import { readMask } from '../attack-mask.ts';
import { type AttackFlags, type AttackPlan, fitPlan, optionsOf, planOf } from '../attack-plan.ts';
import { attackText, type DistanceReport, type ReportedResult, resultJson } from '../attack-report.ts';
import { batchOptions, checkBatchFlags } from '../batch-options.ts';
import { chosenDistances } from '../chosen-distances.ts';
import { type CliContext, type Progress, startProgress } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { loadOptionsOf } from '../model-flags.ts';
import { prepareOutputs } from '../output.ts';
import { listPictures, type PictureFile, readPicture } from '../pictures.ts';

/** Runs the command. */
export async function attack(
  this: CliContext,
  flags: AttackFlags,
  modelPath: string,
  ...picturePaths: string[]
): Promise<void> {
  checkBatchFlags(flags);
  const asked = await planOf(flags);
  const files = await listPictures(picturePaths);
  const destinations = destinationsOf(files, flags.out, picturePaths);
  const outputs = destinations.flatMap(({ adversarial, figure }) =>
    flags.figure ? [adversarial, figure] : [adversarial],
  );
  const inputs = [modelPath, ...files.map(({ path }) => path), ...(flags.mask === undefined ? [] : [flags.mask])];
  await prepareOutputs(outputs, inputs);

  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  const note = (text: string) => this.process.stderr.write(`note: ${text}\n`);
  model.notes.forEach(note);
  const plan = fitPlan(asked, model, flags.target !== undefined, note);
  const pictures: Picture[] = [];
  for (const { path } of files) pictures.push(await readPicture(path));
  const images = pictures.map((picture) => fitPicture(picture, model));
  const mask = flags.mask === undefined ? undefined : await readMask(flags.mask, model, pictures);
  const labels = labelsOf(files, model, flags.label);

  const count = `${images.length} picture${images.length === 1 ? '' : 's'}`;
  const progress = await startProgress(this, `Attacking ${count} on ${model.device.description}`);
  let results: readonly (AttackResult | DistanceAttackResult)[];
  let reports: readonly (DistanceReport | undefined)[] = [];
  try {
    results = await run(plan, model, images, labels, mask, flags, this.signal, progress);
    if (flags.reportDistances) reports = await reportsOf(results, model, this.signal, progress);
  } finally {
    progress.stop();
  }
  const settings = settingsOf(plan, flags);
  const all: ReportedResult[] = [];
  for (const [i, result] of results.entries()) {
    const { path } = files[i]!;
    const own = { picture: basename(path), ...settings };
    const written = await writeResult(result, destinations[i]!, model, own, flags.figure);
    all.push({ picture: path, result, files: written, reported: reports[i] });
  }
  const resisted = results.filter((result) => !result.success8 && !result.misclassifiedBefore).length;
  const robust = resisted / results.length;
  this.process.stdout.write(
    flags.json ? `${JSON.stringify(asJson(all, model, settings, flags, robust), null, 2)}\n` : attackText(all),
  );
  if (flags.failUnder !== undefined && robust < flags.failUnder) this.exitWith(exitCodes.below);
}

function labelsOf(pictures: readonly PictureFile[], model: Model, label: string | undefined): number[] | undefined {
  if (label !== undefined) {
    const known = model.classOf(label);
    return pictures.map(() => known);
  }
  if (!pictures.every(({ folderName }) => folderName !== undefined)) return undefined;
  return pictures.map(({ folderName }) => model.classOf(folderName!));
}

async function run(
  plan: AttackPlan,
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  mask: Float32Array | undefined,
  flags: AttackFlags,
  signal: AbortSignal,
  progress: Progress,
): Promise<readonly (AttackResult | DistanceAttackResult)[]> {
  const { seed, steps } = flags;
  const shared = {
    seed,
    ...batchOptions(model, flags),
    signal,
    onProgress: (done: number, total: number) => progress.update(`Attacking: ${done} of ${total} pictures`),
    ...(flags.target === undefined ? {} : { target: model.classOf(flags.target) }),
    ...(mask === undefined ? {} : { mask }),
  };
  if (plan.kind === 'method')
    return methodNamed(plan.method).run(model, images, labels, { ...shared, ...optionsOf(plan) });
  const { distance, budget, bounds, change, criterion } = plan;
  const own = {
    distance,
    bounds,
    change,
    ...(criterion === undefined ? {} : { criterion }),
    ...(budget === undefined ? {} : { budget }),
  };
  return distanceAttack(model, images, labels, { ...shared, ...own, ...(steps === undefined ? {} : { steps }) });
}

/** The 8-bit pictures of what fooled under every distance there is; undefined for the other results. */
async function reportsOf(
  results: readonly (AttackResult | DistanceAttackResult)[],
  model: Model,
  signal: AbortSignal,
  progress: Progress,
): Promise<(DistanceReport | undefined)[]> {
  const { device, channels, height, width } = model;
  const distances = (await chosenDistances(undefined, true)).map((one) => enlarged(one, height, width));
  const fooled = results.filter(({ success, misclassifiedBefore }) => success && !misclassifiedBefore);
  const pairs = fooled.map((result) => ({
    x: as8Bit(result, model),
    y: { data: result.original, channels, height, width },
  }));
  const onProgress = (done: number, total: number) =>
    progress.update(`Measuring: ${Math.floor((100 * done) / total)} %`);
  const rows = await compare(distances, pairs, { device, signal, onProgress });
  const side = Math.sqrt(height * width);
  const reports = new Map(fooled.map((result, i) => [result, { rows: rows[i]!, side }]));
  return results.map((result) => reports.get(result));
}

/** What tells this attack from another, for JSON and the text inside pictures. */
function settingsOf(plan: AttackPlan, { mask }: AttackFlags): Readonly<Record<string, unknown>> {
  const masked = mask === undefined ? {} : { mask: basename(mask) };
  if (plan.kind === 'method') {
    const { method, norm, epsilon, options } = plan;
    const { criterion, subspace, ...rest } = options;
    return {
      method,
      norm,
      ...(epsilon === undefined ? {} : { epsilon }),
      ...(criterion === undefined ? {} : { criterion: criterion.name }),
      ...(subspace === undefined ? {} : { within: (subspace as Subspace).name }),
      ...rest,
      ...masked,
    };
  }
  const { distance, budget, bounds, change, criterion } = plan;
  return {
    method: budget === undefined ? 'smallest distance' : 'within a distance',
    distance: distance.name,
    ...(budget === undefined ? {} : { budget }),
    bounds: Object.fromEntries(bounds.map((bound) => [bound.distance.name, bound.budget])),
    change,
    ...(criterion === undefined ? {} : { criterion: criterion.name }),
    ...masked,
  };
}

function asJson(
  all: readonly ReportedResult[],
  model: Model,
  settings: Readonly<Record<string, unknown>>,
  { seed, path }: AttackFlags,
  robust: number,
): object {
  return {
    model: model.name,
    preprocessing: { ...model.preprocessing, origin: model.preprocessingOrigin },
    device: model.device.description,
    ...settings,
    seed,
    robustAccuracy: robust,
    results: all.map((one) => resultJson(one, path)),
  };
}
