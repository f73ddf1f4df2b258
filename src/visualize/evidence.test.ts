/** @file The slope of a picture's spectrum, where it is known. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { randomStream } from '../random/random-stream.ts';
import { spectrumOf } from './evidence.ts';

const model = { channels: 3, height: 64, width: 64, device: await openRuntime('cpu') };
const area = 64 * 64;
const slopeOf = async (picture: Float32Array, of = model) => (await spectrumOf(picture, of)).slope;
const grey = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: 3 * area }, (_, i) => value(i % 64, Math.floor((i % area) / 64)));

it('white noise has a flat spectrum', async () => {
  const side = 192;
  const random = randomStream(1);
  const noise = Float32Array.from({ length: side ** 2 }, () => random.uniform());
  const picture = new Float32Array(3 * side ** 2).map((_, i) => noise[i % side ** 2]!);
  const slope = await slopeOf(picture, { ...model, height: side, width: side });
  expect(Math.abs(slope!)).toBeLessThan(0.12);
});

it('waves whose power falls as a power of their frequency have its exponent', async () => {
  const random = randomStream(4);
  const waves = Array.from({ length: 32 * 63 }, (_, i) => {
    const [u, v] = [i % 32, Math.floor(i / 32) - 31];
    return { u, v, size: u === 0 && v <= 0 ? 0 : Math.hypot(u, v) ** -1.25, phase: 6.28 * random.uniform() };
  }).filter(({ size }) => size > 0);
  const field = Float64Array.from({ length: area }, (_, p) => {
    const [x, y] = [p % 64, Math.floor(p / 64)];
    return waves.reduce(
      (sum, { u, v, size, phase }) => sum + size * Math.cos((6.2832 * (u * x + v * y)) / 64 + phase),
      0,
    );
  });
  const most = field.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const slope = await slopeOf(
    grey((x, y) => 0.5 + (0.45 * field[y * 64 + x]!) / most),
    model,
  );
  expect(Math.abs(slope! + 2.5)).toBeLessThan(0.3);
});

it('a picture of one colour has none, and one of a single other pixel has', async () => {
  expect(
    await slopeOf(
      grey(() => 0.3),
      model,
    ),
  ).toBeUndefined();
  expect(await slopeOf(new Float32Array(3 * area), model)).toBeUndefined();
  expect(
    await slopeOf(
      grey((x, y) => (x === 30 && y === 30 ? 0.3 + 1 / 255 : 0.3)),
      model,
    ),
  ).toBeTypeOf('number');
});

it('a wave stands out in the band of its frequency, over natural pictures', async () => {
  const { frequencies, magnitudes, natural } = await spectrumOf(
    grey((x) => 0.5 + 0.4 * Math.sin((2 * Math.PI * 16 * x) / 64)),
    model,
  );
  const over = magnitudes.map((magnitude, i) => magnitude / natural[i]!);
  const top = over.indexOf(Math.max(...over));
  expect(Math.abs(Math.log(frequencies[top]! / 0.25))).toBeLessThan(0.1);
  expect(over[top]).toBeGreaterThan(3);
  expect(over.toSorted((a, b) => a - b)[Math.floor(over.length / 2)]).toBeLessThan(0.1);
  // Natural pictures' magnitudes fall, 2.4 / 2 times as fast as frequency rises.
  const [low, high] = [frequencies.findIndex((f) => f > 0.03), frequencies.findIndex((f) => f > 0.3)];
  const fall = Math.log(natural[high]! / natural[low]!) / Math.log(frequencies[high]! / frequencies[low]!);
  expect(Math.abs(fall + 1.2)).toBeLessThan(0.3);
});
