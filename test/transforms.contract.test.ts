/** @file What every random change of pictures promises, and what each does by plainly written loops. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { openRuntime } from '#runtime';
import { pictureBytes } from '../src/image/image.ts';
import { randomStream } from '../src/random/random-stream.ts';
import { compile } from '../src/runtime/compile.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor } from '../src/tensor/host.ts';
import { mul } from '../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { input } from '../src/tensor/tensor.ts';
import { blur } from '../src/transform/blur.ts';
import { brightnessAndContrast } from '../src/transform/brightness-and-contrast.ts';
import { colourNoise } from '../src/transform/colour-noise.ts';
import { flip } from '../src/transform/flip.ts';
import { jitter } from '../src/transform/jitter.ts';
import { cubicRound, jpeg } from '../src/transform/jpeg.ts';
import { noise } from '../src/transform/noise.ts';
import { resizeAndPad } from '../src/transform/resize-and-pad.ts';
import { rotateAndScale } from '../src/transform/rotate-and-scale.ts';
import { sequence, sometimes } from '../src/transform/sequence.ts';
import { shuffleBlocks } from '../src/transform/shuffle-blocks.ts';
import { spectrum } from '../src/transform/spectrum.ts';
import type { Transform } from '../src/transform/transform.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';

type Drawn = ReturnType<Transform['draw']>;

const [channels, height, width] = [3, 10, 13] as const;
const area = height * width;
const length = channels * area;
const size = [height, width] as const;

const transforms: readonly (readonly [name: string, transform: Transform])[] = [
  ['jitter', jitter(3, size)],
  ['noise', noise({ size: 0.1 }, [channels, height, width])],
  ['uniform noise', noise({ size: 0.1, distribution: 'uniform' }, [channels, height, width])],
  ['colourNoise', colourNoise({ size: 0.1 }, [channels, height, width])],
  ['colourNoise of the whole', colourNoise({ size: 0.1, extent: 'picture' }, [channels, height, width])],
  ['blur', blur({ sigma: [0.4, 1.5] })],
  ['resizeAndPad', resizeAndPad({ scale: [0.5, 1.4], fill: 0.4 }, size)],
  ['rotateAndScale', rotateAndScale({ angle: [-40, 40], scale: [0.7, 1.3], shift: 0.1 }, size)],
  ['brightnessAndContrast', brightnessAndContrast({ brightness: [-0.1, 0.1], contrast: [0.6, 1.1] })],
  ['flip', flip()],
  ['jpeg', jpeg({ quality: [40, 95] })],
  ['jpeg 4:4:4', jpeg({ quality: [40, 95], subsampling: '4:4:4' })],
  ['sometimes', sometimes(0.5, blur({ sigma: 1 }))],
  ['spectrum', spectrum({ rho: 0.5, sigma: 0.1 }, [channels, height, width])],
  ['shuffleBlocks', shuffleBlocks({ blocks: 3, angle: 24 }, size)],
  ['sequence', sequence(rotateAndScale({ angle: [-9, 9] }, size), blur({ sigma: [0.2, 1] }), flip())],
];

/** Values away from black and white. */
function noisy(seed: number, count = length): Float64Array {
  const random = pseudoRandom(seed);
  return Float64Array.from({ length: count }, () => 0.25 + 0.5 * random());
}

function feedsOf(transform: Transform, drawn: readonly Drawn[]) {
  return Object.fromEntries(
    Object.entries(transform.data).map(([name, { shape }]) => {
      const values = drawn.flatMap((one) => {
        const value = one[name]!;
        return typeof value === 'number' ? [value] : Array.from(value);
      });
      return [name, hostTensor(values, [drawn.length, ...shape])];
    }),
  );
}

/** The transform's value on pictures in float64, and the gradient of its product with `dy`. */
function evaluate(transform: Transform, pictures: readonly Float64Array[], drawn: readonly Drawn[], dy?: Float64Array) {
  const shape = [pictures.length, pictures[0]!.length / area, height, width];
  const x = input('x', shape);
  const data = Object.fromEntries(
    Object.entries(transform.data).map(([name, spec]) => [name, input(name, [pictures.length, ...spec.shape])]),
  );
  const y = transform.apply(x, data);
  const cotangent = input('dy', shape);
  const all = Float64Array.from(pictures.flatMap((picture) => Array.from(picture)));
  const feeds = {
    x: hostTensor(all, shape),
    dy: hostTensor(dy ?? all, shape),
    ...feedsOf(transform, drawn),
  };
  const [value, gradient] = interpret([y, grad(reduceSum(mul(y, cotangent)), [x])[0]!], feeds);
  return { y: value!.data, dx: gradient!.data };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe.each(transforms)('%s', (name, transform) => {
  it('leaves the picture as it is without a draw', () => {
    const x = noisy(1);
    expect(largestDifference(evaluate(transform, [x], [transform.draw()]).y, x)).toBeLessThan(1e-6);
  });

  it('draws what its data says, decided by the stream, and seldom the same twice', () => {
    const [a, b] = [randomStream(5), randomStream(5)];
    const draws = Array.from({ length: 8 }, () => transform.draw(a));
    expect(draws).toEqual(Array.from({ length: 8 }, () => transform.draw(b)));
    expect(new Set(draws.map((one) => JSON.stringify(one))).size).toBeGreaterThan(1);
    for (const [key, { shape }] of Object.entries(transform.data)) {
      const value = draws[0]![key]!;
      expect(typeof value === 'number' ? 1 : value.length).toBe(sizeOf(shape));
    }
  });

  it('does to each picture of a batch what it does to it alone', () => {
    const stream = randomStream(7);
    const pictures = [2, 3, 4].map((seed) => noisy(seed));
    const drawn = pictures.map(() => transform.draw(stream));
    const together = evaluate(transform, pictures, drawn);
    pictures.forEach((picture, i) => {
      const alone = evaluate(transform, [picture], [drawn[i]!]);
      expect(largestDifference(together.y.slice(i * length, (i + 1) * length), alone.y)).toBeLessThan(1e-12);
      expect(largestDifference(together.dx.slice(i * length, (i + 1) * length), alone.dx)).toBeLessThan(1e-12);
    });
  });

  it.skipIf(name.startsWith('jpeg'))(
    'has the gradient of central differences (but jpeg, whose gradient is not that of its steps: see below)',
    () => {
      const stream = randomStream(9);
      const [x, dy] = [noisy(5), noisy(6)];
      for (let round = 0; round < 3; round++) {
        const drawn = transform.draw(stream);
        const { dx } = evaluate(transform, [x], [drawn], dy);
        const along = (at: number, step: number) => {
          const { y } = evaluate(transform, [x.with(at, x[at]! + step)], [drawn]);
          return y.reduce((sum, value, i) => sum + value * dy[i]!, 0);
        };
        for (let at = 0; at < length; at += 37)
          expect(dx[at]).toBeCloseTo((along(at, 1e-4) - along(at, -1e-4)) / 2e-4, 5);
      }
    },
  );
});

it.each<[string, Transform]>([
  ['blur', blur({ sigma: [0.4, 1.5] })],
  ['resizing', resizeAndPad({ scale: [0.5, 1.4] }, size)],
  ['turning', rotateAndScale({ angle: [-40, 40], scale: [0.7, 1.3], shift: 0.1 }, size)],
  ['jitter', jitter(3, size)],
])('%s is linear, and its gradient is its adjoint: <Ax, y> = <x, Aᵀy>', (_name, transform) => {
  const stream = randomStream(13);
  const [x, y] = [noisy(21), noisy(22).map((v) => v - 0.5)];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  for (let round = 0; round < 3; round++) {
    const { y: ax, dx: aty } = evaluate(transform, [x], [transform.draw(stream)], y);
    expect(dot(ax, y)).toBeCloseTo(dot(x, aty), 9);
    expect(Math.abs(dot(ax, y))).toBeGreaterThan(1e-3);
  }
});

describe('by plainly written loops', () => {
  const x = noisy(11);
  const pixel = (c: number, row: number, column: number) => x[(c * height + row) * width + column]!;
  const each = (value: (c: number, row: number, column: number) => number) =>
    Float64Array.from({ length }, (_, i) => value(Math.floor(i / area), Math.floor((i % area) / width), i % width));
  const inside = (v: number, most: number) => Math.min(most, Math.max(0, v));
  const bilinear = (c: number, v: number, u: number) => {
    let sum = 0;
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        sum += Math.max(0, 1 - Math.abs(v - row)) * Math.max(0, 1 - Math.abs(u - column)) * pixel(c, row, column);
    return sum;
  };

  it('colour noise varies as natural colours do, over pixels or as one colour', () => {
    const colours = [
      [1, 0.5, 0],
      [1, 0, -0.5],
      [1, -0.5, 0.25],
    ] as const;
    const size3 = [channels, height, width] as const;
    const draws = Array.from({ length: 20 }, (_, i) => {
      const transform = colourNoise({ size: 0.2, colours }, size3);
      const { y } = evaluate(transform, [x], [transform.draw(randomStream(i))]);
      return y.map((v, at) => v - x[at]!);
    });
    for (const a of [0, 1, 2])
      for (const b of [0, 1, 2]) {
        const product = (noise: Float64Array) =>
          noise.subarray(a * area, (a + 1) * area).reduce((sum, v, p) => sum + v * noise[b * area + p]!, 0) / area;
        const covariance = draws.reduce((sum, noise) => sum + product(noise) / draws.length, 0);
        const wanted = 0.04 * [0, 1, 2].reduce((sum, k) => sum + colours[a]![k]! * colours[b]![k]!, 0);
        expect(Math.abs(covariance - wanted)).toBeLessThan(0.004);
      }
    const whole = colourNoise({ size: 0.2, extent: 'picture', colours }, size3);
    const { y } = evaluate(whole, [x], [{ colours: [0.1, 0.2, -0.4] }]);
    const tint = [0.2, 0.3, -0.1];
    expect(
      largestDifference(
        y,
        each((c, row, column) => pixel(c, row, column) + tint[c]!),
      ),
    ).toBeLessThan(1e-12);
  });

  it('blur is a mean with Gaussian weights, borders repeated', () => {
    const expected = each((c, row, column) => {
      let [sum, total] = [0, 0];
      for (let v = -8; v <= 8; v++)
        for (let u = -8; u <= 8; u++) {
          const weight = Math.exp(-(u * u + v * v) / (2 * 1.3 ** 2));
          sum += weight * pixel(c, inside(row + v, height - 1), inside(column + u, width - 1));
          total += weight;
        }
      return sum / total;
    });
    // The window is cut at four deviations, 6e-5 of its weight.
    expect(largestDifference(evaluate(blur({ sigma: [0, 1.3] }), [x], [{ sigma: 1.3 }]).y, expected)).toBeLessThan(
      1e-4,
    );
  });

  it.each([
    [7, 9, 2, 3],
    [14, 18, -3, -1],
  ])('resizeAndPad to %i x %i, moved by %i and %i, is bilinear with centres half a pixel in', (h, w, top, left) => {
    const expected = each((c, row, column) => {
      const [v, u] = [row - top, column - left];
      if (v < 0 || v >= h || u < 0 || u >= w) return 0.4;
      const source = (place: number, from: number, to: number) => inside(((place + 0.5) * from) / to - 0.5, from - 1);
      return bilinear(c, source(v, height, h), source(u, width, w));
    });
    const transform = resizeAndPad({ fill: 0.4 }, size);
    const { y } = evaluate(transform, [x], [{ height: h, width: w, top, left }]);
    expect(largestDifference(y, expected)).toBeLessThan(1e-6);
  });

  it('resizeAndPad draws only places where a smaller picture is whole, and a larger one covers all', () => {
    const stream = randomStream(3);
    const transform = resizeAndPad({ scale: [0.5, 1.5] }, size);
    const seen = new Set<boolean>();
    for (let i = 0; i < 200; i++) {
      const drawn = transform.draw(stream) as Record<'height' | 'width' | 'top' | 'left', number>;
      for (const [all, own, start] of [
        [height, drawn.height, drawn.top],
        [width, drawn.width, drawn.left],
      ] as const) {
        const end = start + own;
        expect(own <= all ? start >= 0 && end <= all : start <= 0 && end >= all).toBe(true);
        if (own < all) seen.add(start === 0).add(end === all);
      }
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  it('rotateAndScale turns counter-clockwise in pixels, scales around the middle and moves', () => {
    const transform = rotateAndScale({ angle: 30, scale: 0.8, shift: 0.2 }, size);
    const stream = { uniform: () => 0.75, normal: () => 0, exponential: () => 0 };
    const [down, right] = [0.1 * height, 0.1 * width];
    const angle = Math.PI / 6;
    const expected = each((c, row, column) => {
      const [v, u] = [row + 0.5 - height / 2 - down, column + 0.5 - width / 2 - right];
      const [sv, su] = [
        (u * Math.sin(angle) + v * Math.cos(angle)) / 0.8,
        (u * Math.cos(angle) - v * Math.sin(angle)) / 0.8,
      ];
      return bilinear(c, sv + height / 2 - 0.5, su + width / 2 - 0.5);
    });
    expect(largestDifference(evaluate(transform, [x], [transform.draw(stream)]).y, expected)).toBeLessThan(1e-6);
  });

  it('rotateAndScale by 90 degrees brings what is right to the top', () => {
    const square = rotateAndScale({ angle: 90 }, [10, 10]);
    const picture = hostTensor(
      Float64Array.from({ length: 100 }, (_, i) => Number(i % 10 === 9)),
      [1, 1, 10, 10],
    );
    const [x1, theta] = [input('x', [1, 1, 10, 10]), input('theta', [1, 2, 3])];
    const turned = interpret([square.apply(x1, { theta })], {
      x: picture,
      theta: hostTensor(square.draw(randomStream(1)).theta as number[], [1, 2, 3]),
    })[0]!;
    turned.data.forEach((value, i) => {
      expect(value).toBeCloseTo(Number(i < 10), 6);
    });
  });

  it('brightness is added, contrast is about middle grey, and the sum is kept in range', () => {
    const { y } = evaluate(brightnessAndContrast({}), [x], [{ brightness: 0.2, contrast: 1.7 }]);
    const expected = x.map((value) => inside(1.7 * (value - 0.5) + 0.7, 1));
    expect(largestDifference(y, expected)).toBeLessThan(1e-7);
    expect(Math.max(...y)).toBe(1);
  });

  it('spectrum scales the coefficients of a cosine transform of picture and noise', () => {
    const { noise: added, factor } = spectrum({ rho: 0.5, sigma: 0.1 }, [channels, height, width]).draw(
      randomStream(6),
    ) as Record<'noise' | 'factor', Float32Array>;
    const basis = (n: number, k: number, t: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (t + 0.5) * k) / n);
    const wave = (k: number, l: number, row: number, column: number) => basis(height, k, row) * basis(width, l, column);
    const coefficients = each((c, k, l) => {
      let sum = 0;
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          sum += (pixel(c, row, column) + added[(c * height + row) * width + column]!) * wave(k, l, row, column);
      return sum * factor[(c * height + k) * width + l]!;
    });
    const expected = each((c, row, column) => {
      let sum = 0;
      for (let k = 0; k < height; k++)
        for (let l = 0; l < width; l++) sum += coefficients[(c * height + k) * width + l]! * wave(k, l, row, column);
      return sum;
    });
    const { y } = evaluate(spectrum({ sigma: 0.1 }, [channels, height, width]), [x], [{ noise: added, factor }]);
    expect(largestDifference(y, expected)).toBeLessThan(1e-6);
    expect(Math.min(...factor)).toBeGreaterThan(0.5);
    expect(Math.max(...factor)).toBeLessThan(1.5);
    expect(Math.max(...factor) - Math.min(...factor)).toBeGreaterThan(0.95);
  });

  it('shuffleBlocks without turning cuts each row and column into as many runs as blocks, and loses nothing', () => {
    const stream = randomStream(8);
    const transform = shuffleBlocks({ blocks: 3, angle: 0 }, size);
    const numbered = Float64Array.from({ length }, (_, i) => i);
    const arrangements = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const { y } = evaluate(transform, [numbered], [transform.draw(stream)]);
      expect(Array.from(y).sort((a, b) => a - b)).toEqual(Array.from(numbered));
      arrangements.add(y.join());
      const runs = (places: readonly number[], step: number) =>
        places.filter((at, i) => i === 0 || y[at] !== y[places[i - 1]!]! + step).length;
      for (let row = 0; row < height; row++)
        expect(
          runs(
            Array.from({ length: width }, (_, i) => row * width + i),
            1,
          ),
        ).toBeLessThanOrEqual(3);
      for (let column = 0; column < width; column++)
        expect(
          runs(
            Array.from({ length: height }, (_, i) => i * width + column),
            width,
          ),
        ).toBeLessThanOrEqual(3);
    }
    expect(arrangements.size).toBeGreaterThan(15);
  });

  it('shuffleBlocks turns each block around its middle, from its own pixels alone, with zeros in the gaps', () => {
    // This stream cuts in the middle, changes no order and turns by half of the largest angle.
    const stream = { uniform: () => 0.75, normal: () => 0, exponential: () => 0 };
    const transform = shuffleBlocks({ blocks: 2, angle: 24 }, size);
    const angle = (12 * Math.PI) / 180;
    const starts = { rows: [0, 5, 10], columns: [0, 6, 13] };
    const expected = each((c, row, column) => {
      const [i, j] = [Number(row >= 5), Number(column >= 6)];
      const [top, bottom] = [starts.rows[i]!, starts.rows[i + 1]!];
      const [left, right] = [starts.columns[j]!, starts.columns[j + 1]!];
      const [v, u] = [row - (top + bottom - 1) / 2, column - (left + right - 1) / 2];
      const sourceRow = v * Math.cos(angle) - u * Math.sin(angle) + (top + bottom - 1) / 2;
      const sourceColumn = v * Math.sin(angle) + u * Math.cos(angle) + (left + right - 1) / 2;
      let sum = 0;
      for (let r = top; r < bottom; r++)
        for (let q = left; q < right; q++)
          sum +=
            Math.max(0, 1 - Math.abs(sourceRow - r)) * Math.max(0, 1 - Math.abs(sourceColumn - q)) * pixel(c, r, q);
      return sum;
    });
    expect(largestDifference(evaluate(transform, [x], [transform.draw(stream)]).y, expected)).toBeLessThan(1e-6);
  });

  it('flip changes left and right', () => {
    const { y } = evaluate(flip(), [x, x], [{ flipped: 1 }, { flipped: 0 }]);
    expect(Array.from(y)).toEqual([...each((c, row, column) => pixel(c, row, width - 1 - column)), ...x]);
  });

  it('noise has the deviation, or the width, that was asked for', () => {
    const drawn = (distribution: 'normal' | 'uniform') =>
      noise({ size: 0.2, distribution }, [3, 50, 50]).draw(randomStream(2)).noise as Float32Array;
    const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(rms(drawn('normal'))).toBeCloseTo(0.2, 2);
    expect(rms(drawn('uniform'))).toBeCloseTo(0.2 / Math.sqrt(3), 2);
    expect(Math.max(...drawn('uniform'))).toBeLessThanOrEqual(0.2);
  });

  it('a sequence is one after the other, and sometimes is so', () => {
    const [a, b] = [blur({ sigma: 1 }), brightnessAndContrast({ brightness: 0.1 })];
    const both = sequence(a, b);
    const drawn = both.draw(randomStream(1));
    const middle = evaluate(a, [x], [{ sigma: 1 }]).y;
    const expected = evaluate(b, [Float64Array.from(middle)], [{ brightness: 0.1, contrast: 1 }]).y;
    expect(largestDifference(evaluate(both, [x], [drawn]).y, expected)).toBeLessThan(1e-7);
    const stream = randomStream(4);
    const rare = sometimes(0.3, a);
    const count = Array.from({ length: 1000 }, () => Number(rare.draw(stream)['whether it happens']));
    expect(count.reduce((sum, one) => sum + one, 0) / 1000).toBeCloseTo(0.3, 1);
  });
});

/** A smooth picture with some noise on it, as photos are. */
function photo(h: number, w: number, seed: number): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: 3 * h * w }, (_, i) => {
    const [c, row, column] = [Math.floor(i / (h * w)), Math.floor((i % (h * w)) / w), i % w];
    const wave = Math.sin(row / (5 + c)) * Math.cos(column / (9 - c)) + Math.sin((row + 2 * column) / 13);
    return Math.round(255 * Math.min(1, Math.max(0, 0.5 + 0.2 * wave + 0.03 * (random() - 0.5)))) / 255;
  });
}

describe('jpeg', () => {
  it.each([
    ['4:2:0', 64, 48, 90, 0.97],
    ['4:2:0', 64, 48, 50, 0.97],
    // A coefficient beside the middle of two steps falls either way, and steps are wide here.
    ['4:2:0', 32, 32, 10, 0.8],
    ['4:2:0', 45, 37, 75, 0.95],
    ['4:4:4', 64, 48, 90, 0.99],
    ['4:4:4', 45, 37, 60, 0.98],
    ['4:4:4', 32, 32, 100, 0.99],
  ] as const)(
    '%s of %i x %i at quality %i is what a codec gives, within two levels of 255 at a share of %d of the values',
    async (subsampling, h, w, quality, least) => {
      const data = photo(h, w, quality);
      const file = await sharp(pictureBytes({ data, channels: 3, height: h, width: w }), {
        raw: { width: w, height: h, channels: 3 },
      })
        .jpeg({ quality, chromaSubsampling: subsampling })
        .toBuffer();
      const theirs = (await decodePicture(new Uint8Array(file))).data;
      const y = await jpegOf(jpeg({ quality, subsampling }), data, [1, 3, h, w]);
      const mean = (other: Float32Array) =>
        theirs.reduce((sum, v, i) => sum + Math.abs(v - other[i]!), 0) / theirs.length;
      const near = y.filter((value, i) => Math.abs(value - theirs[i]!) * 255 < 2.5).length / y.length;
      expect(near).toBeGreaterThanOrEqual(least);
      if (quality < 100) expect(mean(y)).toBeLessThan(0.4 * mean(data));
    },
  );

  it('of a grey picture is that of its brightness', async () => {
    const colour = photo(32, 40, 2);
    const grey = colour.slice(0, 1280);
    const three = Float32Array.from({ length: 3840 }, (_, i) => grey[i % 1280]!);
    const transform = jpeg({ quality: 60 });
    const [one, all] = [await jpegOf(transform, grey, [1, 1, 32, 40]), await jpegOf(transform, three, [1, 3, 32, 40])];
    expect(largestDifference(all.slice(0, 1280), one)).toBeLessThan(1e-6);
    expect(one.some((value, i) => Math.abs(value - grey[i]!) > 0.01)).toBe(true);
  });

  it('passes gradients as the same codec without rounding does', () => {
    const [x, dy] = [noisy(3).map((v) => Math.round(255 * v) / 255), noisy(4)];
    const full = jpeg({ quality: 90, subsampling: '4:4:4' });
    const { dx } = evaluate(full, [x], [full.draw(randomStream(1))], dy);
    // Nothing is cut, so storing and reading without rounding is the identity.
    expect(largestDifference(dx, dy)).toBeLessThan(1e-6);
    const half = jpeg({ quality: 90 });
    const seen = evaluate(half, [x], [half.draw(randomStream(1))], dy).dx;
    for (let at = 0; at < length; at += 7) {
      const unit = new Float64Array(length).with(at, 1);
      const moved = withHalvedColours(unit);
      expect(seen[at]).toBeCloseTo(
        moved.reduce((sum, value, i) => sum + value * dy[i]!, 0),
        5,
      );
    }
  });

  it('with cubic rounding has slope 3 (x - r)^2, and values between the steps', () => {
    const x = input('x', [5]);
    const y = cubicRound(x);
    const values = [-1.4, -0.3, 0.1, 1, 2.45];
    const [value, slope] = interpret([y, grad(reduceSum(y), [x])[0]!], { x: hostTensor(values) });
    values.forEach((v, i) => {
      const d = v - Math.round(v);
      expect(value!.data[i]).toBeCloseTo(Math.round(v) + d ** 3, 12);
      expect(slope!.data[i]).toBeCloseTo(3 * d * d, 12);
    });
  });

  it('refuses a quality that is none', () => {
    expect(() => jpeg({ quality: 0.8 })).toThrow('jpeg: quality expects a number from 1 to 100');
    expect(() => jpeg({ quality: [90, 60] })).toThrow('got [90,60]');
  });
});

/** What the compiled transform makes of pictures of a shape. */
async function jpegOf(transform: Transform, pictures: Float32Array, shape: readonly number[]): Promise<Float32Array> {
  const specs = Object.entries(transform.data).map(([name, spec]) => [
    name,
    { shape: [1, ...spec.shape], dtype: 'float32' as const },
  ]);
  const program = await compile(
    ({ x, ...rest }) => ({ y: transform.apply(x!, rest) }),
    { x: { shape, dtype: 'float32' }, ...Object.fromEntries(specs) },
    { device: await openRuntime('cpu') },
  );
  const { y } = await program.run({ x: pictures, ...(transform.draw(randomStream(1)) as Record<string, number[]>) });
  await program.release();
  return y!.data as Float32Array;
}

/** Cb and Cr as means of 2 x 2 pixels (edges repeated), seen through a triangle filter; the contract's size, in float64. */
function withHalvedColours(x: Float64Array): Float64Array {
  const at = (p: number) => [x[p]!, x[area + p]!, x[2 * area + p]!] as const;
  const luma = (p: number) => 0.299 * at(p)[0] + 0.587 * at(p)[1] + 0.114 * at(p)[2];
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const half = (colour: (p: number) => number) => {
    const small = Float64Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [2 * Math.floor(i / columns), 2 * (i % columns)];
      let sum = 0;
      for (const v of [row, Math.min(height - 1, row + 1)])
        for (const u of [column, Math.min(width - 1, column + 1)]) sum += colour(v * width + u) / 4;
      return sum;
    });
    return (row: number, column: number) => {
      let sum = 0;
      for (const [v, a] of weights(row, rows))
        for (const [u, b] of weights(column, columns)) sum += a * b * small[v * columns + u]!;
      return sum;
    };
  };
  const weights = (i: number, count: number) =>
    [
      [Math.floor(i / 2), 0.75],
      [Math.min(count - 1, Math.max(0, Math.floor(i / 2) + (i % 2 === 0 ? -1 : 1))), 0.25],
    ] as const;
  const [blue, red] = [
    half((p) => (0.5 * (at(p)[2] - luma(p))) / (1 - 0.114)),
    half((p) => (0.5 * (at(p)[0] - luma(p))) / (1 - 0.299)),
  ];
  return Float64Array.from({ length }, (_, i) => {
    const [c, p] = [Math.floor(i / area), i % area];
    const [b, r] = [blue(Math.floor(p / width), p % width), red(Math.floor(p / width), p % width)];
    return luma(p) + [1.402 * r, -0.344136286 * b - 0.714136286 * r, 1.772 * b][c]!;
  });
}
