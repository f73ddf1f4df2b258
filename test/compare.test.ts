/** @file Comparing pictures: numbers, readings, calibration, figures, and `pareidolia compare` as a user meets it. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { decodePicture, encodeJpeg, encodePng } from '#image-codec';
import { shapes } from '../src/data/shapes/shapes.ts';
import { distances as lpDistances } from '../src/distance/ball.ts';
import { calibrate, calibrationTable } from '../src/distance/calibrate.ts';
import { calibrationTables } from '../src/distance/calibration-data.ts';
import { type ComparisonRow, compare, type MeasuredRow, medians } from '../src/distance/compare.ts';
import type { Distance } from '../src/distance/distance.ts';
import { distortions } from '../src/distance/distortions.ts';
import { enlarged as fitted } from '../src/distance/enlarged.ts';
import { openDistance } from '../src/distance/open-distance.ts';
import { readingOf } from '../src/distance/reading.ts';
import { distanceNamed, distanceRegistry } from '../src/distance/registry.ts';
import { heatMap } from '../src/image/heat-map.ts';
import { type Picture, toGrey } from '../src/image/image.ts';
import { readPngText } from '../src/image/png-text.ts';
import { randomStream } from '../src/random/random-stream.ts';
import { cliIn } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-compare-'));
const at = (name: string) => join(folder, name);

const run = cliIn(folder);

const set = shapes({ size: 64, length: 8, split: 'test' });
const pictures = await Promise.all(Array.from({ length: 8 }, (_, i) => set.image(i)));
const [first, second] = [pictures[0]!, pictures[1]!];

/** A picture with noise of its own, apart from the distortions' code. */
function noisy(picture: Picture, levels: number): Picture {
  const random = randomStream(77, levels);
  const data = picture.data.map((value) => Math.min(1, Math.max(0, value + (levels / 255) * random.normal())));
  return { ...picture, data };
}

const cut = ({ data, width }: Picture, side: number): Picture => ({
  channels: 3,
  height: side,
  width: side,
  data: Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const [c, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
    return data[(c * width + y) * width + x]!;
  }),
});

/** A picture 3 times as large, each pixel a block. */
const enlarged = ({ data, width }: Picture): Picture => {
  const side = 3 * width;
  return {
    channels: 3,
    height: side,
    width: side,
    data: Float32Array.from({ length: 3 * side * side }, (_, i) => {
      const [c, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
      return data[(c * width + Math.floor(y / 3)) * width + Math.floor(x / 3)]!;
    }),
  };
};

const named = (...names: string[]) => names.map(distanceNamed);

function measured(row: ComparisonRow | undefined): MeasuredRow {
  if (row?.kind !== 'measured') throw new Error(`${row?.name} is not measured`);
  return row;
}

describe('compare', () => {
  it('gives the numbers of the definition, for grey beside RGB as for both in RGB', async () => {
    const [rows] = await compare(named('l1', 'l2', 'linf', 'psnr'), [{ x: first, y: second }]);
    const expected = lpDistances(first.data, second.data);
    const [l1, l2, linf, psnr] = rows!.map((row) => measured(row).value);
    expect(l1! / expected.l1).toBeCloseTo(1, 4); // a sum of 12 288 values in float32
    expect(l2! / expected.l2).toBeCloseTo(1, 5);
    expect(linf! / expected.linf).toBeCloseTo(1, 5);
    expect(psnr).toBeCloseTo(-10 * Math.log10(expected.l2 ** 2 / first.data.length), 3);
    const grey = toGrey(second);
    const rgb = { ...second, data: Float32Array.from({ length: second.data.length }, (_, i) => grey.data[i % 4096]!) };
    const [[one], [other]] = (await compare(named('l2'), [
      { x: first, y: grey },
      { x: first, y: rgb },
    ])) as [ComparisonRow[], ComparisonRow[]];
    expect(measured(one).value).toBe(measured(other).value);
  });

  it('gives every pair of a batch what it gives the pair alone, whatever their sizes and number', async () => {
    const pairs = Array.from({ length: 19 }, (_, i) => {
      const [x, y] = [pictures[i % 8]!, pictures[(3 * i + 1) % 8]!];
      return i % 3 === 0 ? { x: cut(x, 40), y: cut(y, 40) } : { x, y };
    });
    const distances = named('ssim', 'gmsd', 'l2');
    const together = await compare(distances, pairs);
    for (const i of [0, 1, 3, 17, 18]) {
      const [alone] = await compare(distances, [pairs[i]!]);
      for (const [k, row] of together[i]!.entries()) {
        expect(measured(row).value).toBeCloseTo(measured(alone![k]).value, 5);
        expect(measured(row).reading).toBe(measured(alone![k]).reading);
      }
    }
  });

  it('reports a distance that the size is too small for, and measures the others', async () => {
    const [rows] = await compare(named('l2', 'ms-ssim'), [{ x: first, y: second }]);
    expect(rows!.map(({ kind }) => kind)).toEqual(['measured', 'not defined']);
    expect(rows![1]).toMatchObject({ reason: expect.stringMatching(/^ms-ssim needs pictures of at least 176 x 176/) });
    const summary = medians(named('ms-ssim'), [first], [[rows![1]!]]);
    expect(summary[0]).toMatchObject({ pairs: 0, reason: expect.stringMatching(/^ms-ssim needs/) });
    expect(summary[0]!.reading).toBeUndefined();
  });

  it('measures grey and RGB pairs of one size beside each other', async () => {
    const grey = { x: toGrey(first), y: toGrey(second) };
    const pairs = [grey, { x: first, y: second }, grey];
    const together = await compare(named('l2', 'ssim'), pairs);
    for (const [i, pair] of pairs.entries()) {
      const [alone] = await compare(named('l2', 'ssim'), [pair]);
      for (const [k, row] of together[i]!.entries())
        expect(measured(row).value).toBeCloseTo(measured(alone![k]).value, 5);
    }
  });

  it('reads medians like a pair of their size', async () => {
    const pairs = [4, 4.1].map((levels) => ({ x: first, y: noisy(first, levels) }));
    const rows = await compare(named('l2'), pairs);
    const [middle] = medians(named('l2'), [first, first], rows);
    const values = rows.map(([row]) => measured(row).value);
    expect(middle!.value).toBeCloseTo((values[0]! + values[1]!) / 2, 5);
    expect(middle!.reading).toBe('like noise of 4/255');
  });

  it('refuses pictures of two sizes, naming the pair', async () => {
    const names = ['a.png', 'b.png'] as const;
    await expect(compare(named('l2'), [{ x: first, y: cut(second, 40), names }])).rejects.toThrow(
      'a.png has 64 x 64 pixels and b.png 40 x 40',
    );
  });

  it('gives maps where asked: that of linf is the mean difference of the channels', async () => {
    const distances = named('linf', 'ssim', 'ms-ssim');
    const [rows] = await compare(distances, [{ x: first, y: second }], { maps: ['linf', 'ms-ssim'] });
    const { map } = measured(rows![0]);
    expect([map!.width, map!.height]).toEqual([64, 64]);
    const difference = (i: number) =>
      [0, 4096, 8192].reduce((sum, c) => sum + Math.abs(first.data[c + i]! - second.data[c + i]!), 0) / 3;
    for (const i of [0, 700, 4095]) expect(map!.data[i]).toBeCloseTo(difference(i), 5);
    expect(measured(rows![1]).map).toBeUndefined();
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(compare(named('l2'), [{ x: first, y: second }], { signal })).rejects.toThrow('aborted');
  });
});

describe('readings', () => {
  it.each([
    [64, first],
    [40, cut(first, 40)],
    [192, enlarged(first)],
  ])('tell noise as such by every distance of pixel values, at %i pixels', async (_side, x) => {
    for (const levels of [1, 4]) {
      const [rows] = await compare(named('l1', 'l2', 'rmse', 'psnr'), [{ x, y: noisy(x, levels) }]);
      const expected = `like noise of ${levels}/255`;
      for (const row of rows!) expect([row.name, measured(row).reading]).toEqual([row.name, expected]);
    }
  });

  it('lie between the two steps around a number, below all and above all', async () => {
    const [rows] = await compare(named('l2'), [{ x: first, y: noisy(first, 2) }]);
    expect(measured(rows![0]).reading).toBe('between noise of 1/255 and 4/255');
    const tables = [{ side: 64, distances: { d: [1, 2, 4, 0.1, 0.4, 1.6, 3, 6, 5] } }];
    const read = (d: number) => readingOf('d', d, 64, tables);
    expect(read(0.05)).toBe('less than noise of 1/255');
    expect(read(0.2)).toBe('between noise of 1/255 and 4/255');
    expect(read(0.42)).toBe('like noise of 4/255');
    expect(read(0.6)).toBe('between noise of 4/255 and JPEG at quality 90');
    expect(read(1.27)).toBe('between JPEG at quality 90 and noise of 16/255');
    expect(read(9)).toBe('more than a blur of 2 pixels');
    expect(readingOf('other', 1, 64, tables)).toBeUndefined();
    expect(read(Number.NaN)).toBeUndefined();
  });

  it('scale sums and lengths with the size of pictures, and means not', () => {
    const steps = [1, 2, 4, 0.1, 0.4, 1.6, 3, 6, 5];
    const scaled = (factor: number) => steps.map((d) => factor * d);
    const of = (growth: number) => [
      { side: 32, distances: { d: steps } },
      { side: 128, distances: { d: scaled(4 ** growth) } },
    ];
    for (const growth of [0, 1, 2]) {
      expect(readingOf('d', 0.4 * 16 ** growth, 512, of(growth))).toBe('like noise of 4/255');
      expect(readingOf('d', 0.4 * 2 ** growth, 64, of(growth))).toBe('like noise of 4/255');
    }
  });

  it('say that pictures are equal, and that a count of changed pixels tells little', async () => {
    const [[same], [changed]] = (await compare(named('l0:pixels'), [
      { x: first, y: first },
      { x: first, y: noisy(first, 8) },
    ])) as [ComparisonRow[], ComparisonRow[]];
    expect(measured(same).reading).toBe('equal pictures');
    expect(measured(changed).reading).toBe('like most known changes, which it does not tell apart');
  });
});

describe('calibration', () => {
  const distances = distanceRegistry.filter(({ convention }) => convention.minimumSize <= 64);
  const place = (name: string) => distortions.findIndex((one) => one.name === name);

  it('grows with the strength of each kind of change, for every distance but counts', async () => {
    const calibrated = await calibrate(distances, pictures);
    for (const { name, steps, pictures: count } of calibrated) {
      expect(count).toBe(8);
      const of = (...names: string[]) => names.map((one) => steps[place(one)]!.distance);
      if (name.startsWith('l0')) continue;
      for (const ladder of [
        of('jpeg 90', 'jpeg 50', 'jpeg 10'),
        of('noise 1/255', 'noise 4/255', 'noise 16/255'),
        of('blur 1', 'blur 2'),
      ]) {
        expect([name, ...ladder]).toEqual([name, ...[...ladder].sort((a, b) => a - b)]);
        expect(ladder[0]).toBeGreaterThan(0);
      }
    }
  });

  it('of noise is the closed form: the deviation, rounded to 8 bits', async () => {
    const [rmse] = await calibrate(named('rmse'), pictures);
    // Rounding adds the variance 1/12 of a uniform error; clipping takes a little away.
    for (const levels of [1, 4]) {
      const expected = Math.sqrt(levels ** 2 + 1 / 12) / 255;
      expect(rmse!.steps[place(`noise ${levels}/255`)]!.value / expected).toBeCloseTo(1, 1);
    }
  });

  it('is the median over pictures, and leaves out what a distance is not defined for', async () => {
    const large = enlarged(first);
    const [l2, msSsim] = await calibrate(named('l2', 'ms-ssim'), [first, large, second]);
    expect(l2!.pictures).toBe(3);
    expect(msSsim).toMatchObject({ pictures: 1, reason: expect.stringContaining('at least 176 x 176') });
    const alone: number[] = [];
    for (const picture of [first, large, second]) {
      const [one] = await calibrate(named('l2'), [picture]);
      alone.push(one!.steps[place('jpeg 50')]!.value);
    }
    expect(l2!.steps[place('jpeg 50')]!.value).toBeCloseTo(alone.sort((a, b) => a - b)[1]!, 5);
    const [none] = await calibrate(named('ms-ssim'), [first]);
    expect([none!.steps, none!.pictures]).toEqual([[], 0]);
    expect(calibrationTable(64, [none!]).distances).toEqual({});
  });

  it('reads a picture of its own calibration as the change that it has', async () => {
    const [ssim] = [distanceNamed('ssim')];
    const table = calibrationTable(64, await calibrate([ssim], [first]));
    for (const { name, phrase, apply } of distortions) {
      const [rows] = await compare([ssim], [{ x: first, y: await apply(first) }], { calibration: [table] });
      expect([name, measured(rows![0]).reading]).toEqual([name, `like ${phrase}`]);
    }
  });

  test('numbers are read from the table of the nearest size', () => {
    for (const { side, distances } of calibrationTables) {
      for (const near of [0.8 * side, side, 1.2 * side])
        expect(readingOf('ssim', distances.ssim![place('blur 1')]!, near, calibrationTables)).toBe(
          'like a blur of 1 pixel',
        );
    }
  });

  test('the committed tables have every distance of the registry, enlarged where it must be, and its noise', () => {
    const known = (side: number) => calibrationTables.find((table) => table.side === side)!.distances;
    for (const distance of distanceRegistry) {
      for (const { side, distances } of calibrationTables) {
        const { name } = fitted(distance, side, side);
        expect([side, name, distances[name]?.length]).toEqual([side, name, distortions.length]);
        if (name !== distance.name) expect([side, distance.name in distances]).toEqual([side, false]);
      }
    }
    for (const side of [32, 64, 128, 256]) {
      const expected = (Math.sqrt(16 + 1 / 12) / 255) * Math.sqrt(3) * side;
      expect(known(side).l2![place('noise 4/255')]! / expected).toBeCloseTo(1, 1);
    }
  });
});

describe('distortions', () => {
  it('blur as a Gaussian does: the variance of a point spreads by sigma squared', async () => {
    const size = 31;
    const data = new Float32Array(size * size);
    data[15 * size + 15] = 1;
    const point = { data, channels: 1, height: size, width: size };
    const blur = distortions.find(({ name }) => name === 'blur 2')!;
    const { data: seen } = await blur.apply(point);
    const total = seen.reduce((sum, value) => sum + value, 0);
    const variance = seen.reduce((sum, value, i) => sum + value * ((i % size) - 15) ** 2, 0) / total;
    // Rounding to 8 bits loses the far ends.
    expect(variance).toBeGreaterThan(3.2);
    expect(variance).toBeLessThan(4.2);
  });

  it('shift by one pixel to the right, repeating the border', async () => {
    const data = Float32Array.from([0, 1, 2, 3, 4, 5].map((v) => v / 10));
    const shift = distortions.find(({ name }) => name === 'shift 1')!;
    const { data: seen } = await shift.apply({ data, channels: 1, height: 2, width: 3 });
    expect([...seen].map((v) => Math.round(10 * v))).toEqual([0, 0, 1, 3, 3, 4]);
  });

  it('are the same again, leave the picture as it is, and keep grey grey', async () => {
    const grey = toGrey(first);
    const before = grey.data.slice();
    for (const { apply } of distortions) {
      const [one, other] = [await apply(grey), await apply(grey)];
      expect(one.data).toEqual(other.data);
      expect([one.channels, one.height, one.width]).toEqual([1, 64, 64]);
    }
    expect(grey.data).toEqual(before);
  });
});

describe('heatMap', () => {
  const map = { data: Float32Array.from({ length: 14 * 14 }, (_, i) => i), height: 14, width: 14 };
  const brightness = ({ data, width, height }: Picture, x: number, y: number) =>
    [0, 1, 2].reduce((sum, c) => sum + data[(c * height + y) * width + x]!, 0);

  it('grows lighter with the numbers, from black', () => {
    const picture = heatMap(map, 14, 14);
    const line = Array.from({ length: 196 }, (_, i) => brightness(picture, i % 14, Math.floor(i / 14)));
    expect(line[0]).toBeLessThan(0.05);
    expect(line).toEqual([...line].sort((a, b) => a - b));
    expect(line[195]).toBeGreaterThan(2.6);
  });

  it('centres the map of a window that must fit, and stretches that of half the size', () => {
    const spot = (size: number, place: number) => ({
      data: Float32Array.from({ length: size * size }, (_, i) => Number(i === place * size + place)),
      height: size,
      width: size,
    });
    const centred = heatMap(spot(14, 4), 24, 24);
    expect(brightness(centred, 9, 9)).toBeGreaterThan(2.6);
    expect(brightness(centred, 10, 9)).toBeLessThan(0.05);
    const stretched = heatMap(spot(12, 4), 24, 24);
    expect(brightness(stretched, 8, 9)).toBeGreaterThan(1);
    expect(brightness(stretched, 12, 12)).toBeLessThan(0.05);
  });

  it('of zeros is black', () => {
    expect(Math.max(...heatMap({ data: new Float32Array(4), height: 2, width: 2 }, 8, 8).data)).toBeLessThan(0.05);
  });
});

describe('pareidolia compare', async () => {
  const png = async (name: string, picture: Picture) => writeFileSync(at(name), await encodePng(picture));
  for (const name of ['left', 'right', 'right/inner', 'left/inner', 'other', 'empty']) mkdirSync(at(name));
  await png('a.png', first);
  await png('b.png', noisy(first, 4));
  await png('small.png', cut(first, 40));
  await png('grey.png', toGrey(first));
  for (const [i, name] of ['1.png', '2.png', 'inner/3.png'].entries()) {
    await png(`left/${name}`, pictures[i]!);
    await png(`right/${name}`, noisy(pictures[i]!, 4));
  }
  await png('left/4.png', pictures[4]!);
  writeFileSync(at('right/4.jpg'), await encodeJpeg(pictures[4]!, 50));
  await png('left/5.png', pictures[5]!);
  await png('other/x.png', first);
  writeFileSync(at('broken.png'), readFileSync(at('a.png')).subarray(0, 100));
  writeFileSync(at('text.txt'), 'no picture');

  it('prints the values of the library with direction and reading', async () => {
    const { status, stdout } = run('compare', 'a.png', 'b.png');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^a\.png and b\.png, 64 x 64 pixels\n/);
    expect(stdout).toMatch(/\nl2 +1\.7\d+ +lower +like noise of 4\/255\n/);
    expect(stdout).toMatch(/\npsnr +36\.\d+ +higher +like noise of 4\/255\n/);
    expect(stdout).toMatch(/\nnot measured: ms-ssim needs pictures of at least 176 x 176/);
    const json = JSON.parse(run('compare', 'a.png', 'b.png', '--json').stdout);
    const read = async (name: string) => decodePicture(readFileSync(at(name)));
    const distances: Distance[] = await Promise.all(
      json.distances.map(({ name }: { name: string }) => openDistance(name)),
    );
    const [rows] = await compare(distances, [{ x: await read('a.png'), y: await read('b.png') }]);
    expect(distances.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['l2', 'linf', 'psnr', 'ssim', 'ms-ssim']),
    );
    for (const [k, row] of rows!.entries()) {
      const printed = json.distances[k];
      if (row.kind === 'not defined') expect(printed).toEqual({ name: row.name, notDefined: row.reason });
      else
        expect(printed).toEqual({
          name: row.name,
          value: row.value,
          distance: row.distance,
          better: row.better,
          reading: row.reading,
        });
    }
  });

  it('measures what is asked for, or all there is', () => {
    const names = (...args: string[]) =>
      JSON.parse(run('compare', 'a.png', 'b.png', '--json', ...args).stdout).distances.map(
        ({ name }: { name: string }) => name,
      );
    expect(names('--distance', 'gmsd', '-d', 'l1', '-d', 'gmsd')).toEqual(['gmsd', 'l1']);
    expect(names('--all')).toEqual(expect.arrayContaining(distanceRegistry.map(({ name }) => name)));
  });

  it('tells equal pictures, and takes grey and RGB alike', () => {
    const equal = run('compare', 'a.png', 'a.png').stdout;
    expect(equal).toMatch(/\nssim +1 +higher +equal pictures\n/);
    expect(equal).toMatch(/\nl2 +0 +lower +equal pictures\n/);
    const ssim = run('compare', 'a.png', 'grey.png', '-d', 'ssim', '--json').stdout;
    expect(JSON.parse(ssim).distances[0].value).toBeCloseTo(1, 2); // SSIM sees luma alone
  });

  it('compares folders by name, with medians, every pair, and what was left over', () => {
    const { status, stdout, stderr } = run('compare', 'left', 'right', '-d', 'l2', '-d', 'ssim', '--json');
    expect(status).toBe(0);
    const { medians: middle, pairs, unmatched } = JSON.parse(stdout);
    expect(pairs.map(({ pictures: names }: { pictures: string[] }) => names)).toEqual([
      ['left/1.png', 'right/1.png'],
      ['left/2.png', 'right/2.png'],
      ['left/4.png', 'right/4.jpg'],
      ['left/inner/3.png', 'right/inner/3.png'],
    ]);
    expect(unmatched).toEqual(['left/5.png']);
    expect(stderr).toContain('note: 1 picture has no partner of the same name: left/5.png');
    const values = pairs.map(({ distances }: { distances: { value: number }[] }) => distances[0]!.value);
    values.sort((a: number, b: number) => a - b);
    expect(middle[0]).toMatchObject({ name: 'l2', pairs: 4, better: 'lower' });
    expect(middle[0].value).toBeCloseTo((values[1] + values[2]) / 2, 6);
    expect(run('compare', 'left', 'right').stdout).toMatch(/^4 pairs of left and right: medians\n/);
  });

  it('writes a figure with the map beside both pictures, and says in it how it was made', async () => {
    const { status, stdout } = run('compare', 'a.png', 'b.png', '--map', 'out/map.png', '-d', 'gmsd');
    expect(status).toBe(0);
    expect(stdout).toContain('written: out/map.png');
    const bytes = readFileSync(at('out/map.png'));
    const { width, height } = await decodePicture(bytes);
    // Three panels of 256 pixels (64, enlarged fourfold), two gaps of 16, margins of 20.
    expect(width).toBe(3 * 256 + 2 * 16 + 2 * 20);
    expect(height).toBeGreaterThan(256 + 60);
    expect(JSON.parse(readPngText(bytes).pareidolia!)).toMatchObject({
      pictures: ['a.png', 'b.png'],
      distance: 'gmsd',
    });
  });

  it('brings the second picture to the size of the first where asked', () => {
    const { status, stdout } = run('compare', 'a.png', 'small.png', '--resize', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ width: 64, height: 64 });
  });

  it('shows what known changes measure', () => {
    const { status, stdout } = run('compare', '--calibrate', 'left', '-d', 'psnr', '-d', 'ms-ssim');
    expect(status).toBe(0);
    expect(stdout).toMatch(/medians over 5 pictures of left\n\ndistance +jpeg 90 .* shift 1\npsnr +\d\d\.\d+ /);
    expect(stdout).toContain('not measured: ms-ssim needs');
    const { pictures: files, distances } = JSON.parse(
      run('compare', '--calibrate', 'left', '-d', 'psnr', '--json').stdout,
    );
    expect(files.length).toBe(5);
    expect(distances[0].steps.map(({ distortion }: { distortion: string }) => distortion)).toEqual(
      distortions.map(({ name }) => name),
    );
  });

  it.each([
    ['a missing file', ['a.png', 'none.png'], 'Cannot read none.png: there is no such file.'],
    ['a broken picture', ['a.png', 'broken.png'], 'broken.png: Expected a PNG, JPEG or WebP picture, got a damaged'],
    ['a text as picture', ['text.txt', 'a.png'], 'text.txt: Expected a PNG, JPEG or WebP picture'],
    ['an unknown distance', ['a.png', 'b.png', '-d', 'sim'], 'There is no distance "sim"; there are l0'],
    ['one picture', ['a.png'], 'compare takes two pictures or two folders, got 1.'],
    ['three pictures', ['a.png', 'b.png', 'a.png'], 'got 3.'],
    ['a picture and a folder', ['a.png', 'left'], 'left is a folder and a.png is none'],
    ['folders without a common name', ['left', 'other'], 'No picture of left has the name of one in other.'],
    ['an empty folder', ['left', 'empty'], 'empty holds no PNG, JPEG or WebP picture.'],
    ['two sizes', ['a.png', 'small.png'], 'a.png has 64 x 64 pixels and small.png 40 x 40. Use --resize'],
    ['a map that is no PNG', ['a.png', 'b.png', '--map', 'new/m.jpg'], 'new/m.jpg is not named .png'],
    ['a map over an input', ['a.png', 'b.png', '--map', 'b.png'], 'b.png is an input'],
    ['a map inside a file', ['a.png', 'b.png', '--map', 'a.png/m.png'], 'Cannot write a.png/m.png'],
    ['a map of folders', ['left', 'right', '--map', 'new/m.png'], '--map draws one pair of pictures'],
    ['a map that does not exist', ['a.png', 'b.png', '--map', 'new/m.png', '-d', 'ms-ssim'], 'ms-ssim says how much'],
    ['a map of pictures that are too small', ['tiny.png', 'tiny.png', '--map', 'new/m.png'], 'ssim needs pictures of'],
    ['a calibration with pictures beside', ['a.png', '--calibrate', 'left'], '--calibrate takes a folder'],
    ['a calibration of an empty folder', ['--calibrate', 'empty'], 'empty holds no PNG'],
  ])('%s gives one sentence, exit code 2 and nothing else', async (_name, args, message) => {
    await png('tiny.png', cut(first, 8));
    const before = readdirSync(folder, { recursive: true }).sort();
    const { status, stdout, stderr } = run('compare', ...args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect([status, stdout]).toEqual([2, '']);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it.skipIf(process.getuid?.() === 0)('a folder that may not be written (skipped for root, who may)', () => {
    mkdirSync(at('locked'));
    chmodSync(at('locked'), 0o500);
    const { status, stderr } = run('compare', 'a.png', 'b.png', '--map', 'locked/m.png');
    expect([status, stderr.includes('permission is denied')]).toEqual([2, true]);
  });
});
