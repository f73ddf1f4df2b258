/** @file The patterns that the bridge tries: what gradient ascent draws, what attacks add, plane waves, and noise to hold them against. */
import { universalPerturbation } from '../attack/universal-perturbation.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { bandNames, bandPassed, bands } from '../spectrum/band.ts';
import { fourierBasis } from '../spectrum/fourier-basis.ts';
import { ascend } from './ascend.ts';
import { BridgeError } from './bridge-error.ts';
import { dosed, ofUnitStrength, type Pattern, type Strength, strengthOf } from './pattern.ts';
import { phaseScrambled } from './phase-scramble.ts';
import type { Responder, SlopedReaction } from './response.ts';

/** What patterns are made from. */
export interface PatternSource {
  readonly responder: Responder;
  readonly pictures: readonly Float32Array[];
  /** The model's reactions to them, with slopes. */
  readonly clean: readonly SlopedReaction[];
  readonly strength: Strength;
  /** The dose at which patterns of attacks are made, and by which waves are chosen. */
  readonly dose: number;
  readonly seed: number;
  readonly onProgress?: (what: string) => void;
}

/** Gradient steps of the drawing, and of attacks. */
const [drawingSteps, attackSteps] = [64, 20];

/** Deviation of the noise around grey that the drawing starts from, so that no ReLU is at its corner. */
const startDeviation = 0.01;

/** Pictures in one step of the universal perturbation, which is another one with another number: no matter of memory. */
const universalBatch = 16;

/** The pattern that the conjecture is about. */
export const ascentName = 'ascent';

/** Names of what others are held against. */
export const [gaussianName, signName] = ['Gaussian noise', 'random signs'];

/** Patterns, and what must be known to read their numbers. */
export interface MadePatterns {
  readonly patterns: readonly Pattern[];
  readonly notes: readonly string[];
}

/** All patterns that the unit and the pictures allow, the ascent first. @throws BridgeError if nothing raises the unit */
export async function makePatterns(source: PatternSource): Promise<MadePatterns> {
  const { onProgress } = source;
  onProgress?.('drawing the unit without a prior');
  const ascent = await ascentPattern(source);
  onProgress?.('attacking each picture');
  const attack = await attackPattern(source);
  onProgress?.('making a universal perturbation');
  const universal = await universalPattern(source);
  onProgress?.('choosing a wave');
  const wave = await wavePattern(source);
  const made = [signPattern(source), attack, universal, wave];
  return {
    patterns: [ascent, ...partsOf(ascent, source), ...made.flatMap(({ pattern }) => pattern ?? []), ...noises(source)],
    notes: made.flatMap(({ note }) => note ?? []),
  };
}

/** A pattern, unless there is none, and what must be known to read its numbers. */
interface Made {
  readonly pattern?: Pattern;
  readonly note?: string;
}

/** A pattern of changes of each picture's own; pictures whose change is 0 have none and are left out of it. */
function ownPattern(name: string, changes: readonly Float32Array[], strength: Strength): Made {
  const without = new Set(changes.flatMap((change, i) => (strengthOf(change, strength) === 0 ? [i] : [])));
  const note = `${without.size} of ${changes.length} pictures have no gradient to follow and are left out of the pattern ${name}.`;
  if (without.size === changes.length) return { note };
  const of = changes.map((change, i) =>
    without.has(i) ? change : ofUnitStrength(change, strength, `The pattern ${name} of a picture`),
  );
  return without.size === 0 ? { pattern: { name, of } } : { pattern: { name, of, without }, note };
}

/**
 * What raises the unit most from grey, with no prior at all, less the grey.
 * @throws BridgeError if nothing raises it
 */
export async function ascentPattern({
  responder,
  strength,
  seed,
}: Pick<PatternSource, 'responder' | 'strength' | 'seed'>): Promise<Pattern & { readonly of: Float32Array }> {
  const random = randomStream(seed, 0xb41d);
  const { channels, height, width } = responder.model;
  const start = new Float32Array(channels * height * width).map(() => 0.5 + startDeviation * random.normal());
  // Steps of 0.02 in the root mean square cross half the range of pixels in the first half of the way.
  const [peak] = await ascend(responder, [start], { strength: 'rms', steps: drawingSteps, stepSize: 0.02 });
  if (!peak!.rose)
    throw new BridgeError(
      `${responder.unit.name} of ${responder.model.name} does not rise by gradient ascent from grey${peak!.startSlope === 0 ? ', around which its gradient is 0' : ''}, so it has no pattern of its own; take the layer before its activation, or another unit.`,
    );
  const change = peak!.picture.map((value) => value - 0.5);
  return { name: ascentName, of: ofUnitStrength(change, strength, "The unit's ascent pattern") };
}

/** Bands of the pattern, and its spectrum without its structure. Bands that hold next to nothing are left out. */
function partsOf(
  ascent: Pattern & { readonly of: Float32Array },
  { responder, strength, seed }: PatternSource,
): Pattern[] {
  const { height, width } = responder.model;
  const whole = ascent.of;
  const parts = bandNames.flatMap((name): Pattern[] => {
    const part = bandPassed(whole, height, width, bands[name]);
    const energy = part.reduce((sum, value) => sum + value * value, 0);
    const all = whole.reduce((sum, value) => sum + value * value, 0);
    if (energy < 1e-6 * all) return [];
    return [{ name: `${ascentName}, ${name} band`, of: ofUnitStrength(part, strength, `Its ${name} band`) }];
  });
  const scrambled = phaseScrambled(whole, height, width, seed);
  return [
    ...parts,
    { name: `${ascentName}, phases scrambled`, of: ofUnitStrength(scrambled, strength, 'The scrambled pattern') },
  ];
}

function signPattern({ clean, strength }: PatternSource): Made {
  const signs = clean.map(({ gradient }) => gradient.map((value) => Math.sign(value)));
  return ownPattern('gradient sign', signs, strength);
}

/** The change of projected gradient ascent on the response around each picture. */
async function attackPattern({ responder, pictures, strength, dose }: PatternSource): Promise<Made> {
  const peaks = await ascend(responder, pictures, {
    strength,
    steps: attackSteps,
    within: dose,
    stepSize: (2.5 * dose) / attackSteps,
  });
  const changes = peaks.map(({ picture }, i) => picture.map((value, at) => value - pictures[i]![at]!));
  return ownPattern('PGD', changes, strength);
}

/** One change that leads every second picture to the class; none for units that are no class. */
async function universalPattern({ responder, pictures, strength, dose, seed }: PatternSource): Promise<Made> {
  const { model, unit, signal } = responder;
  if (unit.label === undefined || pictures.length < 2) return {};
  const chosen = pictures.flatMap((picture, i) => (i % 2 === 0 ? [{ picture, i }] : []));
  const scale = strength === 'rms' ? Math.sqrt(pictures[0]!.length) : 1;
  const { perturbation } = await universalPerturbation(
    model,
    chosen.map(({ picture }) => picture),
    undefined,
    {
      norm: strength === 'rms' ? 'l2' : 'linf',
      epsilon: dose * scale,
      target: unit.label,
      passes: 10,
      seed,
      batch: universalBatch,
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (strengthOf(perturbation, strength) === 0)
    return { note: 'No universal perturbation was found: every step of it was 0.' };
  const of = ofUnitStrength(perturbation, strength, 'The universal perturbation');
  return { pattern: { name: 'universal', of, madeWith: new Set(chosen.map(({ i }) => i)) } };
}

/** Pictures that choose the wave, at most. */
const waveJudges = 8;

/** The wave, of stripes and chequerboards of 2, 4 and 8 pixels, that raises the response of a few pictures most. */
async function wavePattern({ responder, pictures, strength, dose }: PatternSource): Promise<Made> {
  const { channels, height, width } = responder.model;
  const some = pictures.slice(0, waveJudges);
  const clean = await responder.react(some);
  let best: { readonly pattern: Pattern; readonly gain: number } | undefined;
  for (const period of [2, 4, 8]) {
    const [down, across] = [Math.round(height / period), Math.round(width / period)];
    for (const [i, j] of [
      [0, across],
      [down, 0],
      [down, across],
    ] as const) {
      for (const sign of [1, -1]) {
        const wave = fourierBasis(i, j, height, width);
        const all = new Float32Array(channels * wave.length);
        for (let c = 0; c < channels; c++)
          all.set(
            wave.map((value) => sign * value),
            c * wave.length,
          );
        const of = ofUnitStrength(all, strength, 'The wave');
        const after = await responder.react(some.map((picture) => dosed(picture, of, dose)));
        const gain = after.reduce((sum, { response }, k) => sum + response - clean[k]!.response, 0);
        if (best === undefined || gain > best.gain)
          best = { pattern: { name: `wave (${i}, ${j})`, of, madeWith: new Set(some.keys()) }, gain };
      }
    }
  }
  // Pictures that chose it are set aside where others are left.
  const { pattern } = best!;
  if (pictures.length > some.length) return { pattern };
  return {
    pattern: { name: pattern.name, of: pattern.of },
    note: `The ${pattern.name} is measured on the pictures that chose it, which flatters it; with more than ${waveJudges} pictures those that chose it are set aside.`,
  };
}

/** Noise of each picture's own, which its pixels and the seed decide. */
function noises({ pictures, strength, seed }: PatternSource): Pattern[] {
  const of = (kind: number, draw: (random: ReturnType<typeof randomStream>) => number) =>
    pictures.map((picture) => {
      const random = randomStream(seed, kind, hashOf(picture));
      return ofUnitStrength(
        new Float32Array(picture.length).map(() => draw(random)),
        strength,
        'Noise',
      );
    });
  return [
    { name: gaussianName, of: of(1, (random) => random.normal()) },
    { name: signName, of: of(2, (random) => (random.uniform() < 0.5 ? -1 : 1)) },
  ];
}
