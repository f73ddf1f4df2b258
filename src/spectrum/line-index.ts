/**
 * @file How far the frequencies of a period stand out of a gradient's spectrum, and how much of it is high: what repeats every p pixels has
 * power at multiples of 1 / p cycles a pixel alone.
 */
import { compile, numbers } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { coefficients } from '../tensor/fourier.ts';
import { sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { square } from '../tensor/ops/unary.ts';

/** Mean power by frequency, each picture's divided by its sum. */
export interface MeanPower {
  readonly height: number;
  readonly width: number;
  /** Power of one of the frequencies (±ky, ±kx), [floor(H / 2) + 1, floor(W / 2) + 1] row by row. */
  readonly power: Float64Array;
  /** Energy of all of them. */
  readonly energy: Float64Array;
}

/** Mean power of pictures [C, H, W] of one size, less each channel's mean; those without any are left out. */
export async function meanPower(
  pictures: readonly Float32Array[],
  [channels, height, width]: readonly [number, number, number],
  device: DeviceRuntime,
): Promise<MeanPower> {
  const program = await compile(
    ({ x }) => {
      const level = sub(x!, reduceMean(x!, { axes: [2, 3], keepDims: true }));
      return { energy: reduceSum(square(coefficients(level)), { axes: [0, 1] }) };
    },
    { x: { shape: [1, channels, height, width], dtype: 'float32' } },
    { device, key: 'mean power' },
  );
  const [rows, columns] = [Math.floor(height / 2) + 1, Math.floor(width / 2) + 1];
  const energy = new Float64Array(rows * columns);
  const count = new Float64Array(rows * columns);
  // Cosines come first, then sines from one period on.
  const periods = (i: number, n: number) => (i <= Math.floor(n / 2) ? i : i - Math.floor(n / 2));
  const place = (at: number) => periods(Math.floor(at / width), height) * columns + periods(at % width, width);
  for (let at = 0; at < height * width; at++) count[place(at)]!++;
  let kept = 0;
  for (const picture of pictures) {
    // Gradients may be tiny; their spectrum has no scale.
    const largest = picture.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (!(largest > 0)) continue;
    const { energy: one } = await program.run({ x: picture.map((value) => value / largest) });
    const values = numbers(one!);
    const total = values.reduce((a, b) => a + b, 0);
    if (!(total > 0)) continue;
    kept++;
    for (const [at, value] of values.entries()) energy[place(at)]! += value / total;
  }
  const mean = energy.map((value) => value / Math.max(1, kept));
  return { height, width, energy: mean, power: mean.map((value, at) => value / count[at]!) };
}

/**
 * Power at the frequencies of patterns that repeat every `period` pixels (and not more often) over the median around them, at a Chebyshev
 * distance of 2 steps, where that is no line itself: 1 where there is no such pattern. Undefined where the period does not divide both
 * sides, or leaves no room between lines.
 */
export function lineIndex({ height, width, power }: MeanPower, period: number): number | undefined {
  if (period < 2 || height % period !== 0 || width % period !== 0 || Math.min(height, width) < 4 * period)
    return undefined;
  const columns = Math.floor(width / 2) + 1;
  const folded = (k: number, n: number) => {
    const r = ((k % n) + n) % n;
    return Math.min(r, n - r);
  };
  const at = (ky: number, kx: number) => power[folded(ky, height) * columns + folded(kx, width)]!;
  const [sy, sx] = [height / period, width / period];
  const ratios: number[] = [];
  for (let i = 0; 2 * i <= period; i++)
    for (let j = 0; 2 * j <= period; j++) {
      if (gcd(gcd(i, j), period) !== 1) continue;
      const around: number[] = [];
      for (let y = -2; y <= 2; y++)
        for (let x = -2; x <= 2; x++) {
          const [ky, kx] = [i * sy + y, j * sx + x];
          if (Math.max(Math.abs(y), Math.abs(x)) === 2 && !(ky % sy === 0 && kx % sx === 0)) around.push(at(ky, kx));
        }
      ratios.push(at(i * sy, j * sx) / medianOf(around));
    }
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** Share of the energy above a radius in cycles a pixel; a quarter, half of what rows can hold, unless given. */
export function highShareOf({ height, width, energy }: MeanPower, radius = 0.25): number {
  const columns = Math.floor(width / 2) + 1;
  let [high, all] = [0, 0];
  energy.forEach((value, at) => {
    all += value;
    if (Math.hypot(Math.floor(at / columns) / height, (at % columns) / width) > radius + 1e-9) high += value;
  });
  return high / all;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
