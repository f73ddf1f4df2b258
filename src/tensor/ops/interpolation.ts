/** @file Interpolation matrices of ONNX Resize: which input elements make up each output element along one axis. */

/** Where an output position lies among the input's. */
export type CoordinateTransformation =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'asymmetric'
  | 'align_corners'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';

/** What ONNX Resize lets one choose, under its own names. */
export interface InterpolationOptions {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates?: CoordinateTransformation;
  readonly nearest?: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  readonly cubicCoefficient?: number;
  readonly excludeOutside?: boolean;
  readonly antialias?: boolean;
}

/** One axis of a resampling: a row of weights per output element, and which outputs lie outside the input. */
export interface InterpolationMatrix {
  readonly rows: readonly Float64Array[];
  readonly outside: readonly boolean[];
}

/** The matrix that resamples an axis from `size` to `out` elements. */
export function interpolationMatrix(
  size: number,
  out: number,
  options: InterpolationOptions & { readonly scale: number; readonly roi?: readonly [number, number] },
): InterpolationMatrix {
  const {
    mode,
    coordinates = 'half_pixel',
    nearest = 'round_prefer_floor',
    cubicCoefficient = -0.75,
    excludeOutside = false,
    antialias = false,
    scale,
    roi = [0, 1],
  } = options;
  const outside: boolean[] = [];
  const rows = Array.from({ length: out }, (_, o) => {
    const row = new Float64Array(size);
    const x = sourceCoordinate(o, size, out, scale, coordinates, roi);
    outside.push(coordinates === 'tf_crop_and_resize' && (x < 0 || x > size - 1));
    if (mode === 'nearest') {
      row[clamp(pickNearest(x, nearest), size)] = 1;
      return row;
    }
    const kernel = mode === 'linear' ? triangle : (t: number) => cubic(t, cubicCoefficient);
    const shrink = antialias ? Math.min(1, scale) : 1;
    const reach = (mode === 'linear' ? 1 : 2) / shrink;
    const first = Math.ceil(x - reach);
    let total = 0;
    for (let i = first; i <= Math.floor(x + reach); i++) {
      const inside = i >= 0 && i < size;
      if (!inside && excludeOutside) continue;
      const weight = kernel((i - x) * shrink);
      row[clamp(i, size)]! += weight;
      total += weight;
    }
    return total === 0 ? row : row.map((weight) => weight / total);
  });
  return { rows, outside };
}

function sourceCoordinate(
  o: number,
  size: number,
  out: number,
  scale: number,
  how: CoordinateTransformation,
  [start, end]: readonly [number, number],
): number {
  switch (how) {
    case 'half_pixel':
      return (o + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = out / (scale * size);
      return (size / 2) * (1 - adjustment) + (o + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return out > 1 ? (o + 0.5) / scale - 0.5 : 0;
    case 'asymmetric':
      return o / scale;
    case 'align_corners':
      return out > 1 ? (o * (size - 1)) / (out - 1) : 0;
    case 'tf_half_pixel_for_nn':
      return (o + 0.5) / scale;
    case 'tf_crop_and_resize':
      return out > 1
        ? start * (size - 1) + (o * (end - start) * (size - 1)) / (out - 1)
        : 0.5 * (start + end) * (size - 1);
  }
}

function pickNearest(x: number, how: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil'): number {
  switch (how) {
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_ceil':
      return Math.round(x);
    case 'round_prefer_floor':
      return x === Math.floor(x) + 0.5 ? Math.floor(x) : Math.round(x);
  }
}

function clamp(i: number, size: number): number {
  return Math.min(size - 1, Math.max(0, i));
}

/** Linear interpolation's kernel. */
function triangle(t: number): number {
  return Math.max(0, 1 - Math.abs(t));
}

/** Keys's cubic convolution kernel (1981). */
function cubic(t: number, a: number): number {
  const s = Math.abs(t);
  if (s < 1) return ((a + 2) * s - (a + 3)) * s * s + 1;
  return s < 2 ? (((s - 5) * s + 8) * s - 4) * a : 0;
}
