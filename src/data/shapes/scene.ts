/** @file A random scene of one class: object, pose, light, surfaces, what lies behind and before it. */
import type { RandomStream } from '../../random/random-stream.ts';
import { outlines } from './outlines.ts';
import { solids } from './solids.ts';
import { randomColour, randomSurface, type Surface } from './surface.ts';
import { normalize, type Rotation, rotation, type Vec3 } from './vector.ts';

/** Names of the classes: five solids, five flat shapes. */
export const shapeNames = [...Object.keys(solids), ...Object.keys(outlines)] as readonly (
  | keyof typeof solids
  | keyof typeof outlines
)[];

/** A disc or a bar of one colour. */
export interface Fragment {
  readonly x: number;
  readonly y: number;
  /** Half length along its axis, and half width; a disc has no length. */
  readonly length: number;
  readonly width: number;
  readonly angle: number;
  readonly colour: Vec3;
}

/** Everything that a picture shows. The picture spans -1 to 1 in x (to the right) and y (upwards). */
export interface Scene {
  readonly shape: (typeof shapeNames)[number];
  readonly x: number;
  readonly y: number;
  /** Size of the object's unit. */
  readonly radius: number;
  readonly rotation: Rotation;
  /** For flat shapes: half the width of the drawn line; undefined where the shape is filled. */
  readonly stroke: number | undefined;
  readonly surface: Surface;
  readonly light: Vec3;
  readonly ambient: number;
  readonly shine: number;
  readonly background: Surface;
  readonly behind: readonly Fragment[];
  readonly before: readonly Fragment[];
  readonly shadow: number;
  /** Deviation of the sensor's noise. */
  readonly noise: number;
  /** Factor of all values, per channel. */
  readonly tint: Vec3;
}

/** A scene that the stream decides. */
export function randomScene(shape: Scene['shape'], random: RandomStream): Scene {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const radius = between(0.5, 0.82);
  const room = Math.max(0.05, 0.95 - radius);
  const [x, y] = [between(-room, room), between(-room, room)];
  // Light objects on dark grounds and the reverse, so that no class is known by its brightness.
  const isLight = random.uniform() < 0.5;
  const surface = isLight ? randomSurface(random, 0.5, 0.8) : randomSurface(random, 0.25, 0.5);
  const background = isLight ? randomSurface(random, 0.12, 0.45) : randomSurface(random, 0.55, 0.92);
  const isFlat = shape in outlines;
  const stroke = isFlat && random.uniform() < 0.5 ? between(0.1, 0.17) : undefined;
  const sign = random.uniform() < 0.5 ? -1 : 1;
  const fragment = (size: number): Fragment => ({
    x: between(-1.1, 1.1),
    y: between(-1.1, 1.1),
    length: random.uniform() < 0.5 ? 0 : between(0.2, 0.6),
    width: between(0.4, 1) * size,
    angle: between(0, Math.PI),
    colour: randomColour(random, 0.15, 0.85),
  });
  const light = normalize([between(-1, 1), between(0.2, 1), between(0.5, 1.2)]);
  const behind = Array.from({ length: Math.floor(between(0, 4)) }, () => fragment(0.16));
  const hasOccluder = random.uniform() < 0.35;
  const angle = between(0, 2 * Math.PI);
  const occluder: Fragment = {
    ...fragment(0.16),
    x: x + radius * 0.75 * Math.cos(angle),
    y: y + radius * 0.75 * Math.sin(angle),
  };
  return {
    shape,
    x,
    y,
    radius,
    rotation: poseOf(shape, between, sign),
    stroke,
    surface,
    light,
    ambient: between(0.35, 0.5),
    shine: between(0, 0.5),
    background,
    behind,
    before: hasOccluder ? [occluder] : [],
    shadow: between(0.2, 0.5),
    noise: between(0.004, 0.02),
    tint: [between(0.9, 1.08), between(0.9, 1.08), between(0.9, 1.08)],
  };
}

/** Poses from which each solid can be told: a cone seen from its tip would be a disc. */
function poseOf(shape: Scene['shape'], between: (low: number, high: number) => number, sign: number): Rotation {
  const roll = between(0, 2 * Math.PI);
  switch (shape) {
    case 'cube':
      return rotation(between(0.35, 1.2), sign * between(0.35, 0.9), roll);
    case 'cone':
    case 'cylinder':
      return rotation(between(0, 2 * Math.PI), sign * between(0.15, 0.75), roll);
    case 'ring':
      return rotation(between(0, 2 * Math.PI), sign * between(0, 0.95), roll);
    case 'ball':
      return rotation(between(0, 2 * Math.PI), between(0, 2 * Math.PI), roll);
    default:
      return rotation(sign * between(0, 0.5), between(-0.5, 0.5), roll);
  }
}
