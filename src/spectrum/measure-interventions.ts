/**
 * @file Interventions against artefacts, measured: what each does to the lines and to the high frequencies of the gradient, to accuracy, and
 * to accuracy under attack. Odena et al. (2016) suspect that uneven gradients exaggerate adversarial examples; this is the experiment.
 *
 * Where the gradient alone is changed the network is the same: an attack that follows the changed gradient may fail more often, and says
 * nothing of robustness then, since one that follows the network's own gradient succeeds as before.
 */

import { pgd } from '../attack/pgd.ts';
import type { AttackResult } from '../attack/result.ts';
import { usualBatch } from '../attack/usual-batch.ts';
import type { Model } from '../model/model.ts';
import { gradientPower } from './gradient-power.ts';
import { type InputGradientOptions, inputGradients } from './input-gradients.ts';
import {
  applies,
  changesNetwork,
  type Intervention,
  interventionName,
  leavesLines,
  measuredAfter,
  usualInterventions,
} from './intervention.ts';
import { lineIndex } from './lines.ts';
import { energyMaps, meanMap, phaseEnergies } from './phase-energy.ts';
import { plainAnswers } from './plain-answers.ts';
import { highShare } from './radial.ts';
import { SpectrumError } from './spectrum-error.ts';

/** What a gradient has of a period. */
export interface PeriodArtefact {
  readonly period: number;
  /** Power at the period's frequencies over that around; undefined where the gradient was blurred, which scales both. */
  readonly lineIndex: number | undefined;
  /** Most over least energy of its phases. */
  readonly phaseRatio: number;
}

/** What is measured of a model, as it is or after an intervention. */
export interface InterventionRow {
  /** `none`, or the intervention's name. */
  readonly name: string;
  readonly intervention: Intervention | undefined;
  /** Whether answers are another network's, or the same with another gradient. */
  readonly changes: 'nothing' | 'gradient' | 'network';
  /** By period in pixels, those that fit. */
  readonly periods: readonly PeriodArtefact[];
  /** Share of the gradient's energy above a quarter of a cycle a pixel. */
  readonly highShare: number;
  /** Right answers, from 0 to 1, and how many of the pictures they are. */
  readonly accuracy: number;
  readonly right: number;
  /** For each budget: right answers that survive PGD, as a share of all pictures and of the right answers before. */
  readonly attacked: readonly {
    readonly epsilon: number;
    readonly accuracy: number;
    readonly kept: number;
    readonly surviving: number;
  }[];
}

/** Interventions of a model, measured. */
export interface InterventionFindings {
  readonly model: string;
  readonly pictures: number;
  readonly steps: number;
  readonly seed: number;
  /** The model as it is comes first. */
  readonly rows: readonly InterventionRow[];
  /** Interventions that the model has nothing for. */
  readonly skipped: readonly string[];
  readonly words: readonly string[];
}

/** Options of `measureInterventions`. */
export interface InterventionOptions {
  readonly interventions?: readonly Intervention[];
  /** Budgets of PGD, linf, in units of the pixels' range of 1; 1/255 and 2/255 unless given. */
  readonly epsilons?: readonly number[];
  /** Steps of PGD; 20 unless given. */
  readonly steps?: number;
  readonly seed?: number;
  /** Pictures in one run; 16, or fewer where their gradient takes more than half a gigabyte, unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/**
 * Measures a model as it is and after each intervention, all on the same pictures.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers as it is unless given
 * @throws SpectrumError if there is no picture or an option is out of range; the signal's reason when aborted
 * @example
 * const { rows, words } = await measureInterventions(model, images, labels, { epsilons: [2 / 255] });
 */
export async function measureInterventions(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  {
    interventions,
    epsilons = [1 / 255, 2 / 255],
    steps = 20,
    seed = 0,
    batch = usualBatch(model),
    signal,
    onProgress = () => {},
  }: InterventionOptions = {},
): Promise<InterventionFindings> {
  const wrong = epsilons.find((epsilon) => !(epsilon > 0));
  if (epsilons.length === 0 || wrong !== undefined)
    throw new SpectrumError(`PGD is run with budgets above 0, got ${wrong ?? 'none'}.`);
  if (images.length === 0 || (labels !== undefined && labels.length !== images.length))
    throw new SpectrumError(
      `Interventions are measured on pictures with a class each, got ${images.length} and ${labels?.length ?? 0}.`,
    );
  const asked = interventions ?? usualInterventions;
  const usable = asked.filter((one) => applies(model, one));
  const skipped = asked.filter((one) => !usable.includes(one)).map(interventionName);
  if (interventions !== undefined && skipped.length > 0)
    throw new SpectrumError(`${model.name} has nothing that ${skipped.join(', ')} could change.`);
  const settings = { epsilons, steps, seed, batch, signal };
  const truth = labels ?? (await plainAnswers(model, images, signal));
  const rows: InterventionRow[] = [];
  for (const intervention of [undefined, ...usable]) {
    const name = interventionName(intervention);
    onProgress(name);
    const changes = intervention === undefined ? 'nothing' : changesNetwork(intervention) ? 'network' : 'gradient';
    const measured = await measuredAfter(model, intervention, { seed }, (changed) =>
      measure(changed, images, truth, { ...settings, intervention }),
    );
    rows.push({ name, intervention, changes, ...measured });
  }
  return { model: model.name, pictures: images.length, steps, seed, rows, skipped, words: interventionWords(rows) };
}

interface Settings {
  readonly intervention: Intervention | undefined;
  readonly epsilons: readonly number[];
  readonly steps: number;
  readonly seed: number;
  readonly batch: number;
  readonly signal: AbortSignal | undefined;
}

async function measure(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[],
  { intervention, epsilons, steps, seed, batch, signal }: Settings,
): Promise<Omit<InterventionRow, 'name' | 'intervention' | 'changes'>> {
  const limits = { batch, ...(signal === undefined ? {} : { signal }) };
  const artefact = await gradientArtefact(model, images, intervention, limits);
  const attacked: InterventionRow['attacked'][number][] = [];
  let right = 0;
  for (const epsilon of epsilons) {
    const results: AttackResult[] = await pgd(model, images, labels, { epsilon, steps, seed, ...limits });
    right = results.filter(({ misclassifiedBefore }) => !misclassifiedBefore).length;
    const surviving = results.filter(({ misclassifiedBefore, success }) => !misclassifiedBefore && !success).length;
    attacked.push({
      epsilon,
      accuracy: surviving / images.length,
      kept: right === 0 ? 0 : surviving / right,
      surviving,
    });
  }
  return { ...artefact, accuracy: right / images.length, right, attacked };
}

/**
 * What a model's gradient has of artefacts: lines and phases of the periods that fit, and high frequencies.
 * @param intervention what the model has been through already
 */
export async function gradientArtefact(
  model: Model,
  images: readonly Float32Array[],
  intervention: Intervention | undefined,
  limits: InputGradientOptions = {},
): Promise<Pick<InterventionRow, 'periods' | 'highShare'>> {
  const { height, width } = model;
  const gradients = await inputGradients(model, images, limits);
  const power = await gradientPower(model, gradients);
  const map = meanMap(energyMaps(gradients, height, width), height, width);
  const judged = intervention === undefined || leavesLines(intervention);
  const periods = [2, 4, 8].flatMap((period) => {
    const index = lineIndex(power, period);
    return index === undefined
      ? []
      : [{ period, lineIndex: judged ? index : undefined, phaseRatio: phaseEnergies(map, [period, period]).ratio }];
  });
  return { periods, highShare: highShare(power) };
}

/** What happened to the artefact and whether robustness followed, a sentence for each intervention after the first row, the model as it is. */
export function interventionWords([before, ...rows]: readonly InterventionRow[]): string[] {
  return rows.map((row) => {
    const strongest = before!.periods.toSorted((a, b) => b.lineIndex! - a.lineIndex!)[0];
    const now = row.periods.find(({ period }) => period === strongest?.period);
    const lines =
      now?.lineIndex === undefined
        ? ''
        : `lines of period ${now.period} from ${lineText(strongest!.lineIndex)} to ${lineText(now.lineIndex)} times their surroundings, `;
    const high = `high frequencies from ${percent(before!.highShare)} to ${percent(row.highShare)}`;
    const budgets = row.attacked.map(({ epsilon, kept }, i) => {
      const own = before!.attacked[i]!.kept;
      return row.changes === 'network'
        ? `from ${percent(own)} to ${percent(kept)} at ${budgetText(epsilon)}`
        : `${percent(kept)} at ${budgetText(epsilon)} (along the network's own ${percent(own)})`;
    });
    const survive =
      row.changes === 'network'
        ? ` Accuracy goes from ${percent(before!.accuracy)} to ${percent(row.accuracy)}; of right answers PGD leaves ${budgets.join(', ')}.`
        : ` Of right answers PGD along this gradient leaves ${budgets.join(', ')}; the network is the same, so the difference is the attack's.`;
    return `${row.name}: ${lines}${high}.${survive}`;
  });
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** A line index, to two places; a dash where lines were not judged. */
export function lineText(index: number | undefined): string {
  return index === undefined ? '–' : index === Number.POSITIVE_INFINITY ? '∞' : index.toFixed(2);
}

/** A budget in 255ths. */
export function budgetText(epsilon: number): string {
  return `${Number((255 * epsilon).toFixed(3))}/255`;
}
