/** @file What every parameterisation promises: pictures in range, one batch like its singles, a start that its stream decides, a photo that it can fit. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { fitParameters } from '../src/prior/fit-parameters.ts';
import { maco } from '../src/prior/maco.ts';
import { naturalPictures } from '../src/prior/natural-data.ts';
import { spectrumAt } from '../src/prior/natural-statistics.ts';
import type { Parameterisation, PictureSize } from '../src/prior/parameterisation.ts';
import { openPrior, priors } from '../src/prior/prior-named.ts';
import { randomStream } from '../src/random/random-stream.ts';
import { compile } from '../src/runtime/compile.ts';
import { halfOf } from '../src/tensor/half-spectrum.ts';

const device = await openRuntime('cpu');
const size: PictureSize = [3, 32, 32];

/** A picture with what photos have: a soft ground, edges, colours, a little texture. */
function photo([c, h, w]: PictureSize): Float32Array {
  return Float32Array.from({ length: c * h * w }, (_, at) => {
    const [channel, p] = [Math.floor(at / (h * w)), at % (h * w)];
    const [y, x] = [Math.floor(p / w) / h, (p % w) / w];
    const ground = 0.5 + 0.25 * Math.sin(3 * x + channel) * Math.cos(2 * y);
    const disc = Math.hypot(x - 0.6, y - 0.4) < 0.22 ? [0.3, -0.2, -0.25][channel % 3]! : 0;
    const bar = Math.abs(y - 0.8 - 0.1 * x) < 0.05 ? -0.2 : 0;
    return Math.min(0.97, Math.max(0.03, ground + disc + bar + 0.03 * Math.sin(40 * x + 31 * y)));
  });
}

async function picturesOf(prior: Parameterisation, starts: readonly Float32Array[]): Promise<Float32Array[]> {
  const program = await compile(
    ({ z }) => ({ x: prior.picture(prior.project?.(z!) ?? z!) }),
    { z: { shape: [starts.length, ...prior.shape], dtype: 'float32' } },
    { device },
  );
  const { x } = await program.run({ z: Float32Array.from(starts.flatMap((start) => Array.from(start))) });
  await program.release();
  const data = x!.data as Float32Array;
  const length = data.length / starts.length;
  return starts.map((_, i) => data.slice(i * length, (i + 1) * length));
}

describe.each(Object.keys(priors))('%s', (name) => {
  it('draws pictures of its size in [0, 1], each as if it were alone, from a start that its stream decides', async () => {
    const prior = await openPrior(name, size);
    const starts = [1, 2, 3].map((seed) => prior.start(randomStream(seed)));
    expect(prior.start(randomStream(2))).toEqual(starts[1]);
    expect(starts[0]).not.toEqual(starts[1]);
    const together = await picturesOf(prior, starts);
    const [alone] = await picturesOf(prior, [starts[1]!]);
    for (const picture of together) {
      expect(picture.length).toBe(3 * 32 * 32);
      for (const value of picture) expect(value >= 0 && value <= 1).toBe(true);
    }
    for (const [i, value] of alone!.entries()) expect(Math.abs(value - together[1]![i]!)).toBeLessThan(1e-5);
  });

  it('knows sizes that are neither square nor even, and one channel', async () => {
    for (const odd of [
      [3, 21, 34],
      [1, 24, 17],
    ] as const) {
      if (name === 'generator' && odd[0] === 1) continue;
      const prior = await openPrior(name, odd);
      const [picture] = await picturesOf(prior, [prior.start(randomStream(1))]);
      expect(picture!.length).toBe(odd[0] * odd[1] * odd[2]);
      expect(picture!.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('a given photo', () => {
  const target = photo(size);
  it.each(['raw', 'pixels', 'laplacian', 'fourier'])('is fitted by %s with a mean error below 0.01', async (name) => {
    const { error, picture } = await fitParameters(await openPrior(name, size), target, { device, steps: 600 });
    expect(error).toBeLessThan(0.01);
    expect(picture.length).toBe(target.length);
  });

  it.each([
    ['cppn', 0.06],
    ['deep-image', 0.04],
  ] as const)('is fitted by %s within its means in 150 steps', async (name, bound) => {
    const { error } = await fitParameters(await openPrior(name, size), target, { device, steps: 150, rate: 0.01 });
    expect(error).toBeLessThan(bound);
  });

  it.each(['low-resolution', 'generator', 'cppn'])('is fitted by %s where it drew it itself', async (name) => {
    const prior = await openPrior(name, size);
    const own = prior.start(randomStream(77)).map((value) => (name === 'low-resolution' ? 100 * value : value));
    const [drawn] = await picturesOf(prior, [own]);
    const { error } = await fitParameters(prior, drawn!, { device, steps: 500 });
    expect(error).toBeLessThan(0.02);
  });
});

describe('maco', () => {
  const [c, h, w] = size;
  const columns = halfOf(w);

  /** Magnitude of a real picture's wave, by the definition of the transform. */
  function magnitude(channel: Float64Array, ky: number, kx: number): number {
    let [re, im] = [0, 0];
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const angle = -2 * Math.PI * ((ky * y) / h + (kx * x) / w);
        re += channel[y * w + x]! * Math.cos(angle);
        im += channel[y * w + x]! * Math.sin(angle);
      }
    return Math.hypot(re, im) / Math.sqrt(h * w);
  }

  /** The channels before sigmoid and colours: their inverse, on the host. */
  function independent(picture: Float32Array, matrix: readonly (readonly number[])[]): Float64Array[] {
    const logit = Float64Array.from(picture, (v) => Math.log(v / (1 - v)));
    const area = h * w;
    const [a, b, d] = matrix as [number[], number[], number[]];
    const det =
      a[0]! * (b[1]! * d[2]! - b[2]! * d[1]!) -
      a[1]! * (b[0]! * d[2]! - b[2]! * d[0]!) +
      a[2]! * (b[0]! * d[1]! - b[1]! * d[0]!);
    const cofactor = (r: number, k: number) => {
      const [r1, r2] = [0, 1, 2].filter((i) => i !== r) as [number, number];
      const [k1, k2] = [0, 1, 2].filter((i) => i !== k) as [number, number];
      return (r + k) % 2 === 0
        ? matrix[r1]![k1]! * matrix[r2]![k2]! - matrix[r1]![k2]! * matrix[r2]![k1]!
        : -(matrix[r1]![k1]! * matrix[r2]![k2]! - matrix[r1]![k2]! * matrix[r2]![k1]!);
    };
    return [0, 1, 2].map((k) =>
      Float64Array.from({ length: area }, (_, p) =>
        [0, 1, 2].reduce((sum, r) => sum + (cofactor(r, k) / det) * logit[r * area + p]!, 0),
      ),
    );
  }

  it('has the magnitudes of its template but for one factor, whatever the phases', async () => {
    const spectrum = spectrumAt(naturalPictures, size);
    const { imagenetColours } = await import('../src/prior/colour.ts');
    const prior = maco(spectrum);
    const [picture] = await picturesOf(prior, [prior.start(randomStream(5))]);
    const channels = independent(picture!, imagenetColours);
    const ratios: number[] = [];
    for (const [channel, values] of channels.entries())
      for (const [ky, kx] of [
        [1, 2],
        [5, 3],
        [30, 7],
        [12, 11],
      ] as const)
        ratios.push(magnitude(values, ky, kx) / spectrum.magnitudes[(channel * h + ky) * columns + kx]!);
    for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 2);
  });

  it('spreads its energy over the picture as over the area, which the published code does not', async () => {
    const shares: Record<string, number> = {};
    for (const legacy of [false, true]) {
      const prior = maco(spectrumAt(naturalPictures, [3, 64, 64]), { legacy });
      const pictures = await picturesOf(
        prior,
        [1, 2, 3, 4, 5].map((seed) => prior.start(randomStream(seed))),
      );
      const of = pictures.map((picture) => {
        const lightness = Float64Array.from(
          { length: 4096 },
          (_, p) => picture[p]! + picture[4096 + p]! + picture[8192 + p]!,
        );
        const mean = lightness.reduce((sum, v) => sum + v, 0) / 4096;
        let [corner, total] = [0, 0];
        for (const [p, value] of lightness.entries()) {
          const [y, x] = [Math.floor(p / 64), p % 64];
          const near = Math.min(y, 64 - y) < 4 && Math.min(x, 64 - x) < 4;
          total += (value - mean) ** 2;
          if (near) corner += (value - mean) ** 2;
        }
        return corner / total;
      });
      shares[String(legacy)] = of.reduce((a, b) => a + b, 0) / of.length;
    }
    const area = 49 / 4096;
    expect(shares.false!).toBeLessThan(4 * area);
    expect(shares.true!).toBeGreaterThan(5 * area);
    expect(shares.true!).toBeGreaterThan(2 * shares.false!);
  });

  it('differs from picture to picture in nothing but phases', () => {
    const prior = maco(spectrumAt(naturalPictures, size));
    expect(prior.shape).toEqual([c, h, columns]);
    const start = prior.start(randomStream(1));
    const inner = start.filter((v) => Math.abs(v) < Math.PI / 2).length / start.length;
    expect(inner).toBeGreaterThan(0.45);
    expect(inner).toBeLessThan(0.55);
  });
});
