/** @file `pareidolia visualize`: draw what units respond to, with the evidence for it. */
import { fitPicture } from '../../model/fit-picture.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { fitParameters } from '../../prior/fit-parameters.ts';
import type { PictureSize } from '../../prior/parameterisation.ts';
import { type CliContext, startProgress } from '../context.ts';
import { loadOptionsOf } from '../model-flags.ts';
import { prepareOutputs, writeOutput } from '../output.ts';
import { readPicture } from '../pictures.ts';
import { checkTogether } from '../visualize-check.ts';
import { drawUnit, type UnitOptions } from '../visualize-drawing.ts';
import { openEvidence } from '../visualize-evidence.ts';
import { type DrawnUnit, visualizeJson, visualizeReport, visualizeText } from '../visualize-output.ts';
import { drawingsPng, pathWebp } from '../visualize-pictures.ts';
import { drawOptionsOf, settingsOf, type VisualizeFlags } from '../visualize-plan.ts';
import { drawSlide } from '../visualize-slide.ts';
import { togetherObjective, unitsOf } from '../visualize-units.ts';

/** Frames of a video at most. */
const videoFrames = 60;

/** Runs the command. */
export async function visualizeCommand(this: CliContext, flags: VisualizeFlags, modelPath: string): Promise<void> {
  checkTogether(flags);
  const out = flags.out ?? 'drawing.png';
  const inputs = [modelPath, flags.from, flags.match, flags.direction].filter((path) => path !== undefined);
  await prepareOutputs([out, flags.video, flags.report], inputs);
  await using model = await openModel(modelPath, flags);
  for (const text of model.notes) this.process.stderr.write(`note: ${text}\n`);
  const units = await unitsOf(flags, model);
  if (flags.slide) return await drawSlide(this, flags, model, units[0]!, out);

  const side = flags.size;
  const size: PictureSize = [model.channels, side ?? model.height, side ?? model.width];
  const objectives = units.map((unit) => togetherObjective(unit, flags));
  const options = await drawOptionsOf(flags, model, size);
  const start = flags.from === undefined ? undefined : await startFrom(this, flags.from, options, model, size);
  const frameEvery = flags.video === undefined ? 0 : Math.max(1, Math.ceil((options.steps ?? 512) / videoFrames));
  await using evidence = await openEvidence(flags, model, size);
  const progress = await startProgress(this, `Drawing ${units.length} unit${units.length === 1 ? '' : 's'}`);
  const drawn: DrawnUnit[] = [];
  try {
    for (const [i, unit] of units.entries()) {
      const drawing = await drawUnit(
        model,
        objectives[i]!,
        { ...options, frameEvery, signal: this.signal, ...(start === undefined ? {} : { start }) },
        (words) => progress.update(`Drawing ${unit.name} (${i + 1} of ${units.length}): ${words}`),
      );
      progress.update(`Looking at ${unit.name}`);
      const activation = drawing.path.at(-1)!.objective;
      drawn.push({ unit, drawing, evidence: await evidence.of(unit, drawing.pictures[0]!, activation) });
    }
  } finally {
    progress.stop();
  }
  const settings = settingsOf(flags, model, options);
  const text = { pareidolia: JSON.stringify({ software: 'pareidolia', ...settings }) };
  await writeOutput(out, await drawingsPng(drawn, flags, size, text));
  if (flags.video !== undefined) await writeOutput(flags.video, await pathWebp(drawn[0]!.drawing, flags, size));
  if (flags.report !== undefined)
    await writeOutput(flags.report, await visualizeReport(model.name, drawn, size, settings));
  this.process.stdout.write(flags.json ? visualizeJson(settings, drawn, out) : visualizeText(drawn, out));
}

/** The model; where it leaves its size open, for that of the picture. */
async function openModel(path: string, { size, ...flags }: VisualizeFlags): Promise<Model> {
  const model = await loadModel(path, loadOptionsOf(flags));
  if (size === undefined || model.input.height !== undefined) return model;
  await model[Symbol.asyncDispose]();
  return loadModel(path, loadOptionsOf({ ...flags, size }));
}

/** Error of a fit above which a drawing is said not to start from its picture. */
const noticedError = 0.02;

async function startFrom(
  context: CliContext,
  path: string,
  { parameterisation, group = 1, seed = 0 }: UnitOptions,
  model: Model,
  size: PictureSize,
): Promise<Float32Array> {
  const picture = fitPicture(await readPicture(path), { ...model, height: size[1], width: size[2] });
  const { device } = model;
  const { parameters, error } = await fitParameters(parameterisation, picture, {
    device,
    seed,
    signal: context.signal,
  });
  if (error > noticedError)
    context.process.stderr.write(
      `note: ${parameterisation.name} comes within ${error.toFixed(3)} of ${path} on average (pixels from 0 to 1); the drawing starts there.\n`,
    );
  const all = new Float32Array(parameters.length * group);
  for (let i = 0; i < group; i++) all.set(parameters, i * parameters.length);
  return all;
}
