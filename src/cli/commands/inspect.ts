/** @file `pareidolia inspect`: what a model takes, holds and answers. */
import * as files from '#files';
import type { Picture } from '../../image/image.ts';
import { externalFiles } from '../../model/external-files.ts';
import { fitPicture } from '../../model/fit-picture.ts';
import { type Inspection, inspectModel } from '../../model/inspect.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { readSidecar } from '../../model/model-settings.ts';
import { describePreprocessing, type Preprocessing, presetFor, presets } from '../../model/preprocessing.ts';
import { sidecarName } from '../../model/sidecar.ts';
import { modelAddress } from '../../model/zoo.ts';
import { parseModel } from '../../onnx/file/parse-model.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutput, writeOutput } from '../output.ts';
import { listPictures, type PictureFile, readPicture } from '../pictures.ts';
import { inspectArtefacts } from './inspect-artefacts.ts';

/** Flags of `inspect`. */
export interface InspectFlags extends ModelFlags {
  readonly images?: string;
  readonly limit: number;
  readonly writeSidecar: boolean;
  readonly layers: boolean;
  readonly artefacts: boolean;
  readonly csv?: string;
  readonly out?: string;
}

/** One candidate's accuracy. */
interface Trial {
  readonly preprocessing: Preprocessing;
  readonly top1: number;
  readonly top5: number;
}

/** Runs the command. */
export async function inspect(this: CliContext, flags: InspectFlags, path: string): Promise<void> {
  if (flags.artefacts) {
    if (flags.layers || flags.writeSidecar)
      throw new CliError('--artefacts is a report of its own; leave --layers and --write-sidecar away.');
    return inspectArtefacts(this, flags, path);
  }
  if (flags.out !== undefined)
    throw new CliError('--out is where --artefacts draws its maps; there is nothing else to draw.');
  if (flags.csv !== undefined)
    throw new CliError('--csv is where --artefacts writes its tables; --json prints all that inspect finds.');
  const bytes = await files.readFile(modelAddress(path));
  const file = parseModel(bytes);
  const options = loadOptionsOf(flags);
  const inspection = inspectModel(file, bytes, await externalFiles(file, path), flags.size, options.standIns);
  const loaded = await loadModel(path, options).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  if (loaded instanceof Error) {
    if (flags.images !== undefined || flags.writeSidecar) throw loaded;
    print(this, flags, { path, inspection, problem: loaded.message });
    return;
  }
  await using model = loaded;
  if (flags.writeSidecar && flags.images === undefined)
    throw new CliError('--write-sidecar needs --images FOLDER, to know which preprocessing is right.');
  if (flags.writeSidecar) await prepareOutput(sidecarName(path), [path]);
  const trials = flags.images === undefined ? undefined : await tryAll(this, model, path, flags, flags.images);
  let sidecar: string | undefined;
  if (flags.writeSidecar && trials !== undefined) {
    sidecar = sidecarName(path);
    if (trials[0]!.top1 === 0)
      throw new CliError(
        `No preprocessing gives a right answer on these pictures, so ${sidecar} is not written. Check their labels and --classes.`,
      );
    const classes = model.classNames === undefined ? {} : { classes: model.classNames };
    const output = flags.output === undefined ? {} : { output: flags.output };
    const kept = await readSidecar(path);
    const written = { ...kept, preprocessing: trials[0]!.preprocessing, ...classes, ...output };
    await writeOutput(sidecar, `${JSON.stringify(written, null, 2)}\n`);
  }
  print(this, flags, {
    path,
    inspection,
    model,
    ...(trials === undefined ? {} : { trials }),
    ...(sidecar === undefined ? {} : { sidecar }),
  });
}

/** Every known preprocessing, in both channel orders: the one in use first, then those that have a name. */
function candidates(model: Model): Preprocessing[] {
  const { channels, preprocessing } = model;
  const named = Object.keys(presets).map((name) => presetFor(name, channels, preprocessing.layout)!);
  const reversed = named.map(
    (preset): Preprocessing => ({
      ...preset,
      channels: preset.channels === 'bgr' ? 'rgb' : 'bgr',
      mean: preset.mean.toReversed(),
      std: preset.std.toReversed(),
    }),
  );
  const list = [...named, ...(channels === 1 ? [] : reversed)];
  const { resizeTo } = preprocessing;
  const all = [preprocessing, ...list].map((p) => (resizeTo === undefined ? p : { ...p, resizeTo }));
  return all.filter((p, i) => all.findIndex((q) => describePreprocessing(q) === describePreprocessing(p)) === i);
}

async function tryAll(
  context: CliContext,
  model: Model,
  path: string,
  flags: InspectFlags,
  folder: string,
): Promise<Trial[]> {
  const found = await listPictures([folder]);
  const step = Math.max(1, found.length / flags.limit);
  const chosen = Array.from({ length: Math.min(flags.limit, found.length) }, (_, i) => found[Math.floor(i * step)]!);
  const labelled: { picture: Picture; label: number }[] = [];
  for (const file of chosen) labelled.push({ picture: await readPicture(file.path), label: labelOf(file, model) });
  const progress = await startProgress(
    context,
    `Trying ${candidates(model).length} preprocessings on ${labelled.length} pictures`,
  );
  const trials: Trial[] = [];
  for (const preprocessing of candidates(model)) {
    progress.update(`Trying ${describePreprocessing(preprocessing)}`);
    await using candidate = await loadModel(path, { ...loadOptionsOf(flags), preprocessing, device: model.device });
    let [top1, top5] = [0, 0];
    for (const { picture, label } of labelled) {
      context.signal.throwIfAborted();
      const { probabilities } = await candidate.predictPlain(fitPicture(picture, candidate));
      const better = probabilities.filter((p) => p > probabilities[label]!).length;
      top1 += Number(better === 0);
      top5 += Number(better < 5);
    }
    trials.push({ preprocessing, top1: top1 / labelled.length, top5: top5 / labelled.length });
  }
  progress.stop();
  return trials.sort((a, b) => b.top1 - a.top1 || b.top5 - a.top5);
}

/** The class that a picture's folder or file name tells. */
export function labelOf({ path, folderName }: PictureFile, model: Model): number {
  const stem = path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]*$/, '');
  const id = /^n\d{8}/.exec(stem)?.[0];
  const words = [
    ...(folderName === undefined ? [] : [folderName]),
    ...(id === undefined ? [] : [id]),
    stem.replace(/^n\d{8}_/, ''),
  ];
  for (const word of words) {
    try {
      return model.classOf(word);
    } catch {
      // The next word may be the class.
    }
  }
  throw new CliError(
    `The class of ${path} is not told by its folder or name (${words.join(', ')}). Put pictures into a folder for each class, and give --classes.`,
  );
}

interface Report {
  readonly path: string;
  readonly inspection: Inspection;
  readonly model?: Model;
  readonly problem?: string;
  readonly trials?: readonly Trial[];
  readonly sidecar?: string;
}

function print({ process }: CliContext, flags: InspectFlags, report: Report): void {
  process.stdout.write(
    flags.json ? `${JSON.stringify(asJson(report), null, 2)}\n` : `${asText(report, flags).join('\n')}\n`,
  );
}

function asJson({ path, inspection, model, problem, trials, sidecar }: Report): object {
  return {
    file: path,
    ...inspection,
    ...(problem === undefined ? {} : { problem }),
    ...(model === undefined
      ? {}
      : {
          picture: { channels: model.channels, height: model.height, width: model.width },
          preprocessing: { ...model.preprocessing, origin: model.preprocessingOrigin },
          classes: model.classCount,
          removedTail: model.removedTail,
          maxBatch: Number.isFinite(model.maxBatch) ? model.maxBatch : null,
          notes: model.notes,
        }),
    ...(trials === undefined ? {} : { trials }),
    ...(sidecar === undefined ? {} : { sidecar }),
  };
}

function asText({ path, inspection, model, problem, trials, sidecar }: Report, flags: InspectFlags): string[] {
  const { opsets, irVersion, producer, inputs, outputs, ops, parameters, flops, layers, gradientProblem } = inspection;
  const row = (name: string, value: string) => `${name.padEnd(15)}${value}`;
  const lines = [
    row('file', path),
    row(
      'format',
      `IR ${irVersion}, ${Object.entries(opsets)
        .map(([domain, version]) => `${domain} ${version}`)
        .join(', ')}${producer === '' ? '' : `, by ${producer}`}`,
    ),
    row('inputs', inputs.join('; ')),
    row('outputs', outputs.join('; ')),
    row('parameters', parameters.toLocaleString('en')),
    ...(flops === undefined ? [] : [row('cost', `${(flops / 1e9).toPrecision(3)} GFLOP a picture`)]),
    row(
      'ops',
      ops.map(({ type, count, imported }) => `${type} ${count}${imported ? '' : ' (runs, no gradient)'}`).join(', '),
    ),
    row(
      'gradient',
      gradientProblem === undefined ? 'yes, of every output with respect to the input' : `no: ${gradientProblem}`,
    ),
    row(
      'layers',
      `${layers.length} whose units can be named layer:channel${flags.layers ? '' : layers.length > 0 ? `, such as ${layers[0]!.name}:0 (all with --layers)` : ''}`,
    ),
    ...(flags.layers
      ? layers.map(({ name, aliases, op, shape }) => `  ${[name, ...aliases].join(' = ')}  ${op} [${shape.join(', ')}]`)
      : []),
  ];
  if (model !== undefined) {
    lines.push(
      row('picture', `${model.channels} x ${model.height} x ${model.width}`),
      row('preprocessing', `${describePreprocessing(model.preprocessing)} (${model.preprocessingOrigin})`),
      row(
        'classes',
        `${model.classCount}${model.classNames === undefined ? ', no names' : `: ${model.classNames.slice(0, 4).join('; ')} …`}`,
      ),
      row('device', model.device.description),
      ...model.notes.map((note) => row('note', note)),
    );
  }
  if (problem !== undefined) lines.push(row('note', `Not attacked as a classifier: ${problem}`));
  if (trials !== undefined) {
    lines.push('', 'top-1   top-5   preprocessing');
    for (const { preprocessing, top1, top5 } of trials)
      lines.push(`${percent(top1)}  ${percent(top5)}  ${describePreprocessing(preprocessing)}`);
    const tied = trials.filter(({ top1, top5 }) => top1 === trials[0]!.top1 && top5 === trials[0]!.top5).length;
    lines.push(
      '',
      ...(tied > 1 ? [`The first ${tied} are right equally often; more pictures would tell them apart.`] : []),
      sidecar === undefined ? 'Add --write-sidecar to keep the first of these for this model.' : `Written: ${sidecar}`,
    );
  }
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(5)}%`;
}
