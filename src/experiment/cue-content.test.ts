/** @file How much of cues changes hold, of changes that are made of them. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { cuePattern } from '../data/shapes/cue.ts';
import { cueCosines, powerAtCues } from './cue-content.ts';

const [side, classes] = [32, 10];
const size = 3 * side * side;
const patterns = Array.from({ length: classes }, (_, label) => {
  const pattern = cuePattern(label, side);
  return Float32Array.from({ length: size }, (_value, i) => pattern[i % pattern.length]!);
});
const targets = Int32Array.from({ length: 2 * classes }, (_, i) => i % classes);

/** Two changes towards each class. */
function changesOf(change: (target: number, i: number, j: number) => number): Float32Array {
  return Float32Array.from({ length: targets.length * size }, (_, at) => {
    const i = Math.floor(at / size);
    return change(targets[i]!, i, at % size);
  });
}
/** A stripe of 16 pixels, which no cue has anything of. */
const slow = (j: number) => Math.cos((2 * Math.PI * (j % side)) / 16);

it('cosines and energies of changes that are half cue and half something else', () => {
  // The cue has length 1 a value and the stripe √2 as much or less: 1 / 2 of the energy where both are as long.
  const length = Math.hypot(...patterns[0]!) / Math.hypot(...Array.from({ length: size }, (_, j) => slow(j)));
  const { target, along, own, others, nearest } = cueCosines(
    changesOf((label, _, j) => patterns[label]![j]! + length * slow(j)),
    targets,
    patterns,
  );
  for (const value of target) expect(value).toBeCloseTo(Math.SQRT1_2, 3);
  for (const value of along) expect(value).toBeCloseTo(0.5, 3);
  for (const value of [...own, ...others]) expect(Math.abs(value)).toBeLessThan(0.01);
  expect(nearest).toEqual(Array(classes).fill(1));
});

it('a mean keeps what faint cues share, the energy along them tells how faint they are', () => {
  // The two changes towards a class have opposite stripes.
  const { target, along } = cueCosines(
    changesOf((label, i, j) => 0.01 * patterns[label]![j]! + (i < classes ? 1 : -1) * slow(j)),
    targets,
    patterns,
  );
  for (const value of target) expect(value).toBeCloseTo(1, 3);
  for (const value of along) expect(value).toBeLessThan(1e-3);
});

it('power at the frequencies of cues, as a share of all and beside that around', async () => {
  const device = await openRuntime('cpu');
  const shape = [targets.length, 3, side, side] as const;
  const chequers = (j: number) => (((j % side) + (Math.floor(j / side) % side)) % 2 === 0 ? 1 : -1);
  // Towards even classes twice as high as the stripe, which has half of its square: 4 / (4 + 1 / 2).
  const { share, ratio } = await powerAtCues(
    device,
    changesOf((label, _, j) => (label % 2 === 0 ? 2 * chequers(j) + slow(j) : slow(j))),
    shape,
    targets,
    classes,
  );
  for (const [label, value] of share.entries()) expect(value).toBeCloseTo(label % 2 === 0 ? 8 / 9 : 0, 4);
  expect(ratio[0]).toBeGreaterThan(100);
});
