/** @file Which waves a map of a picture's frequencies asks about: each once, though it stands at two places of the map. */
import type { Model } from '../model/model.ts';
import { radiusOf, wrapped } from './fourier-basis.ts';
import { SpectrumError } from './spectrum-error.ts';

/** A wave by its periods from top to bottom and from left to right. */
export interface Wave {
  readonly i: number;
  readonly j: number;
  /** In cycles a pixel. */
  readonly radius: number;
}

/** A map's frequencies, the mean in its middle. */
export interface WaveGrid {
  readonly height: number;
  readonly width: number;
  /** Frequencies are multiples of this; 1 for all of them. */
  readonly step: number;
  /** Periods of the map's rows and columns, rising. For even sizes the first and the last stand for one and the same. */
  readonly down: readonly number[];
  readonly across: readonly number[];
  /** The waves of the map, each once: of (i, j) and (-i, -j), which are one, that with the larger j, or i. */
  readonly waves: readonly Wave[];
}

/** Largest side of pictures whose map has every frequency, unless a step is given. */
const fineSide = 64;

/** The step that a map takes unless told: 1 for small pictures; for larger ones what gives about 33 frequencies a side. */
export function usualStep(height: number, width: number): number {
  const side = Math.max(height, width);
  return side <= fineSide ? 1 : Math.ceil(side / 32);
}

/** The map of pictures of a size. */
export function waveGrid(height: number, width: number, step = usualStep(height, width)): WaveGrid {
  const [down, across] = [frequencies(height, step), frequencies(width, step)];
  const waves = new Map<string, Wave>();
  for (const i of down)
    for (const j of across) {
      const wave = canonical(i, j, height, width);
      waves.set(nameOf(wave), wave);
    }
  return { height, width, step, down, across, waves: [...waves.values()].sort((a, b) => a.radius - b.radius) };
}

/** The grid that a map of a model has. @throws SpectrumError if the step is none */
export function gridOf({ height, width }: Pick<Model, 'height' | 'width'>, step?: number): WaveGrid {
  if (step !== undefined && !(Number.isSafeInteger(step) && step >= 1 && 2 * step <= Math.min(height, width)))
    throw new SpectrumError(
      `The step between frequencies must be a whole number from 1 to ${Math.floor(Math.min(height, width) / 2)}, half the picture, got ${step}.`,
    );
  return waveGrid(height, width, step);
}

/** What a reader of a map on this grid should know. */
export function gridNotes({ step, height, width, waves }: WaveGrid): string[] {
  if (step === 1) return [];
  return [
    `Of the frequencies of ${width} x ${height} pixels only multiples of ${step} periods were measured: ${waves.length} waves.`,
  ];
}

/** A map's numbers, row by row, from those of its waves by name. */
export function onGrid<T>({ height, width, down, across }: WaveGrid, numberOf: (wave: Wave) => T): T[][] {
  return down.map((i) => across.map((j) => numberOf(canonical(i, j, height, width))));
}

/** What a wave is called in tables and files. */
export function nameOf({ i, j }: Pick<Wave, 'i' | 'j'>): string {
  return `${i} ${j}`;
}

function frequencies(n: number, step: number): number[] {
  const most = Math.floor(n / 2 / step);
  return Array.from({ length: 2 * most + 1 }, (_, at) => (at - most) * step);
}

/** The one of two equal waves that a map asks about. */
function canonical(i: number, j: number, height: number, width: number): Wave {
  const [a, b] = [wrapped(i, height), wrapped(j, width)];
  const [c, d] = [wrapped(-i, height), wrapped(-j, width)];
  const radius = radiusOf(i, j, height, width);
  return b > d || (b === d && a >= c) ? { i: a, j: b, radius } : { i: c, j: d, radius };
}
