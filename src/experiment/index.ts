/**
 * @file Published experiments on adversarial examples and features, as protocols that run over seeds.
 * @example
 * import { openRuntime } from 'pareidolia';
 * import { openDataset } from 'pareidolia/data';
 * import { experimentNamed, memoryStore, runExperiment } from 'pareidolia/experiment';
 * const result = await runExperiment(experimentNamed('mislabelled'), {
 *   kind: 'shapes',
 *   openData: (split) => openDataset('shapes', { split }),
 *   scale: 'quick',
 *   seeds: 2,
 *   device: await openRuntime('cpu'),
 *   store: memoryStore(),
 * });
 */

export { type Interval, shareInterval } from '../statistics/share-interval.ts';
export {
  type ContextOptions,
  type Contexts,
  type ExperimentContext,
  type Inputs,
  type KnownModel,
  openContexts,
} from './context.ts';

export type {
  ConstructedSet,
  DataKind,
  Experiment,
  Figure,
  Findings,
  Measure,
  PublishedFigure,
  Scale,
  Settings,
  Summaries,
  Verdict,
} from './experiment.ts';
export { ExperimentError } from './experiment-error.ts';
export { experimentMarkdown } from './experiment-markdown.ts';
export { experimentReport, type ReportOptions } from './experiment-report.ts';
export { meanInterval } from './interval.ts';
export { accuracyOf, robustAccuracyOf, type StudentOptions, trainedOn } from './networks.ts';
export { type ChangeOptions, perturbedTowards } from './perturbed-set.ts';
export { type PictureSet, pictureSet } from './picture-set.ts';
export { experimentNamed, experiments } from './registry.ts';
export { type ResultFile, resultFiles, resultNumbers } from './result-files.ts';
export { type ExperimentResult, type RunOptions, runExperiment } from './run-experiment.ts';
export type { ClassifierRole, SourceRole } from './sources.ts';
export { memoryStore, type Store } from './store.ts';
export type { Summary } from './summary.ts';
