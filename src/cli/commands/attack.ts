/** @file `pareidolia attack`: find small changes of pictures that change the answer, and write what was found. */
import { basename, extname, join } from 'node:path';
import { encodePng } from '#image-codec';
import { as8Bit, attackFigure } from '../../attack/attack-figure.ts';
import { fgsm } from '../../attack/fgsm.ts';
import type { LossName } from '../../attack/loss.ts';
import { pgd, type StepSchedule } from '../../attack/pgd.ts';
import type { AttackResult } from '../../attack/result.ts';
import type { Norm } from '../../distance/ball.ts';
import { fitPicture } from '../../model/fit-picture.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { type CliContext, startProgress } from '../context.ts';
import { CliError, exitCodes } from '../errors.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutput, writeOutput } from '../output.ts';
import { listPictures, type PictureFile, readPicture } from '../pictures.ts';

/** Flags of `attack`. */
export interface AttackFlags extends ModelFlags {
  readonly epsilon: number;
  readonly method: 'pgd' | 'fgsm';
  readonly norm: Norm;
  readonly target?: string;
  readonly label?: string;
  readonly steps?: number;
  readonly stepSize?: number;
  readonly schedule: StepSchedule;
  readonly loss: LossName;
  readonly momentum: number;
  readonly restarts: number;
  readonly randomStart: boolean;
  readonly exhaust: boolean;
  readonly seed: number;
  readonly batch: number;
  readonly out?: string;
  readonly figure: boolean;
  readonly failUnder?: number;
}

/** Where a picture's results go. */
interface Destination {
  readonly adversarial: string;
  readonly figure: string;
}

/** Runs the command. */
export async function attack(
  this: CliContext,
  flags: AttackFlags,
  modelPath: string,
  ...picturePaths: string[]
): Promise<void> {
  const pictures = await listPictures(picturePaths);
  const destinations = destinationsOf(pictures, flags.out, picturePaths);
  const outputs = destinations.flatMap(({ adversarial, figure }) =>
    flags.figure ? [adversarial, figure] : [adversarial],
  );
  for (const path of outputs) await prepareOutput(path, [modelPath, ...pictures.map((picture) => picture.path)]);

  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const note of model.notes) this.process.stderr.write(`note: ${note}\n`);
  const images: Float32Array[] = [];
  for (const { path } of pictures) images.push(fitPicture(await readPicture(path), model));
  const labels = labelsOf(pictures, model, flags.label);
  const target = flags.target === undefined ? undefined : model.classOf(flags.target);

  const progress = await startProgress(
    this,
    `Attacking ${images.length} picture${images.length === 1 ? '' : 's'} on ${model.device.description}`,
  );
  const { norm, epsilon, loss, seed, restarts, batch, exhaust, momentum, schedule, randomStart, steps, stepSize } =
    flags;
  const options = {
    norm,
    epsilon,
    loss,
    seed,
    restarts,
    batch,
    exhaust,
    momentum,
    schedule,
    randomStart,
    signal: this.signal,
    onProgress: (done: number, total: number) => progress.update(`Attacking: ${done} of ${total} pictures`),
    ...(target === undefined ? {} : { target }),
    ...(steps === undefined ? {} : { steps }),
    ...(stepSize === undefined ? {} : { stepSize }),
  };
  let results: AttackResult[];
  try {
    results = await (flags.method === 'fgsm' ? fgsm : pgd)(model, images, labels, options);
  } finally {
    progress.stop();
  }
  const written: (Partial<Destination> | undefined)[] = [];
  for (const [i, result] of results.entries())
    written.push(await write(result, destinations[i]!, model, flags, pictures[i]!));

  const resisted = results.filter((result) => !result.success8 && !result.misclassifiedBefore).length;
  const robust = resisted / results.length;
  this.process.stdout.write(
    flags.json
      ? `${JSON.stringify(asJson(results, pictures, written, model, flags, robust), null, 2)}\n`
      : asText(results, pictures, written),
  );
  if (flags.failUnder !== undefined && robust < flags.failUnder) this.exitWith(exitCodes.below);
}

function destinationsOf(
  pictures: readonly PictureFile[],
  out: string | undefined,
  given: readonly string[],
): Destination[] {
  const single = pictures.length === 1 && given.length === 1 && (out === undefined || extname(out) !== '');
  if (single) {
    const adversarial = out ?? `${stemOf(pictures[0]!.path)}.adversarial.png`;
    if (extname(adversarial).toLowerCase() !== '.png')
      throw new CliError(
        `The adversarial picture is written as PNG, which loses nothing; ${adversarial} is not named .png.`,
      );
    return [{ adversarial, figure: adversarial.replace(/(\.adversarial)?\.png$/i, '.figure.png') }];
  }
  if (out !== undefined && extname(out) !== '')
    throw new CliError(`Several pictures go into a folder; ${out} names one file.`);
  const folder = out ?? 'adversarial';
  const taken = new Set<string>();
  return pictures.map(({ path, folderName }) => {
    let stem = join(folder, folderName ?? '', stemOf(path));
    while (taken.has(`${stem}.png`) || taken.has(`${stem}.figure.png`)) stem += '-2';
    const destination = { adversarial: `${stem}.png`, figure: `${stem}.figure.png` };
    for (const file of Object.values(destination)) taken.add(file);
    return destination;
  });
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

function labelsOf(pictures: readonly PictureFile[], model: Model, label: string | undefined): number[] | undefined {
  if (label !== undefined) {
    const known = model.classOf(label);
    return pictures.map(() => known);
  }
  if (!pictures.every(({ folderName }) => folderName !== undefined)) return undefined;
  return pictures.map(({ folderName }) => model.classOf(folderName!));
}

async function write(
  result: AttackResult,
  to: Destination,
  model: Model,
  flags: AttackFlags,
  { path }: PictureFile,
): Promise<Partial<Destination> | undefined> {
  if (!result.success || result.misclassifiedBefore) return undefined;
  const settings = {
    software: 'pareidolia',
    model: model.name,
    picture: basename(path),
    method: flags.method,
    norm: result.norm,
    epsilon: result.epsilon,
    seed: result.seed,
    before: result.before.name,
    after: result.after.name,
  };
  const text = { pareidolia: JSON.stringify(settings) };
  await writeOutput(to.adversarial, await encodePng(as8Bit(result, model), text));
  if (!flags.figure) return { adversarial: to.adversarial };
  await writeOutput(to.figure, await attackFigure(result, model, text));
  return to;
}

function verdict(result: AttackResult): string {
  if (result.misclassifiedBefore) return result.target === undefined ? 'wrong before' : 'the target before';
  if (!result.success) return 'resisted';
  return result.success8 ? 'fooled' : 'fooled in float, not after 8 bits';
}

function asText(
  results: readonly AttackResult[],
  pictures: readonly PictureFile[],
  written: readonly (Partial<Destination> | undefined)[],
): string {
  const share = ({ name, probability }: AttackResult['before']) => `${name} ${(100 * probability).toFixed(1)}%`;
  const lines = results.flatMap((result, i) => {
    const { before, after8, distances, norm, forwards, backwards, notes } = result;
    const distance = norm === 'linf' ? `${(distances.linf * 255).toFixed(2)}/255` : distances[norm].toFixed(3);
    const files = Object.values(written[i] ?? {});
    return [
      `${pictures[i]!.path}: ${verdict(result)}: ${share(before)} -> ${share(after8)}, ${norm} ${distance}, ${forwards} forward and ${backwards} backward passes`,
      ...(files.length === 0 ? [] : [`  written: ${files.join(', ')}`]),
      ...notes.map((note) => `  note: ${note}`),
    ];
  });
  const right = results.filter((result) => !result.misclassifiedBefore);
  const fooled = right.filter((result) => result.success8).length;
  return `${lines.join('\n')}\n${fooled} of ${right.length} fooled after 8-bit rounding${right.length < results.length ? `; ${results.length - right.length} left out, wrong or at the target before` : ''}\n`;
}

function asJson(
  results: readonly AttackResult[],
  pictures: readonly PictureFile[],
  written: readonly (Partial<Destination> | undefined)[],
  model: Model,
  flags: AttackFlags,
  robust: number,
): object {
  return {
    model: model.name,
    preprocessing: { ...model.preprocessing, origin: model.preprocessingOrigin },
    device: model.device.description,
    method: flags.method,
    norm: flags.norm,
    epsilon: flags.epsilon,
    seed: flags.seed,
    robustAccuracy: robust,
    results: results.map(({ adversarial: _adversarial, original: _original, ...rest }, i) => ({
      picture: pictures[i]!.path,
      ...rest,
      files: written[i] ?? {},
    })),
  };
}
