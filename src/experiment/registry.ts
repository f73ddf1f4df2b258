/** @file Every experiment that there is. */
import type { Experiment } from './experiment.ts';
import { ExperimentError } from './experiment-error.ts';
import { mislabelled } from './experiments/mislabelled.ts';

/** All experiments, in the order of the literature. */
export const experiments: readonly Experiment[] = [mislabelled];

/** An experiment by its name. @throws ExperimentError that lists the names there are */
export function experimentNamed(name: string): Experiment {
  const found = experiments.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new ExperimentError(
    `There is no experiment "${name}"; there are ${experiments.map((each) => each.name).join(', ')}.`,
  );
}
