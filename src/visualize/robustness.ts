/** @file Changes that a drawing must bear, as the literature sets them: by name, for a size of picture. */
import type { PictureSize } from '../prior/parameterisation.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { affineGrid, gridSample } from '../tensor/ops/grid-sample.ts';
import { samplingOf } from '../transform/affine.ts';
import { colourNoise } from '../transform/colour-noise.ts';
import { crops } from '../transform/crops.ts';
import { flip } from '../transform/flip.ts';
import { jitter } from '../transform/jitter.ts';
import { jpeg } from '../transform/jpeg.ts';
import { noise } from '../transform/noise.ts';
import { sequence } from '../transform/sequence.ts';
import type { Transform } from '../transform/transform.ts';
import { VisualizeError } from './check-options.ts';

/** A transform with the views that it makes of each picture. */
export interface Robustness {
  readonly transform: Transform | undefined;
  readonly views: number;
}

type Open = (size: PictureSize, model: readonly [height: number, width: number]) => Robustness;

/** Moves in pixels, factors and degrees, one of each drawn at a step; moves add up. */
interface Schedule {
  readonly moves: readonly number[];
  readonly scales: readonly number[];
  readonly angles: readonly number[];
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Lucid's standard transforms: jitter by 8, scales of 0.9 to 1.1, rotations of -10 to 10 and often none, jitter by 4. */
const lucid: Schedule = {
  moves: [8, 4],
  scales: upTo(-5, 5).map((i) => 1 + i / 50),
  angles: [...upTo(-10, 10), 0, 0, 0, 0, 0],
};

/** Those of the figures of Olah et al. 2017: jitter by 16, five scales, rotations of -5 to 5, jitter by 8. */
const distill: Schedule = { moves: [16, 8], scales: [1, 0.975, 1.025, 0.95, 1.05], angles: upTo(-5, 5) };

/** What is seen beside a picture that moved: mid-grey, as their padding has it. */
const ground = 0.5;

/** Moves by whole pixels as a window of `jitter` pixels does, then turns and scales, in one bilinear sampling. */
function similarity({ moves, scales, angles }: Schedule, [, height, width]: PictureSize, name: string): Transform {
  // Their pictures have some 128 pixels; moves of smaller ones are in proportion.
  const unit = Math.min(1, Math.min(height, width) / 128);
  const pick = (values: readonly number[], random: RandomStream) =>
    values[Math.floor(values.length * random.uniform())]!;
  return {
    key: `${name} ${height} ${width}`,
    data: { theta: { shape: [2, 3], dtype: 'float32' } },
    draw: (random) => {
      if (random === undefined) return { theta: [1, 0, 0, 0, 1, 0] };
      const move = () => moves.reduce((sum, pixels) => sum + Math.round(unit * pixels * (random.uniform() - 0.5)), 0);
      const placement = {
        angle: pick(angles, random),
        scale: pick(scales, random),
        right: move() / width,
        down: move() / height,
      };
      return { theta: samplingOf(placement, [height, width]) };
    },
    apply: (x, { theta }) =>
      add(gridSample(sub(x, ground), affineGrid(theta!, [height, width]), { padding: 'zeros' }), ground),
  };
}

/** Every preset by name. */
export const robustnessPresets: Readonly<Record<string, { readonly brief: string; readonly open: Open }>> = {
  none: { brief: 'nothing is changed', open: () => ({ transform: undefined, views: 1 }) },
  jitter: {
    brief: 'moved by up to a sixteenth of the shorter side',
    open: ([, h, w]) => ({ transform: jitter(Math.max(1, Math.floor(Math.min(h, w) / 16)), [h, w]), views: 1 }),
  },
  lucid: {
    brief: "Lucid's standard: moved, scaled by 0.9 to 1.1, turned by up to 10 degrees",
    open: (size) => ({ transform: similarity(lucid, size, 'lucid'), views: 1 }),
  },
  distill: {
    brief: 'as the figures of Olah et al. 2017: moved further, scaled and turned less',
    open: (size) => ({ transform: similarity(distill, size, 'distill'), views: 1 }),
  },
  flip: { brief: 'mirrored at every second step', open: () => ({ transform: flip(), views: 1 }) },
  noise: {
    brief: 'normal noise of deviation 0.05',
    open: (size) => ({ transform: noise({ size: 0.05 }, size), views: 1 }),
  },
  'colour-noise': {
    brief: 'noise of natural colours, of deviation 0.05, and a tint of the whole',
    open: (size) => ({
      transform: sequence(colourNoise({ size: 0.05 }, size), colourNoise({ size: 0.05, extent: 'picture' }, size)),
      views: 1,
    }),
  },
  jpeg: {
    brief: 'compressed at a quality of 50 to 95',
    open: () => ({ transform: jpeg({ quality: [50, 95] }), views: 1 }),
  },
  maco: {
    brief: 'six noisy crops of about a quarter of the picture (Fel et al. 2023)',
    open: ([c, h, w], model) => ({
      transform: sequence(noise({ size: 0.1, distribution: 'uniform' }, [c, h, w]), crops([h, w], model, { views: 6 })),
      views: 6,
    }),
  },
};

/**
 * A preset by its name, or several one after another: `lucid+flip+jpeg`.
 * @throws VisualizeError listing the names where there is none, or if views are changed after they were made
 */
export function robustnessNamed(
  name: string,
  size: PictureSize,
  model: readonly [height: number, width: number],
): Robustness {
  const opened = name.split('+').map((one) => {
    const preset = robustnessPresets[one];
    if (preset !== undefined) return preset.open(size, model);
    throw new VisualizeError(
      `There is no robustness "${one}"; there are ${Object.keys(robustnessPresets).join(', ')}, and sums such as lucid+flip.`,
    );
  });
  if (opened.slice(0, -1).some(({ views }) => views > 1))
    throw new VisualizeError(`Robustness "${name}" makes views before its end; put what makes them last.`);
  const transforms = opened.flatMap(({ transform }) => transform ?? []);
  return {
    transform: transforms.length > 1 ? sequence(...transforms) : transforms[0],
    views: opened.at(-1)!.views,
  };
}
