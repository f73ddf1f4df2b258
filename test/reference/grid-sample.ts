/** @file Grid sampling as loops over output points. */
import type { HostTensor } from '../../src/tensor/host.ts';
import type { Reference } from './types.ts';

function reflect(p: number, low: number, high: number): number {
  if (high === low) return 0;
  let t = p;
  while (t < low || t > high) t = t < low ? 2 * low - t : 2 * high - t;
  return t;
}

function cubic(t: number): number {
  const s = Math.abs(t);
  const a = -0.75;
  if (s <= 1) return ((a + 2) * s - (a + 3)) * s * s + 1;
  return s < 2 ? a * s ** 3 - 5 * a * s * s + 8 * a * s - 4 * a : 0;
}

function halfToEven(x: number): number {
  return Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

const gridSample: Reference = ([x, grid], attrs, [spec]) => {
  const { mode, padding, alignCorners } = attrs as { mode: string; padding: string; alignCorners: boolean };
  const [, c, h, w] = x!.shape as [number, number, number, number];
  const points = spec!.shape[2]! * spec!.shape[3]!;
  const y = new Float64Array(spec!.shape[0]! * c * points);
  const keep = (p: number, size: number) => {
    if (padding === 'border') return Math.min(size - 1, Math.max(0, p));
    if (padding === 'zeros') return p;
    return Math.min(size - 1, Math.max(0, alignCorners ? reflect(p, 0, size - 1) : reflect(p, -0.5, size - 0.5)));
  };
  const read = (source: HostTensor, n: number, k: number, row: number, column: number) => {
    const [r, q] = mode === 'cubic' ? [keep(row, h), keep(column, w)] : [row, column];
    return r < 0 || r >= h || q < 0 || q >= w ? 0 : source.data[((n * c + k) * h + r) * w + q]!;
  };
  for (let n = 0; n < spec!.shape[0]!; n++) {
    for (let p = 0; p < points; p++) {
      const place = ([0, 1] as const).map((axis) => {
        const size = axis === 0 ? w : h;
        const unit = grid!.data[(n * points + p) * 2 + axis]!;
        const t = alignCorners ? ((unit + 1) / 2) * (size - 1) : ((unit + 1) * size - 1) / 2;
        return mode === 'cubic' ? t : keep(t, size);
      }) as [number, number];
      for (let k = 0; k < c; k++) {
        let sum = 0;
        if (mode === 'nearest') {
          sum = read(x!, n, k, halfToEven(place[1]), halfToEven(place[0]));
        } else {
          const reach = mode === 'cubic' ? [-1, 0, 1, 2] : [0, 1];
          const kernel = mode === 'cubic' ? cubic : (t: number) => Math.max(0, 1 - Math.abs(t));
          for (const i of reach) {
            for (const j of reach) {
              const [row, column] = [Math.floor(place[1]) + i, Math.floor(place[0]) + j];
              sum += kernel(place[1] - row) * kernel(place[0] - column) * read(x!, n, k, row, column);
            }
          }
        }
        y[(n * c + k) * points + p] = sum;
      }
    }
  }
  return y;
};

export const references: Readonly<Record<string, Reference>> = { gridSample };
