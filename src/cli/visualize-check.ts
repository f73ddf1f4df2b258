/** @file Flags of `visualize` that would do nothing beside others. */
import { CliError } from './errors.ts';
import { isGradientFree } from './visualize-drawing.ts';
import type { VisualizeFlags } from './visualize-plan.ts';

/** Flags that are not for `--slide`, which sets what they do itself. */
const notForSlides = [
  'size',
  'prior',
  'set',
  'robustness',
  'rate',
  'optimizer',
  'evaluations',
  'redirect',
  'penalty',
  'grid',
  'diversity',
  'alignment',
  'towards',
  'natural',
  'video',
  'report',
  'transparency',
] as const;

/** Flags that are for gradients alone. */
const notForValues = [
  'robustness',
  'steps',
  'rate',
  'redirect',
  'penalty',
  'grid',
  'diversity',
  'alignment',
  'towards',
  'from',
  'video',
  'transparency',
] as const;

const given = (value: unknown) =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);

/** Refuses flags that would do nothing beside others. @throws CliError naming them */
export function checkTogether(flags: VisualizeFlags): void {
  if (flags.unit.length === 0) throw new CliError('Say what to draw: --unit dog, or --unit layer:17.');
  if (flags.slide) {
    if (flags.unit.length > 1) throw new CliError('--slide draws one unit under every prior; give one --unit.');
    const useless = notForSlides.filter((name) => given(flags[name]));
    if (useless.length > 0)
      throw new CliError(`--slide sets priors and all that goes with them; leave out --${useless.join(', --')}.`);
  }
  if (isGradientFree(flags.optimizer)) {
    const useless = notForValues.filter((name) => given(flags[name]));
    if (useless.length > 0)
      throw new CliError(`--optimizer ${flags.optimizer} goes by values alone; leave out --${useless.join(', --')}.`);
    if (flags.prior === 'dae') throw new CliError(`--prior dae moves along gradients; ${flags.optimizer} has none.`);
  } else if (flags.evaluations !== undefined) {
    throw new CliError('--evaluations is for optimisers without gradients: --optimizer cma-es and its like.');
  }
  if (flags.match !== undefined && flags.direction !== undefined)
    throw new CliError('--match and --direction each say what to draw of a layer; give one of them.');
  if (flags.as !== undefined && flags.match === undefined)
    throw new CliError('--as says what to draw of a picture: give --match FILE as well.');
  const hasCosine = flags.direction !== undefined || flags.as === 'caricature' || flags.as === 'direction';
  if (flags.cosinePower !== undefined && !hasCosine)
    throw new CliError('--cosine-power is for --direction and for --match with --as caricature or direction.');
  if (flags.score !== undefined && (flags.match ?? flags.direction) !== undefined)
    throw new CliError('--score is for classes.');
  if (flags.unit.length === 1) return;
  if (flags.video !== undefined) throw new CliError('--video shows how one unit is drawn; give one --unit.');
  if (flags.transparency) throw new CliError('--transparency is for the picture of one unit; sheets are opaque.');
}
