/**
 * @file The single-Fourier attack (Tsuzuku and Sato 2019): one plane wave, added to every picture, that fools as many as it can. A
 * convolutional network's linear response to its input is diagonal in waves, so single ones are strong changes that need neither
 * gradients nor the pictures. All waves are tried in four phases unless told otherwise; the rate is against the model's own answers on clean pictures, and
 * is reported on pictures that the choice has not seen as well. The paper's waves have one phase, of 45 degrees.
 */
import { startTrials } from '../attack/attack-options.ts';
import { type FoolingRate, foolingRate } from '../attack/fooling-rate.ts';
import { eightBitChange } from '../attack/universal-change.ts';
import { normOf } from '../attack/vector.ts';
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import { type AnswerOptions, type ChangedAnswers, changedAnswers } from './changed-answers.ts';
import { checkPictures } from './check-pictures.ts';
import { fourierBasis, isSelfConjugate } from './fourier-basis.ts';
import { SpectrumError } from './spectrum-error.ts';
import { gridNotes, gridOf, nameOf, onGrid, type Wave, type WaveGrid } from './wave-grid.ts';

/** Options of `fourierAttack`. */
export interface FourierAttackOptions extends AnswerOptions {
  /** linf unless given: the largest value of the wave is epsilon. In l2 its length over all channels is. */
  readonly norm?: 'linf' | 'l2';
  /** Size of the wave in pixels from 0 to 1: 8 / 255, not 8. */
  readonly epsilon: number;
  /** Phases tried of each wave, evenly over the circle; 4 unless given. Waves that are their own mirror image have two, their signs. */
  readonly phases?: number;
  /** Only frequencies that are multiples of this; 1 up to 64 pixels and about 33 frequencies a side above unless given. */
  readonly step?: number;
  /** Waves that are reported, at least 1; 5 unless given. */
  readonly top?: number;
  /** Pictures that the waves are not chosen by, [C, H, W] each. */
  readonly heldOut?: readonly Float32Array[];
  /** Random patterns of +-epsilon for comparison; 5 unless given, and 0 for none. */
  readonly controls?: number;
  /** Decides the random patterns; 0 unless given. */
  readonly seed?: number;
  /** Waves that an earlier run on the same pictures has tried. */
  readonly known?: readonly WaveRate[];
  /** Called with each frequency once its phases are tried. */
  readonly onWave?: (wave: WaveRate) => void;
  /** Called with how many frequencies are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the waves of one frequency do to the pictures that they are chosen by. */
export interface WaveRate extends Wave {
  /** Pictures whose answer changes, for each phase. */
  readonly fooled: readonly number[];
}

/** A wave, and what it does. */
export interface FoolingWave extends Wave {
  /** In radians. */
  readonly phase: number;
  /** Share of pictures whose answer it changes, from 0 to 1: those that it was chosen by, and others. */
  readonly rate: number;
  readonly heldOutRate: number | undefined;
  /** Classes that fooled pictures are led to, most frequent first, with their shares of them. */
  readonly leadsTo: readonly { readonly label: number; readonly name: string; readonly share: number }[];
}

/** What single waves do to a classifier. */
export interface FourierAttackResult {
  readonly model: string;
  readonly norm: 'linf' | 'l2';
  readonly epsilon: number;
  readonly phases: number;
  readonly pictures: number;
  readonly heldOut: number;
  readonly grid: WaveGrid;
  /** Rate of the best phase at grid.down[row], grid.across[column], the mean in the middle. */
  readonly rates: readonly (readonly number[])[];
  readonly waves: readonly WaveRate[];
  /** The best waves, one of each frequency. */
  readonly top: readonly FoolingWave[];
  /** The best of them as a change of any picture, [C, H, W], and in whole 255ths. */
  readonly perturbation: Float32Array;
  readonly perturbation8: Float32Array;
  /** What the plain model says of the best wave, in float and of 8-bit files, on the held-out pictures (or those that it was chosen by). */
  readonly plain: FoolingRate;
  /** Rates of random patterns of the same size, on the held-out pictures (or those that waves were chosen by). */
  readonly controls: readonly number[];
  readonly notes: readonly string[];
}

/** A wave as a change of pictures [C, H, W]: the same in every channel, as large as the norm allows. */
export function waveChange(
  { channels, height, width }: Pick<Model, 'channels' | 'height' | 'width'>,
  { i, j, phase }: { readonly i: number; readonly j: number; readonly phase: number },
  norm: 'linf' | 'l2',
  epsilon: number,
): Float32Array {
  const plane = fourierBasis(i, j, height, width, phase);
  const all = Float32Array.from({ length: channels * plane.length }, (_, at) => plane[at % plane.length]!);
  const factor = epsilon / normOf(norm, all);
  return all.map((value) => factor * value);
}

/**
 * Tries all waves in some phases each.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size, by which the waves are chosen
 * @throws SpectrumError if options or pictures are out of range; the signal's reason when aborted
 * @example
 * const { top } = await fourierAttack(model, images, { epsilon: 8 / 255, heldOut: others });
 * console.log(`${top[0].i}, ${top[0].j} changes ${Math.round(100 * top[0].heldOutRate)} % of the answers`);
 */
export async function fourierAttack(
  model: Model,
  images: readonly Float32Array[],
  options: FourierAttackOptions,
): Promise<FourierAttackResult> {
  const { norm = 'linf', epsilon, phases = 4, top = 5, heldOut = [], controls = 5, seed = 0, known = [] } = options;
  check(model, images, { ...options, norm, phases, top, controls });
  const grid = gridOf(model, options.step);
  const answers = await changedAnswers(model, images, options);
  const own = await answers(new Float32Array(images[0]!.length));
  const before = new Map(known.map((wave) => [nameOf(wave), wave]));
  const waves: WaveRate[] = [];
  for (const wave of grid.waves) {
    let rate = before.get(nameOf(wave));
    if (rate === undefined) {
      const fooled: number[] = [];
      for (const phase of phasesOf(wave)) fooled.push(changes(own, await answers(changeOf(wave, phase))));
      rate = { ...wave, fooled };
      options.onWave?.(rate);
    }
    waves.push(rate);
    options.onProgress?.(waves.length, grid.waves.length);
  }
  const best = waves.toSorted((a, b) => mostOf(b) - mostOf(a)).slice(0, top);
  const others = heldOut.length === 0 ? undefined : await changedAnswers(model, heldOut, options);
  const othersOwn = await others?.(new Float32Array(images[0]!.length));
  const reported: FoolingWave[] = [];
  for (const wave of best) reported.push(await reportOf(wave));
  const perturbation = changeOf(best[0]!, reported[0]!.phase);
  const perturbation8 = eightBitChange(perturbation, norm, epsilon);
  const judged = heldOut.length === 0 ? images : heldOut;
  const shared = options.signal === undefined ? {} : { signal: options.signal };
  const plain = await foolingRate(
    model,
    await startTrials(model, judged, undefined, shared),
    ({ x0 }, eightBit) => summed(x0, eightBit ? perturbation8 : perturbation),
    options.signal,
  );
  const [ask, clean] = others === undefined ? [answers, own] : [others, othersOwn!];
  return {
    model: model.name,
    norm,
    epsilon,
    phases,
    pictures: images.length,
    heldOut: heldOut.length,
    grid,
    rates: onGrid(grid, ratesByName(waves, images.length)),
    waves,
    top: reported,
    perturbation,
    perturbation8,
    plain,
    controls: await controlRates(ask, clean),
    notes: gridNotes(grid),
  };

  function phasesOf({ i, j }: Wave): number[] {
    const count = isSelfConjugate(i, j, model.height, model.width) ? 2 : phases;
    return Array.from({ length: count }, (_, k) => (2 * Math.PI * k) / count);
  }

  function changeOf(wave: Wave, phase: number): Float32Array {
    return waveChange(model, { ...wave, phase }, norm, epsilon);
  }

  async function reportOf({ fooled, ...wave }: WaveRate): Promise<FoolingWave> {
    const most = Math.max(...fooled);
    const phase = phasesOf(wave)[fooled.indexOf(most)]!;
    const change = changeOf(wave, phase);
    const [ask, clean] = others === undefined ? [answers, own] : [others, othersOwn!];
    const found = await ask(change);
    return {
      ...wave,
      phase,
      rate: most / images.length,
      heldOutRate: others === undefined ? undefined : changes(clean, found) / heldOut.length,
      leadsTo: classesOf(clean, found),
    };
  }

  function classesOf(clean: Int32Array, found: Int32Array): FoolingWave['leadsTo'] {
    const counts = new Map<number, number>();
    found.forEach((label, at) => {
      if (label !== clean[at]) counts.set(label, (counts.get(label) ?? 0) + 1);
    });
    const all = changes(clean, found);
    return [...counts]
      .sort(([a, m], [b, n]) => n - m || a - b)
      .slice(0, 5)
      .map(([label, count]) => ({ label, name: label < 0 ? 'no answer' : model.className(label), share: count / all }));
  }

  /** Each control is one pattern for all pictures, of signs alone: in l2 of the waves' length. */
  async function controlRates(ask: ChangedAnswers, clean: Int32Array): Promise<number[]> {
    const rates: number[] = [];
    for (let draw = 0; draw < controls; draw++) {
      const random = randomStream(seed, draw);
      const signs = Float32Array.from(perturbation, () => (random.uniform() < 0.5 ? -1 : 1));
      const factor = epsilon / normOf(norm, signs);
      rates.push(changes(clean, await ask(signs.map((sign) => factor * sign))) / clean.length);
    }
    return rates;
  }
}

/** Largest count of a frequency's phases. */
const mostOf = ({ fooled }: WaveRate) => Math.max(...fooled);

function ratesByName(waves: readonly WaveRate[], pictures: number): (wave: Wave) => number {
  const rates = new Map(waves.map((wave) => [nameOf(wave), mostOf(wave) / pictures]));
  return (wave) => rates.get(nameOf(wave))!;
}

/** How many answers differ. */
function changes(before: Int32Array, after: Int32Array): number {
  return before.reduce((sum, label, i) => sum + Number(label !== after[i]), 0);
}

/** A picture with a change, kept in [0, 1]. */
function summed(x: Float32Array, change: Float32Array): Float32Array {
  return x.map((value, i) => Math.min(1, Math.max(0, value + change[i]!)));
}

type Counts = Required<Pick<FourierAttackOptions, 'phases' | 'top' | 'controls'>>;

function check(
  model: Model,
  images: readonly Float32Array[],
  { norm, epsilon, phases, top, controls, heldOut = [] }: FourierAttackOptions & Counts & { readonly norm: string },
): void {
  checkPictures(model, images);
  if (heldOut.length > 0) checkPictures(model, heldOut);
  if (norm !== 'linf' && norm !== 'l2') throw new SpectrumError(`Waves have a size in linf and l2, not in "${norm}".`);
  for (const [what, count, least] of [
    ['Phases', phases, 1],
    ['The number of best waves', top, 1],
    ['The number of random controls', controls, 0],
  ] as const)
    if (!Number.isSafeInteger(count) || count < least)
      throw new SpectrumError(`${what} must be a whole number of at least ${least}, got ${count}.`);
  const most = norm === 'linf' ? 0.5 : 0.5 * Math.sqrt(images[0]!.length);
  if (!(epsilon > 0 && epsilon <= most))
    throw new SpectrumError(
      `Epsilon must be above 0 and at most ${most} in ${norm}, since pixels run from 0 to 1; got ${epsilon}.${norm === 'linf' && epsilon > most && epsilon <= 255 ? ` Did you mean ${epsilon}/255?` : ''}`,
    );
}
