/** @file Heat maps against closed forms, whatever the batch, and resumed. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { nearestMeanNetwork, smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { fourierBasis } from './fourier-basis.ts';
import { type HeatCell, heatMap, heatMapKey, usualNorm } from './heat-map.ts';
import { nameOf, waveGrid } from './wave-grid.ts';

const [side, size] = [16, 768];
const small = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });

function pictures(count: number, seed: number): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => 0.2 + 0.6 * random()));
}

describe('of classes that one channel tells', () => {
  // Class 0 while |<w, x>| < |w|^2 / 2; w has three waves in its first channel, each of another size.
  const parts: readonly (readonly [number, number, number])[] = [
    [0, 3, 0.9],
    [5, -2, 0.6],
    [8, 8, 0.3],
  ];
  const w = new Float32Array(size);
  for (const [i, j, a] of parts) {
    const wave = fourierBasis(i, j, side, side);
    for (let at = 0; at < wave.length; at++) w[at]! += a * wave[at]!;
  }
  const border = parts.reduce((sum, [, , a]) => sum + (a * a) / 2, 0);
  // Grey, and a wave that w does not have.
  const grey = [0, 1, 2].map((k) => {
    const wave = fourierBasis(2, k, side, side);
    return Float32Array.from({ length: size }, (_, at) => 0.5 + k * wave[at % 256]!);
  });

  it.each([0.5, 0.8, 1.2, 2.2])(
    'errors at norm %f are all or nothing, and where the product with w says',
    async (norm) => {
      await using model = await loadModel(nearestMeanNetwork([new Float32Array(size), w, w.map((v) => -v)]), {
        preprocessing: 'none',
      });
      const { cells, cleanError, error, grid, bands } = await heatMap(model, grey, [0, 0, 0], { norm, batch: 2 });
      expect(cleanError).toBe(0);
      const fooling = parts.filter(([, , a]) => norm * a > border);
      expect(fooling).toHaveLength({ 0.5: 0, 0.8: 1, 1.2: 2, 2.2: 3 }[norm]!);
      const expected = new Set(
        fooling.map(([i, j]) =>
          nameOf(waveGrid(side, side).waves.find((v) => v.i === Math.sign(j) * i && v.j === Math.abs(j))!),
        ),
      );
      for (const cell of cells) expect(cell.wrong).toBe(expected.has(nameOf(cell)) ? 3 : 0);
      const [row, column] = [grid.down.indexOf(0), grid.across.indexOf(3)];
      expect([error[row]![column], error[row]![grid.across.indexOf(-3)], error[row]![grid.across.indexOf(4)]]).toEqual(
        norm > 0.7 ? [1, 1, 0] : [0, 0, 0],
      );
      // 3 / 16 is of the middle band, as the second wave is not.
      expect(bands.middle!.worst.error).toBe(norm > 0.7 ? 1 : 0);
      expect(bands.middle!.error * bands.middle!.waves).toBeCloseTo(norm > 0.7 ? 1 : 0, 9);
      expect(bands.low!.error).toBe(0);
    },
  );
});

describe('of classes that two channels tell', () => {
  // Class 0 while |<w, x>| < |w|^2 / 2, where w is one wave in a channel and the same, or its negative, in another.
  const [i, j, count] = [1, 3, 24];
  const wave = fourierBasis(i, j, side, side);
  const modelOf = (one: number, other: number, sign: 1 | -1) => {
    const w = new Float32Array(size);
    wave.forEach((value, at) => {
      w[one * 256 + at] = value;
      w[other * 256 + at] = sign * value;
    });
    return loadModel(nearestMeanNetwork([new Float32Array(size), w, w.map((v) => -v)]), { preprocessing: 'none' });
  };
  const greys = Array.from({ length: count }, (_, k) => new Float32Array(size).fill(0.4 + 0.005 * k));
  const wrongUnder = async (one: number, other: number, sign: 1 | -1) => {
    await using model = await modelOf(one, other, sign);
    const { cells, cleanError } = await heatMap(model, greys, undefined, { norm: 1, batch: 7 });
    expect(cleanError).toBe(0);
    const own = cells.find((cell) => cell.i === i && cell.j === j)!;
    expect(cells.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(own.wrong);
    return own.wrong;
  };

  it.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ])('a sum errs where signs of channels %i and %i agree, a difference where not, each in about half', async (a, b) => {
    const [agree, differ] = [await wrongUnder(a, b, 1), await wrongUnder(a, b, -1)];
    // Of 24 throws of a coin, fewer than 5 or more than 19 heads come once in 650.
    expect(differ).toBeGreaterThanOrEqual(5);
    expect(agree).toBeGreaterThanOrEqual(5);
    expect(agree + differ).toBe(count);
  });
});

describe('of a network', () => {
  const images = pictures(7, 1);
  const options = { norm: 3, step: 2, seed: 4 };

  it('is the same whatever the batch and the order', async () => {
    const all = await heatMap(small, images, undefined, options);
    expect(all.cells.some(({ wrong }) => wrong > 0 && wrong < 7)).toBe(true);
    expect(all.notes[0]).toContain('only multiples of 2 periods');
    expect(await heatMap(small, images, undefined, { ...options, batch: 3 })).toEqual(all);
    expect((await heatMap(small, images.toReversed(), undefined, options)).cells).toEqual(all.cells);
    const singles = new Map<string, number>();
    for (const image of images)
      for (const cell of (await heatMap(small, [image], undefined, options)).cells)
        singles.set(nameOf(cell), (singles.get(nameOf(cell)) ?? 0) + cell.wrong);
    for (const cell of all.cells) expect(cell.wrong).toBe(singles.get(nameOf(cell)));
  });

  it('draws other signs by another seed', async () => {
    const [a, b] = [
      await heatMap(small, images, undefined, options),
      await heatMap(small, images, undefined, { ...options, seed: 5 }),
    ];
    expect(b.cells).not.toEqual(a.cells);
  });

  it('stops when asked and goes on where it stopped, to the same map', async () => {
    const whole = await heatMap(small, images, undefined, options);
    const known: HeatCell[] = [];
    const stop = new AbortController();
    const onCell = (cell: HeatCell) => {
      if (known.push(cell) === 9) stop.abort();
    };
    await expect(heatMap(small, images, undefined, { ...options, onCell, signal: stop.signal })).rejects.toThrow(
      'abort',
    );
    expect(known).toHaveLength(9);
    const fresh: HeatCell[] = [];
    const resumed = await heatMap(small, images, undefined, { ...options, known, onCell: (cell) => fresh.push(cell) });
    expect(resumed).toEqual(whole);
    expect(fresh).toEqual(whole.cells.slice(9));
  });

  it('has another key for a retrained file of the same name, even where answers are the same', async () => {
    const keyOf = async (bytes: Uint8Array, preprocessing: 'none' | 'cifar10' = 'none') => {
      await using model = await loadModel(bytes, { preprocessing, name: 'small' });
      return heatMapKey(model, images, undefined, options);
    };
    const own = await heatMapKey(small, images, undefined, options);
    expect(await keyOf(smallNetwork())).toBe(own);
    // All scores higher by one: the answers of no picture change.
    const others = [
      await keyOf(smallNetwork(1, 1)),
      await keyOf(smallNetwork(2)),
      await keyOf(smallNetwork(), 'cifar10'),
    ];
    expect(new Set([own, ...others]).size).toBe(4);
  });

  it('has a key that pictures, labels and settings decide', async () => {
    const key = (...args: Parameters<typeof heatMapKey>) => heatMapKey(...args);
    const own = await key(small, images, undefined, options);
    expect(await key(small, images, undefined, { ...options, batch: 2 })).toBe(own);
    expect(await key(small, images.toReversed(), undefined, options)).toBe(own);
    const others = [
      await key(small, images.slice(1), undefined, options),
      await key(small, images, [0, 1, 2, 3, 4, 0, 1], options),
      await key(small, images, undefined, { ...options, norm: 2 }),
      await key(small, images, undefined, { ...options, seed: 1 }),
      await key(small, images, undefined, { ...options, step: 1 }),
    ];
    expect(new Set([own, ...others]).size).toBe(6);
  });
});

it('waves are as long as the paper has them', () => {
  expect(usualNorm(32, 32)).toBeCloseTo(4, 12);
  expect(usualNorm(224, 224)).toBeCloseTo(15.7, 12);
});

it('refuses what it cannot measure, in a sentence', async () => {
  const images = pictures(2, 1);
  await expect(heatMap(small, [], undefined)).rejects.toThrow('no picture');
  await expect(heatMap(small, images, [0])).rejects.toThrow('1 labels for 2 pictures');
  await expect(heatMap(small, images, [0, 9])).rejects.toThrow('Class 9 does not exist');
  await expect(heatMap(small, images, undefined, { norm: 0 })).rejects.toThrow('positive number');
  await expect(heatMap(small, images, undefined, { step: 9 })).rejects.toThrow('from 1 to 8');
  await expect(heatMap(small, [images[0]!.map((v) => 255 * v)], undefined)).rejects.toThrow('pixels run from 0 to 1');
});
