/** @file `pareidolia visualize`: draw what units respond to, with the evidence for it. */
import { encodeAnimation, encodePng } from '#image-codec';
import { figurePng, type Panel } from '../../image/figure.ts';
import type { Picture } from '../../image/image.ts';
import { sheetPng } from '../../image/sheet.ts';
import { fitPicture } from '../../model/fit-picture.ts';
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { fitParameters } from '../../prior/fit-parameters.ts';
import type { PictureSize } from '../../prior/parameterisation.ts';
import { activations, naturalSlope, percentileOf, spectrumSlope } from '../../visualize/evidence.ts';
import { slide } from '../../visualize/slide.ts';
import { type NamedUnit, unitNamed } from '../../visualize/unit-named.ts';
import { type Drawing, type DrawOptions, visualize } from '../../visualize/visualize.ts';
import { type CliContext, startProgress } from '../context.ts';
import { loadOptionsOf } from '../model-flags.ts';
import { prepareOutput, writeOutput } from '../output.ts';
import { listPictures, readPicture } from '../pictures.ts';
import { type DrawnUnit, type Evidence, visualizeJson, visualizeReport, visualizeText } from '../visualize-output.ts';
import { checkTogether, drawOptionsOf, gridOf, objectiveOf, type VisualizeFlags } from '../visualize-plan.ts';

/** Frames of a video at most. */
const videoFrames = 60;

/** Runs the command. */
export async function visualizeCommand(this: CliContext, flags: VisualizeFlags, modelPath: string): Promise<void> {
  checkTogether(flags);
  const out = flags.out ?? 'drawing.png';
  const inputs = [modelPath, ...(flags.from === undefined ? [] : [flags.from])];
  for (const path of [out, flags.video, flags.report]) if (path !== undefined) await prepareOutput(path, inputs);
  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const text of model.notes) this.process.stderr.write(`note: ${text}\n`);
  const units = flags.unit.map((name) =>
    unitNamed(model, name, flags.score === undefined ? {} : { score: flags.score }),
  );
  if (flags.slide) return drawSlide(this, flags, model, units, out);

  const side = flags.size;
  const size: PictureSize = [model.channels, side ?? model.height, side ?? model.width];
  const options = await drawOptionsOf(flags, model, size);
  const start = flags.from === undefined ? undefined : await startFrom(this, flags.from, options, model, size);
  const steps = options.steps ?? 512;
  const frameEvery = flags.video === undefined ? 0 : Math.max(1, Math.ceil(steps / videoFrames));
  const progress = await startProgress(this, `Drawing ${units.length} unit${units.length === 1 ? '' : 's'}`);
  const drawn: DrawnUnit[] = [];
  try {
    for (const [i, unit] of units.entries()) {
      const drawing = await visualize(model, objectiveOf(unit, flags), {
        ...options,
        frameEvery,
        signal: this.signal,
        ...(start === undefined ? {} : { start }),
        onProgress: (step) =>
          progress.update(`Drawing ${unit.name} (${i + 1} of ${units.length}): step ${step} of ${steps}`),
      });
      progress.update(`Looking at ${unit.name}`);
      drawn.push({ unit, drawing, evidence: await evidenceOf(unit, drawing, model, size, flags) });
    }
  } finally {
    progress.stop();
  }
  const settings = settingsOf(flags, model, options, steps);
  const text = { pareidolia: JSON.stringify({ software: 'pareidolia', ...settings }) };
  await writeOutput(out, await pictureOf(drawn, flags, size, text));
  if (flags.video !== undefined) await writeOutput(flags.video, await videoOf(drawn[0]!.drawing, flags, size));
  if (flags.report !== undefined)
    await writeOutput(flags.report, await visualizeReport(model.name, drawn, size, settings));
  this.process.stdout.write(flags.json ? visualizeJson(settings, drawn, out) : visualizeText(drawn, out));
}

/** Error of a fit above which a drawing is said not to start from its picture. */
const noticedError = 0.02;

async function startFrom(
  context: CliContext,
  path: string,
  { parameterisation, group = 1, seed = 0 }: DrawOptions,
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

async function evidenceOf(
  unit: NamedUnit,
  drawing: Drawing,
  model: Model,
  [channels, height, width]: PictureSize,
  flags: VisualizeFlags,
): Promise<Evidence> {
  const picture = { data: drawing.pictures[0]!, channels, height, width };
  const fitted = fitPicture(picture, model);
  const plain = await model.predictPlain(fitted);
  const slope = await spectrumSlope(drawing.pictures[0]!, { channels, height, width, device: model.device });
  const evidence: Evidence = {
    activation: drawing.path.at(-1)!.objective,
    answer: { name: model.className(plain.label), probability: plain.probabilities[plain.label]! },
    slope,
    naturalSlope,
  };
  if (flags.evidence !== undefined) {
    const files = await listPictures([flags.evidence]);
    const photos: Float32Array[] = [];
    for (const { path } of files) photos.push(fitPicture(await readPicture(path), model));
    const values = await activations(model, unit.objective, [fitted, ...photos]);
    Object.assign(evidence, { photos: photos.length, percentile: percentileOf(values[0]!, values.slice(1)) });
  }
  if (flags.second !== undefined) {
    await using second = await loadModel(flags.second, { device: flags.device });
    const seen = await second.predictPlain(fitPicture(picture, second));
    Object.assign(evidence, {
      second: { model: second.name, name: second.className(seen.label), probability: seen.probabilities[seen.label]! },
    });
  }
  return evidence;
}

function settingsOf(flags: VisualizeFlags, model: Model, options: DrawOptions, steps: number) {
  const { parameterisation, transform, optimizer = 'adam', rate, seed, penalties = [], group, views } = options;
  return {
    model: model.name,
    units: flags.unit,
    score: flags.score,
    prior: flags.prior ?? 'fourier',
    generator: flags.generator,
    denoiser: flags.denoiser,
    natural: flags.natural,
    robustness: flags.robustness,
    redirect: flags.redirect,
    size: parameterisation.size,
    steps,
    rate: rate ?? parameterisation.rate,
    optimizer: options.denoiser === undefined ? optimizer : 'langevin',
    transform: transform?.key ?? 'none',
    views,
    penalties: Object.fromEntries(penalties.map(({ penalty, weight }) => [penalty.name, weight])),
    group,
    diversity: flags.diversity,
    from: flags.from,
    seed,
  };
}

const cell = (data: Float32Array, [channels, height, width]: PictureSize): Picture => ({
  data,
  channels,
  height,
  width,
});

/** One drawing as it is, a grid as one picture, several units as a sheet. */
async function pictureOf(
  drawn: readonly DrawnUnit[],
  flags: VisualizeFlags,
  size: PictureSize,
  text: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const [first] = drawn;
  if (drawn.length > 1) {
    const rows = drawn.map(({ unit, drawing, evidence }) => ({
      title: unit.name,
      note: `activation ${evidence.activation.toPrecision(3)}`,
      pictures: drawing.pictures.map((picture) => cell(picture, size)),
    }));
    return sheetPng({ rows, side: Math.max(96, Math.min(224, size[2])), columns: drawn.length > 6 ? 2 : 1 }, text);
  }
  const { drawing } = first!;
  if (drawing.transparency === undefined) return encodePng(joined(drawing.pictures, flags, size), text);
  const [c, h, w] = size;
  const rgba = drawing.pictures.map((picture, i) => {
    const data = new Float32Array(4 * h * w);
    for (let k = 0; k < 3; k++) data.set(picture.subarray((k % c) * h * w, ((k % c) + 1) * h * w), k * h * w);
    data.set(drawing.transparency![i]!.map(Math.sqrt), 3 * h * w);
    return data;
  });
  return encodePng(joined(rgba, flags, [4, h, w]), text);
}

/** The pictures of a grid as one. */
function joined(pictures: readonly Float32Array[], flags: VisualizeFlags, size: PictureSize): Picture {
  const { rows, columns } = gridOf(flags.grid);
  const [c, h, w] = size;
  const all = { data: new Float32Array(c * rows * h * columns * w), channels: c, height: rows * h, width: columns * w };
  for (const [i, picture] of pictures.entries()) {
    const [top, left] = [Math.floor(i / columns) * h, (i % columns) * w];
    for (let k = 0; k < c; k++)
      for (let y = 0; y < h; y++)
        all.data.set(
          picture.subarray((k * h + y) * w, (k * h + y + 1) * w),
          (k * rows * h + top + y) * columns * w + left,
        );
  }
  return all;
}

function videoOf({ frames }: Drawing, flags: VisualizeFlags, size: PictureSize): Promise<Uint8Array> {
  return encodeAnimation(
    frames.map((pictures) => joined(pictures, flags, size)),
    66,
  );
}

async function drawSlide(
  context: CliContext,
  flags: VisualizeFlags,
  model: Model,
  units: readonly NamedUnit[],
  out: string,
): Promise<void> {
  const [unit] = units;
  const progress = await startProgress(context, `Sliding ${unit!.name}`);
  const size: PictureSize = [model.channels, model.height, model.width];
  try {
    const places = await slide(model, unit!.objective, {
      seed: flags.seed,
      signal: context.signal,
      ...(flags.steps === undefined ? {} : { steps: flags.steps }),
      ...(flags.generator === undefined ? {} : { generator: flags.generator }),
      ...(flags.denoiser === undefined ? {} : { denoiser: flags.denoiser }),
      onProgress: (done, total) => progress.update(`Sliding ${unit!.name}: ${done} of ${total} priors`),
    });
    const drawn: { readonly name: string; readonly evidence: Evidence; readonly drawing: Drawing }[] = [];
    for (const { name, drawing } of places)
      drawn.push({ name, drawing, evidence: await evidenceOf(unit!, drawing, model, size, flags) });
    const panels: Panel[] = drawn.map(({ name, evidence, drawing }) => ({
      title: name,
      picture: cell(drawing.pictures[0]!, size),
      captions: [
        { text: `activation ${evidence.activation.toPrecision(3)}` },
        { text: `seen as ${evidence.answer.name}`, share: evidence.answer.probability },
        ...(evidence.second === undefined ? [] : [{ text: `by ${evidence.second.model}: ${evidence.second.name}` }]),
        { text: `slope ${evidence.slope.toFixed(2)}` },
      ],
    }));
    const settings = { model: model.name, unit: unit!.name, slide: true, seed: flags.seed, steps: flags.steps ?? 256 };
    const note = `One unit, seed and number of steps; slope of the power spectrum (photographs: ${naturalSlope.toFixed(1)}).`;
    const text = { pareidolia: JSON.stringify({ software: 'pareidolia', ...settings }) };
    await writeOutput(
      out,
      await figurePng({ heading: `${model.name}: ${unit!.name}, from attack to drawing`, panels, note }, text),
    );
    const rows = drawn.map(({ name, evidence }) => ({ prior: name, ...evidence }));
    context.process.stdout.write(
      flags.json
        ? `${JSON.stringify({ ...settings, places: rows, file: out }, null, 2)}\n`
        : `${rows.map(({ prior, activation, answer, slope }) => `${prior.padEnd(20)} activation ${activation.toPrecision(4).padStart(8)}  slope ${slope.toFixed(2).padStart(5)}  ${answer.name}`).join('\n')}\nwritten: ${out}\n`,
    );
  } finally {
    progress.stop();
  }
}
