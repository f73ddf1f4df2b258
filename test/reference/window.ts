/** @file Convolution and pooling as loops over output positions and window elements, straight from their definitions. */
import type { HostTensor } from '../../src/tensor/host.ts';
import type { Attrs } from '../../src/tensor/op.ts';
import { forEachIndex } from '../../src/tensor/ops/indexing.ts';
import { type Shape, sizeOf } from '../../src/tensor/shape.ts';
import type { Reference } from './types.ts';

interface Geometry {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

function at(x: HostTensor, index: readonly number[]): number {
  let flat = 0;
  for (let axis = 0; axis < index.length; axis++) {
    if (index[axis]! < 0 || index[axis]! >= x.shape[axis]!) return Number.NaN;
    flat = flat * x.shape[axis]! + index[axis]!;
  }
  return x.data[flat]!;
}

/** Calls `visit` with the input position of each window element, whether inside the input or not. */
function forEachTap(
  kernel: Shape,
  output: readonly number[],
  { strides, pads, dilations }: Geometry,
  visit: (position: number[], tap: readonly number[]) => void,
) {
  forEachIndex(kernel, (tap) =>
    visit(
      tap.map((t, i) => output[i]! * strides[i]! - pads[i]! + t * dilations[i]!),
      [...tap],
    ),
  );
}

const conv: Reference = ([x, w, b], attrs, [spec]) => {
  const geometry = attrs as unknown as Geometry & { group: number };
  const y = new Float64Array(sizeOf(spec!.shape));
  const channels = w!.shape[1]!;
  const perGroup = w!.shape[0]! / geometry.group;
  forEachIndex(spec!.shape, ([n, k, ...output], flat) => {
    let sum = b?.data[k!] ?? 0;
    for (let c = 0; c < channels; c++) {
      forEachTap(w!.shape.slice(2), output, geometry, (position, tap) => {
        const value = at(x!, [n!, Math.floor(k! / perGroup) * channels + c, ...position]);
        if (!Number.isNaN(value)) sum += value * at(w!, [k!, c, ...tap]);
      });
    }
    y[flat] = sum;
  });
  return y;
};

const convTranspose: Reference = ([x, w, b], attrs, [spec]) => {
  const { strides, pads, dilations, group } = attrs as unknown as Geometry & { group: number };
  const { shape } = spec!;
  const y = new Float64Array(sizeOf(shape));
  const kPerGroup = w!.shape[1]!;
  const cPerGroup = w!.shape[0]! / group;
  forEachIndex(x!.shape, ([n, c, ...from], flat) => {
    forEachIndex(w!.shape.slice(1), ([k, ...tap]) => {
      const to = tap.map((t, i) => from[i]! * strides[i]! - pads[i]! + t * dilations[i]!);
      if (to.some((p, i) => p < 0 || p >= shape[i + 2]!)) return;
      const index = [n!, Math.floor(c! / cPerGroup) * kPerGroup + k!, ...to];
      y[index.reduce((position, i, axis) => position * shape[axis]! + i, 0)]! +=
        x!.data[flat]! * at(w!, [c!, k!, ...tap]);
    });
  });
  if (b !== undefined) {
    forEachIndex(shape, ([, k], flat) => {
      y[flat]! += b.data[k!]!;
    });
  }
  return y;
};

function poolGeometry(attrs: Attrs) {
  return attrs as unknown as Geometry & { kernel: Shape; countIncludePad?: boolean; columnMajor?: boolean };
}

/** For each window the input position of its first maximum. */
function maxima(x: HostTensor, attrs: Attrs, shape: Shape): number[][] {
  const geometry = poolGeometry(attrs);
  const result: number[][] = [];
  forEachIndex(shape, ([n, c, ...output]) => {
    let best: number[] = [];
    let value = Number.NEGATIVE_INFINITY;
    forEachTap(geometry.kernel, output, geometry, (position) => {
      const candidate = at(x, [n!, c!, ...position]);
      if (candidate > value) [best, value] = [[n!, c!, ...position], candidate];
    });
    result.push(best);
  });
  return result;
}

function flatten(index: readonly number[], shape: Shape): number {
  return index.reduce((position, i, axis) => position * shape[axis]! + i, 0);
}

const maxPool: Reference = ([x], attrs, [spec]) => maxima(x!, attrs, spec!.shape).map((index) => at(x!, index));

function pooled(x: HostTensor, attrs: Attrs): number[] {
  const { kernel, strides, pads, dilations, ceilMode } = attrs as unknown as Geometry & {
    kernel: Shape;
    ceilMode: boolean;
  };
  const rank = kernel.length;
  return [
    ...x.shape.slice(0, 2),
    ...kernel.map((k, i) => {
      const steps = (x.shape[i + 2]! + pads[i]! + pads[i + rank]! - (k - 1) * dilations[i]! - 1) / strides[i]!;
      const count = ceilMode ? Math.ceil(steps) + 1 : Math.floor(steps) + 1;
      return ceilMode && (count - 1) * strides[i]! >= x.shape[i + 2]! + pads[i]! ? count - 1 : count;
    }),
  ];
}

const maxPoolGrad: Reference = ([dy, x], attrs) => {
  const dx = new Float64Array(x!.data.length);
  maxima(x!, attrs, pooled(x!, attrs)).forEach((index, i) => {
    dx[flatten(index, x!.shape)]! += dy!.data[i]!;
  });
  return dx;
};

const maxPoolTake: Reference = ([v, x], attrs) => maxima(x!, attrs, pooled(x!, attrs)).map((index) => at(v!, index));

const maxPoolWithIndices: Reference = ([x], attrs, [spec]) => {
  const places = maxima(x!, attrs, spec!.shape);
  const order = (index: readonly number[]) =>
    poolGeometry(attrs).columnMajor
      ? flatten(
          [index[0]!, index[1]!, ...index.slice(2).reverse()],
          [x!.shape[0]!, x!.shape[1]!, ...x!.shape.slice(2).reverse()],
        )
      : flatten(index, x!.shape);
  return [places.map((index) => at(x!, index)), places.map(order)];
};

const averagePool: Reference = ([x], attrs, [spec]) => {
  const geometry = poolGeometry(attrs);
  const rank = geometry.kernel.length;
  const y = new Float64Array(sizeOf(spec!.shape));
  forEachIndex(spec!.shape, ([n, c, ...output], flat) => {
    let sum = 0;
    let count = 0;
    forEachTap(geometry.kernel, output, geometry, (position) => {
      const value = at(x!, [n!, c!, ...position]);
      const inPad = position.every(
        (p, i) => p >= -geometry.pads[i]! && p < x!.shape[i + 2]! + geometry.pads[i + rank]!,
      );
      if (!Number.isNaN(value)) sum += value;
      if (!Number.isNaN(value) || (geometry.countIncludePad && inPad)) count++;
    });
    y[flat] = sum / count;
  });
  return y;
};

const globalAveragePool: Reference = ([x]) => {
  const area = sizeOf(x!.shape.slice(2));
  return Array.from(
    { length: x!.data.length / area },
    (_, i) => x!.data.slice(i * area, (i + 1) * area).reduce((sum, v) => sum + v, 0) / area,
  );
};

const upsampleNearest: Reference = ([x], attrs, [spec]) => {
  const y = new Float64Array(sizeOf(spec!.shape));
  const factors = attrs.factors as readonly number[];
  forEachIndex(spec!.shape, ([n, c, ...output], flat) => {
    y[flat] = at(x!, [n!, c!, ...output.map((o, i) => Math.floor(o / factors[i]!))]);
  });
  return y;
};

const depthToSpace: Reference = ([x], attrs, [spec]) => {
  const block = attrs.block as number;
  const y = new Float64Array(sizeOf(spec!.shape));
  forEachIndex(spec!.shape, ([n, c, h, w], flat) => {
    const within = (h! % block) * block + (w! % block);
    const channel = attrs.mode === 'DCR' ? within * spec!.shape[1]! + c! : c! * block * block + within;
    y[flat] = at(x!, [n!, channel, Math.floor(h! / block), Math.floor(w! / block)]);
  });
  return y;
};

export const references: Readonly<Record<string, Reference>> = {
  conv,
  convTranspose,
  maxPool,
  maxPoolGrad,
  maxPoolTake,
  maxPoolWithIndices,
  averagePool,
  globalAveragePool,
  upsampleNearest,
  depthToSpace,
};
