/** @file Every experiment that there is. */
import type { Experiment } from './experiment.ts';
import { ExperimentError } from './experiment-error.ts';
import { bugs } from './experiments/bugs.ts';
import { cue } from './experiments/cue.ts';
import { gaussian } from './experiments/gaussian.ts';
import { leakage } from './experiments/leakage.ts';
import { linearFeatures } from './experiments/linear-features.ts';
import { mislabelled } from './experiments/mislabelled.ts';
import { mistakes } from './experiments/mistakes.ts';
import { noise } from './experiments/noise.ts';
import { priors } from './experiments/priors.ts';
import { representations } from './experiments/representations.ts';
import { squares } from './experiments/squares.ts';
import { style } from './experiments/style.ts';
import { transfer } from './experiments/transfer.ts';

/** All experiments, in the order of the literature. */
export const experiments: readonly Experiment[] = [
  mislabelled,
  representations,
  transfer,
  gaussian,
  leakage,
  linearFeatures,
  bugs,
  squares,
  mistakes,
  style,
  noise,
  priors,
  cue,
];

/** An experiment by its name. @throws ExperimentError that lists the names there are */
export function experimentNamed(name: string): Experiment {
  const found = experiments.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new ExperimentError(
    `There is no experiment "${name}"; there are ${experiments.map((each) => each.name).join(', ')}.`,
  );
}
