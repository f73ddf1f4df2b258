/** @file `pareidolia sensitivity --heatmap | --waves | --bands | --filtered`: where in the spectrum a classifier is weak. */
import { loadModel } from '../../model/load-model.ts';
import type { Model } from '../../model/model.ts';
import { bandNamed } from '../../spectrum/band.ts';
import { type BandAttackResult, type BandCell, bandAttack, bandAttackKey } from '../../spectrum/band-attack.ts';
import { type CurveFigure, curveFigurePng, curveFigureSvg } from '../../spectrum/curve-figure.ts';
import { filteredAccuracy } from '../../spectrum/filtered-accuracy.ts';
import { type FourierAttackResult, fourierAttack, type WaveRate } from '../../spectrum/fourier-attack.ts';
import { type HeatCell, type HeatMap, type HeatMapOptions, heatMap, heatMapKey } from '../../spectrum/heat-map.ts';
import { type MapFigure, mapFigurePng, mapFigureSvg } from '../../spectrum/map-figure.ts';
import { bandFigure, filteredFigure, heatMapFigure, waveFigure } from '../../spectrum/sensitivity-figures.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { type LabelledPictures, readLabelled } from '../labelled-pictures.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { prepareOutputs, writeOutput } from '../output.ts';
import { openCells, type SavedCells } from '../saved-cells.ts';
import { type SensitivityFlags, type SensitivityKind, sensitivityKinds } from '../sensitivity-flags.ts';
import {
  bandCsv,
  bandLines,
  filteredCsv,
  filteredLines,
  heatMapCsv,
  heatMapLines,
  waveCsv,
  waveLines,
} from '../sensitivity-output.ts';

/** Flags of the command. */
export interface SensitivityCommandFlags extends ModelFlags, SensitivityFlags {
  readonly out?: string;
}

/** What a measurement leaves: for JSON, for people, for tables. */
interface Measured {
  readonly json: object;
  readonly lines: readonly string[];
  readonly csv: string;
  readonly figure: { svg(): string | Promise<string>; png(): Promise<Uint8Array> };
}

/** Flags that belong to other measurements. */
const foreign: Readonly<Record<SensitivityKind, readonly (keyof SensitivityFlags)[]>> = {
  heatmap: ['norm', 'steps', 'band', 'radius'],
  waves: ['steps', 'band', 'radius'],
  bands: ['gridStep', 'radius'],
  filtered: ['norm', 'epsilon', 'steps', 'gridStep', 'band'],
};

/** The kind of measurement that flags ask for. @throws CliError where they ask for none, for several, or for what belongs to another */
function sensitivityKindOf(flags: SensitivityFlags): SensitivityKind {
  const [kind, ...more] = sensitivityKinds.filter((one) => flags[one]);
  if (kind !== undefined && more.length === 0) {
    const alien = foreign[kind].find((name) => flags[name] !== undefined);
    if (alien === undefined) return kind;
    throw new CliError(`--${alien.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} does not go with --${kind}.`);
  }
  const all = sensitivityKinds.map((one) => `--${one}`).join(', ');
  throw new CliError(
    kind === undefined ? `Say what to measure: one of ${all}.` : `Choose one of ${all}; each is a run of its own.`,
  );
}

/** Runs a measurement on a model and a data set or folder of pictures. */
export async function sensitivity(
  this: CliContext,
  flags: SensitivityCommandFlags,
  modelPath: string,
  spec: string,
): Promise<void> {
  const kind = sensitivityKindOf(flags);
  const { out } = flags;
  const stem = out?.replace(/\.(json|csv|png|svg)$/i, '');
  const files = stem === undefined ? [] : ['json', 'csv', 'svg', 'png'].map((ending) => `${stem}.${ending}`);
  await prepareOutputs(files, [modelPath, spec]);
  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const note of model.notes) this.process.stderr.write(`note: ${note}\n`);
  const { signal } = this;
  const usual = kind === 'bands' ? 200 : 400;
  const wanted = flags.limit ?? usual;
  // Single waves are chosen by some pictures and judged on others.
  const limit = kind === 'waves' ? wanted + Math.ceil(wanted / 4) : wanted;
  const pictures = await readLabelled(spec, model, { limit, seed: flags.seed, signal });
  if (pictures.labels === undefined)
    this.process.stderr.write("note: nothing tells the pictures' classes; the model's own answers stand for them.\n");
  const title = `Measuring on ${pictures.images.length} pictures on ${model.device.description}`;
  const { json, lines, csv, figure } = await withProgress(this, title, (update) => {
    const onProgress = (done: number, total: number) => update(`${done} of ${total}`);
    return measures[kind](model, pictures, { flags, signal, onProgress, state: stem && `${stem}.state.json` });
  });
  if (stem !== undefined) {
    await writeOutput(files[0]!, `${JSON.stringify(json)}\n`);
    await writeOutput(files[1]!, csv);
    await writeOutput(files[2]!, await figure.svg());
    await writeOutput(files[3]!, await figure.png());
  }
  const written = files.length === 0 ? [] : [`written: ${files.join(', ')}`];
  this.process.stdout.write(
    flags.json ? `${JSON.stringify({ ...json, files }, null, 2)}\n` : `${[...lines, ...written].join('\n')}\n`,
  );
}

interface Run {
  readonly flags: SensitivityCommandFlags;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Where cells are kept on the way. */
  readonly state: string | undefined;
}

type Measure = (model: Model, pictures: LabelledPictures, run: Run) => Promise<Measured>;

const measures: Readonly<Record<SensitivityKind, Measure>> = {
  async heatmap(model, { images, labels }, { flags, signal, onProgress, state }) {
    const [norm] = one(flags.epsilon, 'heatmap');
    const options: HeatMapOptions = {
      ...shared(flags),
      ...(norm === undefined ? {} : { norm }),
      ...(flags.gridStep === undefined ? {} : { step: flags.gridStep }),
      seed: flags.seed,
      signal,
    };
    const key = () => heatMapKey(model, images, labels, options);
    const map = await withCells<HeatCell, HeatMap>({ path: state, key, fresh: flags.fresh }, (cells) =>
      heatMap(model, images, labels, { ...options, ...cells, onProgress }),
    );
    return { json: map, lines: heatMapLines(map), csv: heatMapCsv(map), figure: mapDrawing(heatMapFigure([map])) };
  },

  async waves(model, { images }, { flags, signal, onProgress, state }) {
    const [epsilon = flags.norm === 'l2' ? undefined : 8 / 255] = one(flags.epsilon, 'waves');
    if (epsilon === undefined) throw new CliError('Say how large waves are in l2: --epsilon 1.5.');
    const chosen = images.slice(0, Math.ceil(images.length / 5));
    const heldOut = images.slice(chosen.length);
    const options = {
      ...shared(flags),
      norm: flags.norm ?? 'linf',
      epsilon,
      ...(flags.gridStep === undefined ? {} : { step: flags.gridStep }),
      heldOut,
      seed: flags.seed,
      signal,
    } as const;
    const key = async () =>
      `waves, ${options.norm} ${epsilon}, ${await heatMapKey(model, chosen, undefined, { ...(flags.gridStep === undefined ? {} : { step: flags.gridStep }) })}`;
    const result = await withCells<WaveRate, FourierAttackResult>(
      { path: state, key, fresh: flags.fresh },
      ({ onCell, known }) =>
        fourierAttack(model, chosen, {
          ...options,
          ...(onCell && { onWave: onCell }),
          ...(known && { known }),
          onProgress,
        }),
    );
    const { perturbation, perturbation8, ...json } = result;
    return { json, lines: waveLines(result), csv: waveCsv(result), figure: mapDrawing(waveFigure([result])) };
  },

  async bands(model, { images, labels }, { flags, signal, onProgress, state }) {
    const { norm = 'l2', steps, epsilon, seed, batch, band } = flags;
    const usual = norm === 'l2' ? [0.25, 0.5, 1, 2] : [1, 2, 4, 8].map((n) => n / 255);
    const settings = {
      norm,
      epsilons: (epsilon ?? usual).toSorted((a, b) => a - b),
      ...(steps === undefined ? {} : { steps }),
      ...(band && { bands: Object.fromEntries(band.map((text) => [text, bandNamed(text)])) }),
      seed,
    };
    const limits = { ...(batch === undefined ? {} : { batch }), signal, onProgress };
    const key = () => bandAttackKey(model, images, labels, settings);
    // An attack of all pictures takes minutes: each is kept.
    const result = await withCells<BandCell, BandAttackResult>(
      { path: state, key, fresh: flags.fresh, every: 1 },
      (cells) => bandAttack(model, images, labels, { ...settings, ...limits, ...cells }),
    );
    return { json: result, lines: bandLines(result), csv: bandCsv(result), figure: curveDrawing(bandFigure([result])) };
  },

  async filtered(model, { images, labels }, { flags, signal, onProgress }) {
    const { radius: radii } = flags;
    const result = await filteredAccuracy(model, images, labels, {
      ...shared(flags),
      ...(radii && { radii }),
      signal,
      onProgress,
    });
    return {
      json: result,
      lines: filteredLines(result),
      csv: filteredCsv(result),
      figure: curveDrawing(filteredFigure([result])),
    };
  },
};

const mapDrawing = (figure: MapFigure): Measured['figure'] => ({
  svg: () => mapFigureSvg(figure),
  png: () => mapFigurePng(figure),
});

const curveDrawing = (figure: CurveFigure): Measured['figure'] => ({
  svg: () => curveFigureSvg(figure),
  png: () => curveFigurePng(figure),
});

const shared = ({ batch }: SensitivityFlags) => (batch === undefined ? {} : { batch });

/** At most one size. @throws CliError */
function one(epsilon: readonly number[] | undefined, kind: SensitivityKind): readonly number[] {
  if (epsilon === undefined || epsilon.length === 1) return epsilon ?? [];
  throw new CliError(`--${kind} takes one --epsilon, got ${epsilon.length}.`);
}

/** Where cells are kept, what they belong to, and after how many they are written. */
interface Place {
  readonly path: string | undefined;
  readonly key: () => Promise<string>;
  readonly fresh: boolean;
  readonly every?: number;
}

/** Runs a measurement with its cells kept on disk, where there is a place for them. */
async function withCells<Cell, Result>(
  { path, key, fresh, every }: Place,
  run: (cells: { readonly known?: readonly Cell[]; readonly onCell?: (cell: Cell) => void }) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return run({});
  const cells: SavedCells<Cell> = await openCells<Cell>(path, await key(), fresh, every);
  try {
    const result = await run({ known: cells.known, onCell: (cell) => cells.add(cell) });
    await cells.remove();
    return result;
  } catch (error) {
    await cells.save();
    throw error;
  }
}
