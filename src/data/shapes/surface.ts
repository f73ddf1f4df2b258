/** @file Colours and textures of things: two colours mixed by a pattern of the place. */
import type { RandomStream } from '../../random/random-stream.ts';
import type { Vec3 } from './vector.ts';

/** A colour at each place; the place's units are about the size of an object. */
export type Surface = (x: number, y: number, z: number) => Vec3;

function between(random: RandomStream, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** A colour from hue, saturation and lightness, each from 0 to 1. */
export function colour(hue: number, saturation: number, lightness: number): Vec3 {
  const channel = (shift: number) => {
    const k = (shift + hue * 12) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

/** A random colour whose lightness lies in a range. */
export function randomColour(random: RandomStream, darkest: number, lightest: number): Vec3 {
  return colour(random.uniform(), between(random, 0.25, 0.9), between(random, darkest, lightest));
}

function mixed(a: Vec3, b: Vec3, t: number): Vec3 {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

/** Random numbers on a lattice, blended smoothly between its points (Perlin's value noise), 0 to 1. */
function valueNoise(random: RandomStream): (x: number, y: number, z: number) => number {
  const table = Float64Array.from({ length: 256 }, () => random.uniform());
  const at = (x: number, y: number, z: number) => table[(x * 71 + y * 113 + z * 199) & 255]!;
  const smooth = (t: number) => t * t * (3 - 2 * t);
  return (x, y, z) => {
    const [ix, iy, iz] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [fx, fy, fz] = [smooth(x - ix), smooth(y - iy), smooth(z - iz)];
    const row = (dy: number, dz: number) => {
      const left = at(ix, iy + dy, iz + dz);
      return left + fx * (at(ix + 1, iy + dy, iz + dz) - left);
    };
    const plane = (dz: number) => {
      const top = row(0, dz);
      return top + fy * (row(1, dz) - top);
    };
    const front = plane(0);
    return front + fz * (plane(1) - front);
  };
}

/** A surface of two colours near each other: plain, striped, checked, mottled or shaded across. */
export function randomSurface(random: RandomStream, darkest: number, lightest: number): Surface {
  const a = randomColour(random, darkest, lightest);
  const b = mixed(a, randomColour(random, darkest, lightest), between(random, 0.3, 0.8));
  const kind = Math.floor(5 * random.uniform());
  const scale = between(random, 1.2, 3);
  const angle = 2 * Math.PI * random.uniform();
  const [dx, dy, dz] = [Math.cos(angle), Math.sin(angle), between(random, -1, 1)];
  const phase = random.uniform();
  const along = (x: number, y: number, z: number) => dx * x + dy * y + dz * z;
  switch (kind) {
    case 0:
      return () => a;
    case 1:
      return (x, y, z) => mixed(a, b, 0.5 + 0.5 * Math.sin(2 * Math.PI * (scale * along(x, y, z) + phase)));
    case 2: {
      const cell = (v: number) => Math.floor(scale * v + phase);
      return (x, y, z) => ((cell(x) + cell(y) + cell(z)) & 1 ? a : b);
    }
    case 3: {
      const noise = valueNoise(random);
      return (x, y, z) => mixed(a, b, noise(scale * (x + 5), scale * (y + 5), scale * (z + 5)));
    }
    default:
      return (x, y, z) => mixed(a, b, Math.min(1, Math.max(0, 0.5 + 0.5 * along(x, y, z))));
  }
}
