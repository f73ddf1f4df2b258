/** @file Draws a scene: the ground, what lies behind, a shadow, the lit object, what lies before it. */
import type { RandomStream } from '../../random/random-stream.ts';
import { outlines } from './outlines.ts';
import type { Fragment, Scene } from './scene.ts';
import { solids } from './solids.ts';
import { dot, normalize, rotate, rotateBack, type Vec3 } from './vector.ts';

/** Samples along each side of a pixel. */
const supersampling = 2;

/** A scene as bytes [3, size, size]. The stream gives the sensor's noise. */
export function renderScene(scene: Scene, size: number, random: RandomStream): Uint8Array {
  const area = size * size;
  const sums = new Float64Array(3 * area);
  const fine = size * supersampling;
  const object = sampleObject(scene, fine);
  // The shadow is the object's own outline, moved away from the light.
  const shift = (0.14 * fine * scene.radius) / Math.max(0.3, scene.light[2]);
  const [right, down] = [Math.round(shift * scene.light[0]), Math.round(-shift * scene.light[1])];
  const isShaded = (row: number, column: number) => {
    const [r, c] = [row + down, column + right];
    return r >= 0 && r < fine && c >= 0 && c < fine && object[r * fine + c] !== undefined;
  };
  for (let row = 0; row < fine; row++) {
    const y = 1 - (2 * row + 1) / fine;
    for (let column = 0; column < fine; column++) {
      const x = (2 * column + 1) / fine - 1;
      const c = colourAt(scene, object[row * fine + column], isShaded(row, column), x, y);
      const pixel = Math.floor(row / supersampling) * size + Math.floor(column / supersampling);
      sums[pixel]! += c[0];
      sums[area + pixel]! += c[1];
      sums[2 * area + pixel]! += c[2];
    }
  }
  const result = new Uint8Array(3 * area);
  const scale = 1 / supersampling ** 2;
  for (let i = 0; i < sums.length; i++) {
    const value = sums[i]! * scale * scene.tint[Math.floor(i / area)]! + scene.noise * random.normal();
    result[i] = Math.min(255, Math.max(0, Math.round(255 * value)));
  }
  return result;
}

/** The object's colour at each sample of a fine grid; undefined where it is not. */
function sampleObject(scene: Scene, fine: number): (Vec3 | undefined)[] {
  const { shape, x: cx, y: cy, radius } = scene;
  const reach = 1.15 * radius;
  const inside = shape in outlines ? flatObject(scene) : solidObject(scene);
  const colours = new Array<Vec3 | undefined>(fine * fine).fill(undefined);
  for (let row = 0; row < fine; row++) {
    const dy = 1 - (2 * row + 1) / fine - cy;
    for (let column = 0; column < fine; column++) {
      const dx = (2 * column + 1) / fine - 1 - cx;
      if (dx * dx + dy * dy <= reach * reach) colours[row * fine + column] = inside(dx / radius, dy / radius);
    }
  }
  return colours;
}

function colourAt(scene: Scene, object: Vec3 | undefined, isShaded: boolean, x: number, y: number): Vec3 {
  const front = scene.before.find((fragment) => covers(fragment, x, y));
  if (front !== undefined) return front.colour;
  if (object !== undefined) return object;
  const back = scene.behind.find((fragment) => covers(fragment, x, y));
  const ground = back?.colour ?? scene.background(x, y, 0);
  const factor = isShaded ? 1 - scene.shadow : 1;
  return [ground[0] * factor, ground[1] * factor, ground[2] * factor];
}

function covers({ x, y, length, width, angle }: Fragment, px: number, py: number): boolean {
  const [dx, dy] = [px - x, py - y];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const along = Math.max(0, Math.abs(c * dx + s * dy) - length);
  const across = -s * dx + c * dy;
  return along * along + across * across < width * width;
}

function lit({ light, ambient, shine }: Scene, base: Vec3, normal: Vec3): Vec3 {
  const diffuse = Math.max(0, dot(normal, light));
  const halfway = normalize([light[0], light[1], light[2] + 1]);
  const highlight = shine * Math.max(0, dot(normal, halfway)) ** 24;
  const level = ambient + (1.15 - ambient) * diffuse;
  return [base[0] * level + highlight, base[1] * level + highlight, base[2] * level + highlight];
}

/** Colour of the object where it covers a point, in units of its radius around its middle. */
type ObjectAt = (x: number, y: number) => Vec3 | undefined;

function solidObject(scene: Scene): ObjectAt {
  const solid = solids[scene.shape as keyof typeof solids];
  const direction = rotateBack(scene.rotation, [0, 0, -1]);
  return (x, y) => {
    const hit = solid(rotateBack(scene.rotation, [x, y, 4]), direction);
    if (hit === undefined) return undefined;
    return lit(scene, scene.surface(...hit.point), rotate(scene.rotation, hit.normal));
  };
}

/** Width of the rounded rim of a flat shape, and how far it leans. */
const [rim, lean] = [0.14, 0.9];

/** A thin plate with a rounded rim, tilted a little, filled or as a line. */
function flatObject(scene: Scene): ObjectAt {
  const outline = outlines[scene.shape as keyof typeof outlines];
  const [a, b, normal] = scene.rotation;
  // The plate's point above a picture point, by solving the 2 x 2 system of its two axes.
  const determinant = a[0] * b[1] - b[0] * a[1];
  const distance = (u: number, v: number) => {
    const d = outline(u, v);
    return scene.stroke === undefined ? d : Math.abs(d + scene.stroke) - scene.stroke;
  };
  const facing: Vec3 = normal[2] < 0 ? [-normal[0], -normal[1], -normal[2]] : normal;
  return (x, y) => {
    const u = (x * b[1] - y * b[0]) / determinant;
    const v = (y * a[0] - x * a[1]) / determinant;
    const d = distance(u, v);
    if (d > 0) return undefined;
    const slope = lean * Math.max(0, 1 + d / rim);
    if (slope === 0) return lit(scene, scene.surface(u, v, 0), facing);
    const step = 1e-3;
    const [du, dv] = [(distance(u + step, v) - d) / step, (distance(u, v + step) - d) / step];
    const leaning: Vec3 = [
      facing[0] + slope * (du * a[0] + dv * b[0]),
      facing[1] + slope * (du * a[1] + dv * b[1]),
      facing[2] + slope * (du * a[2] + dv * b[2]),
    ];
    return lit(scene, scene.surface(u, v, 0), normalize(leaning));
  };
}
