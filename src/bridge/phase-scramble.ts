/**
 * @file A pattern whose spectrum keeps every magnitude and loses every phase: what is left of F is how much it has of each frequency.
 * The phases added are those of white noise, the same for all channels, so that the relation of colours is kept (as Prins 2007 for pictures).
 */
import { randomStream } from '../random/random-stream.ts';

/**
 * Planes [C, height, width] with random phases, real, and with the magnitudes of their spectrum.
 * @param seed decides the phases
 */
export function phaseScrambled(planes: Float32Array, height: number, width: number, seed: number): Float32Array {
  const area = height * width;
  const random = randomStream(seed, 0x5c7a);
  const noise = spectrumOf(
    Float64Array.from({ length: area }, () => random.normal()),
    height,
    width,
  );
  const result = new Float32Array(planes.length);
  for (let from = 0; from < planes.length; from += area) {
    const plane = spectrumOf(Float64Array.from(planes.subarray(from, from + area)), height, width);
    const [re, im] = [new Float64Array(area), new Float64Array(area)];
    for (let at = 0; at < area; at++) {
      // The noise is real, so its phases are odd in frequency and the product belongs to a real plane. The mean is left alone.
      const length = Math.hypot(noise.re[at]!, noise.im[at]!);
      const [c, s] = at === 0 || length === 0 ? [1, 0] : [noise.re[at]! / length, noise.im[at]! / length];
      re[at] = plane.re[at]! * c - plane.im[at]! * s;
      im[at] = plane.re[at]! * s + plane.im[at]! * c;
    }
    // The inverse transform is the forward one of the conjugate, divided by the area; of a real plane the real part is all.
    const back = transform(
      re,
      im.map((value) => -value),
      height,
      width,
    );
    for (let at = 0; at < area; at++) result[from + at] = back.re[at]! / area;
  }
  return result;
}

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function spectrumOf(plane: Float64Array, height: number, width: number): Spectrum {
  return transform(plane, new Float64Array(plane.length), height, width);
}

/** The discrete Fourier transform of complex planes, rows and then columns, by their definition. */
function transform(re: Float64Array, im: Float64Array, height: number, width: number): Spectrum {
  const rows = lines({ re, im }, height, width, width, 1);
  return lines(rows, width, height, 1, width);
}

/** Transforms `count` lines of `n` values, `stride` apart in a line and `next` from line to line. */
function lines({ re, im }: Spectrum, count: number, n: number, next: number, stride: number): Spectrum {
  const cosines = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sines = Float64Array.from({ length: n }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  const result = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let line = 0; line < count; line++)
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0];
      for (let t = 0; t < n; t++) {
        const at = line * next + t * stride;
        const [c, s] = [cosines[(k * t) % n]!, sines[(k * t) % n]!];
        a += re[at]! * c + im[at]! * s;
        b += im[at]! * c - re[at]! * s;
      }
      const at = line * next + k * stride;
      result.re[at] = a;
      result.im[at] = b;
    }
  return result;
}
