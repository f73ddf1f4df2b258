/**
 * @file From attack to drawing: one unit, one seed, one optimiser and one number of steps under ever stronger priors, from bare pixels, whose
 * pattern is an adversarial one, to the picture of a generator.
 */
import type { Model } from '../model/model.ts';
import { fitParameters } from '../prior/fit-parameters.ts';
import type { Parameterisation, PictureSize } from '../prior/parameterisation.ts';
import { variation } from '../prior/penalties.ts';
import { openPrior, type PriorOptions } from '../prior/prior-named.ts';
import { jitter } from '../transform/jitter.ts';
import { openDenoiserPrior } from './denoiser-prior.ts';
import type { Objective } from './objectives/objective.ts';
import { type Drawing, type DrawOptions, visualize } from './visualize.ts';

/** A place on the way. */
export interface SlideStep {
  readonly name: string;
  /** The picture that its search started from. */
  readonly start: Float32Array;
  readonly drawing: Drawing;
}

/** Options of `slide`. */
export interface SlideOptions extends PriorOptions {
  readonly steps?: number;
  readonly seed?: number;
  /** A picture [C, H, W] that all start from, as near as each prior comes to it; nearly grey, or a random code, unless given. */
  readonly from?: Float32Array;
  /** Denoiser's file. Those that come with the package are for colour: other models need their own, or go without these places. */
  readonly denoiser?: string | URL | Uint8Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

type Settings = Omit<DrawOptions, 'parameterisation'> & { readonly parameterisation: Parameterisation };

/** Draws a unit under each prior, the weakest first. */
export async function slide(model: Model, objective: Objective, options: SlideOptions = {}): Promise<SlideStep[]> {
  const size: PictureSize = [model.channels, model.height, model.width];
  const { steps = 256, seed = 0, signal, onProgress } = options;
  const { device } = model;
  const moves = jitter(Math.max(1, Math.floor(Math.min(model.height, model.width) / 16)), [model.height, model.width]);
  const open = (name: string) => openPrior(name, size, options);
  const raw = await open('raw');
  const inColour = model.channels === 3;
  const places: (readonly [string, () => Promise<Settings>])[] = [
    ['bare pixels', async () => ({ parameterisation: raw })],
    ['moved at each step', async () => ({ parameterisation: raw, transform: moves })],
    [
      'smooth',
      async () => ({
        parameterisation: raw,
        transform: moves,
        penalties: [{ penalty: variation, weight: await smoothness(model, objective, raw) }],
      }),
    ],
    ['waves by 1 / f', async () => ({ parameterisation: await open('fourier'), transform: moves })],
    ['natural magnitudes', async () => ({ parameterisation: await open('maco'), transform: moves, rate: 0.1 })],
    ...(inColour || options.denoiser !== undefined
      ? [['denoised', async () => denoised(raw, moves, options)] as const]
      : []),
    ...(inColour || options.generator !== undefined
      ? [['a generator', async () => ({ parameterisation: await open('generator') })] as const]
      : []),
  ];
  const found: SlideStep[] = [];
  for (const [name, settings] of places) {
    signal?.throwIfAborted();
    const own = await settings();
    const stop = signal === undefined ? {} : { signal };
    const fit = options.from && (await fitParameters(own.parameterisation, options.from, { device, seed, ...stop }));
    const drawing = await visualize(model, objective, {
      ...own,
      steps,
      seed,
      frameEvery: steps,
      ...stop,
      ...(fit === undefined ? {} : { start: fit.parameters }),
    });
    found.push({ name, start: drawing.frames[0]![0]!, drawing });
    onProgress?.(found.length, places.length);
  }
  return found;
}

/** A weight of the total variation in units of the objective's own slope at the start. */
async function smoothness(model: Model, objective: Objective, raw: Parameterisation): Promise<number> {
  const { path } = await visualize(model, objective, { parameterisation: raw, steps: 1 });
  const [c, h, w] = raw.size;
  return (0.3 * (path[0]!.gradientNorm ?? 0)) / Math.sqrt(c * h * w);
}

async function denoised(
  parameterisation: Parameterisation,
  transform: DrawOptions['transform'] & object,
  { denoiser }: SlideOptions,
): Promise<Settings> {
  return {
    parameterisation,
    transform,
    denoiser: await openDenoiserPrior(denoiser),
    rate: 1,
  };
}
