/** @file `pareidolia inspect --artefacts`: patterns that strides draw into gradients and generated pictures, predicted and measured. */
import * as files from '#files';
import { openRuntime } from '#runtime';
import { figurePng, figureSvg } from '../../image/figure.ts';
import { externalFiles } from '../../model/external-files.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { modelAddress } from '../../model/zoo.ts';
import { parseModel } from '../../onnx/file/parse-model.ts';
import { artefactFigure } from '../../spectrum/artefact-figure.ts';
import {
  type ArtefactMeasurement,
  type ArtefactPrediction,
  measureArtefacts,
  pathOf,
  predictArtefacts,
} from '../../spectrum/artefacts.ts';
import { filePath } from '../../spectrum/file-path.ts';
import { NoGradientError } from '../../tensor/grad.ts';
import { artefactLayersCsv, artefactPhasesCsv } from '../artefact-csv.ts';
import { artefactJson, artefactLines } from '../artefact-output.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { readLabelled } from '../labelled-pictures.ts';
import { loadOptionsOf } from '../model-flags.ts';
import { beside, prepareOutputs, writeOutput } from '../output.ts';
import type { InspectFlags } from './inspect.ts';

/** Runs the command. */
export async function inspectArtefacts(context: CliContext, flags: InspectFlags, path: string): Promise<void> {
  const { out, csv, images: spec } = flags;
  if (out !== undefined && !/\.(svg|png)$/i.test(out))
    throw new CliError(`A figure is written as .svg or .png; ${out} is neither.`);
  const tables = csv === undefined ? [] : [csv, beside(csv, 'phases')];
  await prepareOutputs([out, ...tables], [path, ...(spec === undefined ? [] : [spec])]);
  const model = await loadModel(path, loadOptionsOf(flags)).catch((error: unknown) => {
    if (spec !== undefined) throw error;
    return error instanceof Error ? error : new Error(String(error));
  });
  let prediction: ArtefactPrediction;
  let measurement: ArtefactMeasurement | undefined;
  const notes: string[] = [];
  if (model instanceof Error) {
    // What is no classifier of pictures, a generator say, still has its layers.
    const bytes = await files.readFile(modelAddress(path));
    const file = parseModel(bytes);
    notes.push(`Nothing is measured: ${model.message}`);
    prediction = await predictArtefacts(
      filePath(file, bytes, await externalFiles(file, path), flags.size),
      await openRuntime(flags.device),
    );
  } else {
    await using open = model;
    notes.push(...open.notes);
    const modelPath = pathOf(open);
    prediction = await predictArtefacts(modelPath, open.device);
    if (modelPath.gives === 'scores') measurement = await measured(context, flags, open, prediction, notes);
    else
      notes.push('Nothing is measured: the model gives pictures, and no class scores whose gradient could be taken.');
  }
  if (out !== undefined) {
    const figure = artefactFigure(path.split(/[\\/]/).at(-1)!, prediction, measurement);
    await writeOutput(out, /\.svg$/i.test(out) ? await figureSvg(figure) : await figurePng(figure));
  }
  const texts = csv === undefined ? [] : [artefactLayersCsv(prediction), artefactPhasesCsv(prediction, measurement)];
  for (const [i, text] of texts.entries()) await writeOutput(tables[i]!, text);
  const found = { file: path, prediction, measurement, notes, tables, ...(out === undefined ? {} : { out }) };
  context.process.stdout.write(
    flags.json ? `${JSON.stringify(artefactJson(found), null, 2)}\n` : `${artefactLines(found).join('\n')}\n`,
  );
}

async function measured(
  context: CliContext,
  flags: InspectFlags,
  model: Model,
  prediction: ArtefactPrediction,
  notes: string[],
): Promise<ArtefactMeasurement | undefined> {
  const { signal } = context;
  const images =
    flags.images === undefined
      ? undefined
      : (await readLabelled(flags.images, model, { limit: flags.limit, seed: 0, signal })).images;
  try {
    return await withProgress(
      context,
      `Measuring gradients on ${images === undefined ? 'noise' : `${images.length} pictures`}`,
      (update) =>
        measureArtefacts(model, prediction, {
          ...(images && { images }),
          signal,
          onProgress: (done, total) => update(`${done} of ${total}`),
        }),
    );
  } catch (error) {
    if (!(error instanceof NoGradientError)) throw error;
    notes.push(`Nothing is measured: ${error.message}`);
    return undefined;
  }
}
