/** @file The bridge's page and files: the picture that they show, the command that they name, and distances at every dose. */
import { expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { bridge } from '../src/bridge/bridge.ts';
import { dosed } from '../src/bridge/pattern.ts';
import { bridgeCommandLine } from '../src/cli/bridge-command-line.ts';
import { bridgeDistancesCsv, bridgeJson } from '../src/cli/bridge-output.ts';
import { bridgePage } from '../src/cli/bridge-page.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { loadModel } from '../src/model/load-model.ts';
import { unitNamed } from '../src/visualize/unit-named.ts';
import { linearNetwork } from './support/network.ts';

const size = 3 * 16 * 16;
const weights = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1.2 : -1) / size);
const plain = (level: number) => new Float32Array(size).fill(level);
/** The score is a tenth of the level less 0.06: above 0 for the first picture alone. */
const images = [plain(0.9), plain(0.3), plain(0.4)];
const open = () => loadModel(linearNetwork(weights, -0.06), { preprocessing: 'none' });

it('the page shows the first picture that is not of the class already', async () => {
  await using model = await open();
  const found = await bridge(model, images, unitNamed(model, '1'), { doses: [8 / 255], closely: 1, batch: 4 });
  expect(found.kept).toEqual([1, 2]);
  expect(found.pictures).toBe(2);
  const page = await bridgePage([found], images, model, 'the command');
  const shows = async (data: Float32Array) => {
    const png = await encodePng({ data, channels: 3, height: 16, width: 16 });
    return page.includes(Buffer.from(png).toString('base64'));
  };
  const ascent = found.patterns[0]!.pattern.of as Float32Array;
  const dose = 8 / 255;
  expect([await shows(images[0]!), await shows(dosed(images[0]!, ascent, dose))]).toEqual([false, false]);
  expect([await shows(images[1]!), await shows(dosed(images[1]!, ascent, dose))]).toEqual([true, true]);
  expect(page.includes('the command')).toBe(true);
});

it('the command names every flag that decides what is on the page', () => {
  const flags = {
    unit: ['fish', "layer's:3"],
    dose: 16 / 255,
    doses: [4 / 255, 0.05],
    strength: 'linf',
    distance: ['ssim', 'gmsd'],
    all: false,
    notice: 12,
    closely: 3,
    count: 20,
    seed: 7,
    preprocessing: 'none',
    device: 'cpu',
  } as const;
  expect(bridgeCommandLine('net.onnx', flags)).toBe(
    "pareidolia bridge net.onnx PICTURES --unit fish --unit 'layer'\\''s:3' --dose 16/255 --doses 4/255,0.05 --strength linf -d ssim -d gmsd --notice 12 --closely 3 --count 20 --seed 7 --preprocessing none",
  );
});

it('distances are measured at every positive dose, and printed as JSON, CSV and a table', async () => {
  await using model = await open();
  const doses = [4 / 255, 8 / 255];
  const distances = distanceRegistry.filter(({ name }) => name === 'l2' || name === 'ssim');
  const options = { doses, closely: 1, batch: 4, distances };
  const found = await bridge(model, images, unitNamed(model, '1'), options);
  const [ascent, ...others] = found.patterns;
  expect(ascent!.seenByDose.map(({ dose }) => dose)).toEqual(doses);
  expect(ascent!.seenByDose[1]!.seen).toBe(ascent!.seen);
  expect(others.every(({ seenByDose }) => seenByDose.length === 0)).toBe(true);
  // No pixel is cut off: the length of a dose of root mean square 1, on any ground.
  for (const { dose, seen } of ascent!.seenByDose) {
    const l2 = seen.find(({ distance }) => distance === 'l2')!;
    for (const value of [...l2.inPicture, ...l2.onGrey]) expect(value).toBeCloseTo(dose * Math.sqrt(size), 4);
  }
  const [{ patterns }] = JSON.parse(bridgeJson([found])).units;
  expect(patterns[0].distancesByDose.map(({ dose }: { dose: number }) => dose)).toEqual(doses);
  expect(patterns[0].distancesByDose[1].distances).toEqual(patterns[0].distances);
  expect(patterns[1]).not.toHaveProperty('distancesByDose');
  const lines = bridgeDistancesCsv([found])!.trim().split('\n');
  expect(lines.length).toBe(1 + 4);
  expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([9]));
  const page = await bridgePage([found], images, model, '');
  expect(page.includes('What distances see of growing doses')).toBe(true);
  expect(bridgeDistancesCsv([{ ...found, patterns: others }])).toBeUndefined();
});
