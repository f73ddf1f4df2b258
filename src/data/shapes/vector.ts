/** @file Small vectors and rotations for drawing. */

/** A vector of three numbers. */
export type Vec3 = readonly [number, number, number];

/** A rotation as the images of the axes: three columns. */
export type Rotation = readonly [Vec3, Vec3, Vec3];

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function normalize(v: Vec3): Vec3 {
  const length = Math.sqrt(dot(v, v)) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** Rotation by `roll` in the picture, after `pitch` about its x axis, after `yaw` about its y axis; radians. */
export function rotation(yaw: number, pitch: number, roll: number): Rotation {
  const [cy, sy, cp, sp, cr, sr] = [
    Math.cos(yaw),
    Math.sin(yaw),
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(roll),
    Math.sin(roll),
  ];
  const turn = ([x, y, z]: Vec3): Vec3 => {
    const [x1, z1] = [cy * x + sy * z, -sy * x + cy * z];
    const [y2, z2] = [cp * y - sp * z1, sp * y + cp * z1];
    return [cr * x1 - sr * y2, sr * x1 + cr * y2, z2];
  };
  return [turn([1, 0, 0]), turn([0, 1, 0]), turn([0, 0, 1])];
}

/** From the object's frame to the world's. */
export function rotate([a, b, c]: Rotation, v: Vec3): Vec3 {
  return [
    a[0] * v[0] + b[0] * v[1] + c[0] * v[2],
    a[1] * v[0] + b[1] * v[1] + c[1] * v[2],
    a[2] * v[0] + b[2] * v[1] + c[2] * v[2],
  ];
}

/** From the world's frame to the object's. */
export function rotateBack([a, b, c]: Rotation, v: Vec3): Vec3 {
  return [dot(a, v), dot(b, v), dot(c, v)];
}
