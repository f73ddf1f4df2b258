/** @file Colours as CIE L*a*b* (D65) and their difference Delta E 2000, as expressions. */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { and, equal, greaterEqual, less, lessEqual, or, where } from '../tensor/ops/compare.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { slice } from '../tensor/ops/slice.ts';
import { abs, atan, cos, exp, sin, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { rootFromZero } from './picture.ts';

/** Linear sRGB to XYZ (IEC 61966-2-1), row by row. */
export const toXyz: readonly (readonly number[])[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];

/** The same over the white point, the sums of its rows, so that greys have no colour at all. */
const toWhite = toXyz.flatMap((row) => row.map((v) => v / row.reduce((sum, w) => sum + w, 0)));

/** Where the cube root gives way to a line, and the line. */
const [bend, slope, offset] = [(6 / 29) ** 3, 29 ** 2 / (3 * 6 ** 2), 4 / 29];

/** Light of sRGB values. */
export function linear(srgb: Tensor): Tensor {
  const curved = pow(div(add(maximum(srgb, 0.04045), 0.055), 1.055), 2.4);
  return where(lessEqual(srgb, 0.04045), div(srgb, 12.92), curved);
}

/** The three channels of [N, 3, H, W], each [N, 1, H, W]. */
function channels(x: Tensor): [Tensor, Tensor, Tensor] {
  return [0, 1, 2].map((i) => slice(x, { axes: [1], starts: [i], ends: [i + 1] })) as [Tensor, Tensor, Tensor];
}

/** L* (0 to 100), a* and b*, [N, 1, H, W] each, of sRGB pictures [N, 3, H, W] in [0, 1]. */
export function labOf(x: Tensor): Lab {
  const xyz = conv(linear(x), constant(toWhite, [3, 3, 1, 1], x.dtype));
  const f = where(lessEqual(xyz, bend), add(mul(xyz, slope), offset), pow(maximum(xyz, bend), 1 / 3));
  const [fx, fy, fz] = channels(f);
  return { l: sub(mul(fy, 116), 16), a: mul(sub(fx, fy), 500), b: mul(sub(fy, fz), 200) };
}

/** A colour in CIE L*a*b*. */
export interface Lab {
  readonly l: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
}

/** Chroma below this has no hue. */
const tiny = 1e-6;

const lengthOf = (a: Tensor, b: Tensor) => rootFromZero(add(square(a), square(b)));

/** Angle of (a, b) of length c in degrees, from 0 up to 360. */
function hue(a: Tensor, b: Tensor, c: Tensor): Tensor {
  // Half the angle to the nearer end of the a axis; its tangent is b over what is at least c.
  const near = mul(atan(div(b, maximum(add(c, abs(a)), tiny))), 360 / Math.PI);
  const turned = sub(where(less(b, 0), constant(-180, [], b.dtype), constant(180, [], b.dtype)), near);
  const angle = where(greaterEqual(a, 0), near, turned);
  return where(less(angle, 0), add(angle, 360), angle);
}

/** sqrt(c^7 / (c^7 + 25^7)). */
function saturation(c: Tensor): Tensor {
  const ratio = div(c, 25);
  return div(pow(ratio, 3.5), sqrt(add(pow(ratio, 7), 1)));
}

const cosine = (degrees: Tensor) => cos(mul(degrees, Math.PI / 180));

/**
 * Delta E 2000 of two colours (Sharma, Wu and Dalal 2005), all weights 1. The signed hue difference comes from the cross and the dot product
 * of both chroma vectors, which has slopes where colours are equal or have none.
 */
export function deltaE2000(one: Lab, two: Lab): Tensor {
  const meanChroma = mul(add(lengthOf(one.a, one.b), lengthOf(two.a, two.b)), 0.5);
  const stretch = add(1, mul(sub(1, saturation(meanChroma)), 0.5));
  const [a1, a2] = [mul(one.a, stretch), mul(two.a, stretch)];
  const [c1, c2] = [lengthOf(a1, one.b), lengthOf(a2, two.b)];
  const [h1, h2] = [hue(a1, one.b, c1), hue(a2, two.b, c2)];
  const c = mul(add(c1, c2), 0.5);
  const product = mul(c1, c2);
  const cross = sub(mul(a1, two.b), mul(a2, one.b));
  const dot = add(mul(a1, a2), mul(one.b, two.b));
  // 2 sqrt(c1 c2) sin(dh / 2), written for small and for large angles.
  const small = div(cross, sqrt(maximum(mul(add(product, maximum(dot, 0)), 0.5), tiny * tiny)));
  const large = rootFromZero(mul(sub(product, dot), 2));
  // Hues that lie exactly opposite are told apart by their angles: either way round is as short.
  const isBackwards = or(less(cross, 0), and(equal(cross, 0), less(h2, h1)));
  const deltaH = where(greaterEqual(dot, 0), small, where(isBackwards, mul(large, -1), large));
  const apart = abs(sub(h1, h2));
  const mean = mul(add(h1, h2), 0.5);
  // Where the shorter way between two hues goes over 0 degrees, their mean lies opposite.
  const opposite = where(less(mean, 180), add(mean, 180), sub(mean, 180));
  const h = where(lessEqual(apart, 180 + 1e-9), mean, opposite);
  const t = add(
    add(sub(1, mul(cosine(sub(h, 30)), 0.17)), mul(cosine(mul(h, 2)), 0.24)),
    sub(mul(cosine(add(mul(h, 3), 6)), 0.32), mul(cosine(sub(mul(h, 4), 63)), 0.2)),
  );
  const l = square(sub(mul(add(one.l, two.l), 0.5), 50));
  const ofL = div(sub(two.l, one.l), add(1, div(mul(l, 0.015), sqrt(add(l, 20)))));
  const ofC = div(sub(c2, c1), add(1, mul(c, 0.045)));
  const ofH = div(deltaH, add(1, mul(mul(c, t), 0.015)));
  const turn = mul(exp(mul(square(div(sub(h, 275), 25)), -1)), 30);
  const rotation = mul(mul(sin(mul(turn, Math.PI / 90)), saturation(c)), -2);
  const sum = add(add(square(ofL), square(ofC)), add(square(ofH), mul(rotation, mul(ofC, ofH))));
  return rootFromZero(sum);
}
