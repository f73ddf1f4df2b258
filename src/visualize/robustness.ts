/** @file Changes that a drawing must bear, as the literature sets them: by name, for a size of picture. */
import type { PictureSize } from '../prior/parameterisation.ts';
import { crops } from '../transform/crops.ts';
import { jitter } from '../transform/jitter.ts';
import type { Transform } from '../transform/transform.ts';
import { VisualizeError } from './check-options.ts';

/** A transform with the views that it makes of each picture. */
export interface Robustness {
  readonly transform: Transform | undefined;
  readonly views: number;
}

type Open = (size: PictureSize, model: readonly [height: number, width: number]) => Robustness;

/** Every preset by name. */
export const robustnessPresets: Readonly<Record<string, { readonly brief: string; readonly open: Open }>> = {
  none: { brief: 'nothing is changed', open: () => ({ transform: undefined, views: 1 }) },
  jitter: {
    brief: 'moved by up to a sixteenth of the shorter side',
    open: ([, h, w]) => ({ transform: jitter(Math.max(1, Math.floor(Math.min(h, w) / 16)), [h, w]), views: 1 }),
  },
  maco: {
    brief: 'six crops of about a quarter of the picture (Fel et al. 2023)',
    open: ([, h, w], model) => ({ transform: crops([h, w], model, { views: 6 }), views: 6 }),
  },
};

/** A preset by its name. @throws VisualizeError listing the names where there is none */
export function robustnessNamed(
  name: string,
  size: PictureSize,
  model: readonly [height: number, width: number],
): Robustness {
  const preset = robustnessPresets[name];
  if (preset !== undefined) return preset.open(size, model);
  throw new VisualizeError(`There is no robustness "${name}"; there are ${Object.keys(robustnessPresets).join(', ')}.`);
}
