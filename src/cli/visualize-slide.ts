/** @file `pareidolia visualize --slide`: one unit from attack to drawing, as one strip with what speaks for each place. */
import { compare } from '../distance/compare.ts';
import { distanceNamed } from '../distance/registry.ts';
import { figurePng, type Panel } from '../image/figure.ts';
import { fitPicture } from '../model/fit-picture.ts';
import type { Model } from '../model/model.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { naturalSlope } from '../visualize/evidence.ts';
import { type SlideStep, slide } from '../visualize/slide.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';
import { type CliContext, startProgress } from './context.ts';
import { writeOutput } from './output.ts';
import { readPicture } from './pictures.ts';
import { type Evidence, openEvidence } from './visualize-evidence.ts';
import { slopeWords } from './visualize-output.ts';
import { pictureOfSize } from './visualize-pictures.ts';
import { modelSettings, type VisualizeFlags } from './visualize-plan.ts';

/** Distances under each place, of its picture from the one that its search started from. */
const distances = ['l2', 'ssim'].map(distanceNamed);

interface Place extends SlideStep {
  readonly evidence: Evidence;
  readonly moved: Readonly<Record<string, number>>;
}

/** Draws the strip and says what it shows. */
export async function drawSlide(
  context: CliContext,
  flags: VisualizeFlags,
  model: Model,
  unit: NamedUnit,
  out: string,
): Promise<void> {
  const progress = await startProgress(context, `Sliding ${unit.name}`);
  const size: PictureSize = [model.channels, model.height, model.width];
  const { steps = 256 } = flags;
  const places: Place[] = [];
  try {
    await using evidence = await openEvidence(flags, model, size);
    const found = await slide(model, unit.objective, {
      seed: flags.seed,
      steps,
      signal: context.signal,
      ...(flags.from === undefined ? {} : { from: fitPicture(await readPicture(flags.from), model) }),
      ...(flags.generator === undefined ? {} : { generator: flags.generator }),
      ...(flags.denoiser === undefined ? {} : { denoiser: flags.denoiser }),
      onProgress: (done, total) => progress.update(`Sliding ${unit.name}: ${done} of ${total} priors`),
    });
    for (const place of found)
      places.push({
        ...place,
        evidence: await evidence.of(unit, place.drawing.pictures[0]!, place.drawing.path.at(-1)!.objective),
        moved: await movedFrom(place, size, model),
      });
  } finally {
    progress.stop();
  }
  const settings = {
    ...modelSettings(flags, model),
    slide: true,
    generator: flags.generator,
    denoiser: flags.denoiser,
    from: flags.from,
    seed: flags.seed,
    steps,
  };
  const text = { pareidolia: JSON.stringify({ software: 'pareidolia', ...settings }) };
  const heading = `${model.name}: ${unit.name}, from attack to drawing`;
  const note = `One unit, seed and number of steps; distances from the picture that each search started from; slope of the power spectrum (photographs: ${naturalSlope.toFixed(1)}).`;
  await writeOutput(out, await figurePng({ heading, panels: places.map((place) => panelOf(place, size)), note }, text));
  const rows = places.map(({ name, evidence, moved }) => ({ prior: name, ...evidence, moved }));
  context.process.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...settings, places: rows, file: out }, null, 2)}\n`
      : `${places.map(lineOf).join('\n')}\nwritten: ${out}\n`,
  );
}

/** How far a picture is from the one that its search started from, by every distance that is defined for its size. */
async function movedFrom({ start, drawing }: SlideStep, size: PictureSize, model: Model) {
  const pair = { x: pictureOfSize(drawing.pictures[0]!, size), y: pictureOfSize(start, size) };
  const [rows] = await compare(distances, [pair], { device: model.device });
  return Object.fromEntries(rows!.flatMap((row) => (row.kind === 'measured' ? [[row.name, row.value]] : [])));
}

const movedWords = (moved: Place['moved']) =>
  Object.entries(moved).map(([name, value]) => `${name} ${value.toPrecision(3)}`);

function panelOf({ name, evidence, drawing, moved }: Place, size: PictureSize): Panel {
  const { activation, answer, second, slope } = evidence;
  return {
    title: name,
    picture: pictureOfSize(drawing.pictures[0]!, size),
    captions: [
      { text: `activation ${activation.toPrecision(3)}` },
      { text: `seen as ${answer.name}`, share: answer.probability },
      ...(second === undefined ? [] : [{ text: `by ${second.model}: ${second.name}` }]),
      { text: movedWords(moved).join(', ') },
      { text: slopeWords(slope) },
    ],
  };
}

function lineOf({ name, evidence: { activation, answer, slope }, moved }: Place): string {
  const words = movedWords(moved).join('  ');
  return `${name.padEnd(20)} activation ${activation.toPrecision(4).padStart(8)}  ${words}  ${slopeWords(slope)}  ${answer.name}`;
}
