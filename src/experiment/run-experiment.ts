/** @file Runs an experiment over seeds and says what all of them found. */
import { type ContextOptions, type Inputs, openContexts } from './context.ts';
import type { DataKind, Experiment, Findings, Scale, Settings, Summaries, Verdict } from './experiment.ts';
import { ExperimentError } from './experiment-error.ts';
import { nameOf, type SourceRole } from './sources.ts';
import { summarise } from './summary.ts';

/** How an experiment is run. */
export interface RunOptions extends ContextOptions {
  readonly scale: Scale;
  /** Number of seeds, from 1: seeds 1, 2, … */
  readonly seeds: number;
  /** In the place of the scale's settings. */
  readonly settings?: Settings;
}

/** What a run found. */
export interface ExperimentResult {
  readonly experiment: Experiment;
  readonly kind: DataKind;
  readonly scale: Scale;
  readonly settings: Settings;
  readonly seeds: readonly number[];
  readonly findings: readonly Findings[];
  readonly summaries: Summaries;
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
  /** Hashes of the models and pictures that it took. */
  readonly inputs: Inputs;
}

/** The settings of an experiment at a scale. @throws ExperimentError where it cannot be run on such data */
export function settingsFor(experiment: Experiment, scale: Scale, kind: DataKind): Settings {
  const settings = experiment.scales[scale][kind];
  if (settings !== undefined) return settings;
  const kinds = Object.keys(experiment.scales[scale]);
  throw new ExperimentError(
    kinds.length === 1 && kinds[0] === 'none'
      ? `${experiment.name} draws its own data; leave --data out.`
      : `${experiment.name} runs on ${kinds.join(', ')}, not on ${kind === 'other' ? 'other data sets' : kind}.`,
  );
}

/** Refuses models that an experiment would leave aside. @throws ExperimentError where it studies no such model */
export function checkSources({ name, sources = [] }: Experiment, given: readonly SourceRole[]): void {
  const idle = given.find((role) => !sources.includes(role));
  if (idle === undefined) return;
  const studied = sources.map((role) => `a ${nameOf(role)}`);
  const inWords = [studied.slice(0, -1).join(', '), studied.at(-1)].filter((part) => part).join(' and ');
  throw new ExperimentError(
    `${name} studies ${inWords || 'no model that was trained beforehand'}; leave --${idle} out.`,
  );
}

/** Runs an experiment. @throws ExperimentError if it cannot be run on the data; the signal's reason if it was stopped */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<ExperimentResult> {
  const { kind, scale } = options;
  const settings = options.settings ?? settingsFor(experiment, scale, kind);
  checkSources(experiment, Object.keys(options.sources ?? {}) as SourceRole[]);
  const seeds = Array.from({ length: options.seeds }, (_, i) => i + 1);
  const began = performance.now();
  await using contexts = openContexts(options);
  await contexts.prepare(experiment);
  const findings: Findings[] = [];
  for (const seed of seeds) findings.push(await experiment.run(contexts.at(seed), settings));
  const summaries = summarise(findings);
  return {
    experiment,
    kind,
    scale,
    settings,
    seeds,
    findings,
    summaries,
    verdicts: experiment.judge(summaries, settings),
    seconds: (performance.now() - began) / 1000,
    inputs: await contexts.inputs(),
  };
}
