/** @file Sampling a picture at given places, differentiable in the picture and in the places. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { sizeOf, stridesOf } from '../shape.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { add, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { expand } from './expand.ts';
import { clip, floor, mod, round } from './extrema.ts';
import { gatherElements } from './gather.ts';
import { matmul } from './matmul.ts';
import { reshape } from './reshape.ts';
import { take } from './slice.ts';
import { step, stepBelow } from './step.ts';
import { transpose } from './transpose.ts';
import { abs } from './unary.ts';

/** How samples outside the picture are taken: as zeros, from the edge, or mirrored. */
export type GridPadding = 'zeros' | 'border' | 'reflection';

interface GridSampleAttrs extends Attrs {
  readonly mode: 'linear' | 'nearest' | 'cubic';
  readonly padding: GridPadding;
  readonly alignCorners: boolean;
}

/** Options of `gridSample`. */
export interface GridSampleOptions {
  readonly mode?: 'linear' | 'nearest' | 'cubic';
  readonly padding?: GridPadding;
  /** Whether -1 and 1 are the centres of the corner pixels or their outer edges. */
  readonly alignCorners?: boolean;
}

const sampleGrid = {
  shape: [1, 2, 3, 2],
  values: [-0.83, -0.31, 0.12, 0.45, 0.71, 0.91, -1.33, 0.21, 0.34, -0.63, 1.23, 1.17],
} as const;

export const gridSampleOp: Op<GridSampleAttrs> = defineOp<GridSampleAttrs>({
  name: 'gridSample',
  infer: ([x, grid]) => {
    const rank = x!.shape.length - 2;
    if (grid!.shape.length !== rank + 2 || grid!.shape.at(-1) !== rank || grid!.shape[0] !== x!.shape[0]) {
      throw new TypeError(
        `gridSample expects a grid [${x!.shape[0]}, …, ${rank}] for [${x!.shape.join(', ')}], got [${grid!.shape.join(', ')}].`,
      );
    }
    return { shape: [...x!.shape.slice(0, 2), ...grid!.shape.slice(1, -1)], dtype: x!.dtype };
  },
  gradient: 'decomposed',
  decompose: ([x, grid], attrs) => sampleByGathers(x!, grid!, attrs),
  decomposeOn: (device, [x]) => device === 'webgpu' && x!.shape.length !== 4,
  lower: ({ e, inputs, attrs: { mode, padding, alignCorners } }) =>
    e.node('GridSample', inputs, { mode, padding_mode: padding, align_corners: Number(alignCorners) }),
  samples: (['linear', 'cubic', 'nearest'] as const).flatMap((mode) =>
    (['zeros', 'border', 'reflection'] as const).map((padding, i) => ({
      name: `${mode}, ${padding}`,
      inputs: [{ shape: [1, 2, 4, 5] }, { ...sampleGrid, fixed: mode === 'nearest' }],
      attrs: { mode, padding, alignCorners: i === 1 },
      tolerance: 1e-4,
    })),
  ) as unknown as Op['samples'],
});

/** x [N, C, H, W] (or [N, C, D, H, W]) at the places of `grid` [N, …, 2 or 3], (x, y, z) from -1 to 1. */
export function gridSample(
  x: Tensor,
  grid: Tensor,
  { mode = 'linear', padding = 'zeros', alignCorners = false }: GridSampleOptions = {},
): Tensor {
  return apply(gridSampleOp, [x, grid], { mode, padding, alignCorners });
}

/** One axis of the sampling: positions that are read and their weights, [N, P] each. */
interface AxisTaps {
  readonly position: Tensor;
  readonly weight: Tensor;
}

function sampleByGathers(x: Tensor, grid: Tensor, { mode, padding, alignCorners }: GridSampleAttrs): Tensor {
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  const rank = spatial.length;
  const points = sizeOf(grid.shape.slice(1, -1));
  const coordinates = reshape(grid, [n, points, rank]);
  const taps = spatial.map((size, axis): AxisTaps[] => {
    const unit = take(coordinates, rank - 1 - axis, 2);
    const t = alignCorners ? mul(add(unit, 1), (size - 1) / 2) : sub(mul(add(unit, 1), size / 2), 0.5);
    const keep = (p: Tensor) =>
      padding === 'reflection' ? reflect(p, size, alignCorners) : padding === 'border' ? clip(p, 0, size - 1) : p;
    return axisTaps(mode, mode === 'cubic' ? t : keep(t), size, mode === 'cubic' ? keep : (p) => p);
  });
  const strides = stridesOf(spatial);
  const flat = reshape(x, [n, c, sizeOf(spatial)]);
  const combinations = taps.reduce<AxisTaps[][]>(
    (list, axis) => list.flatMap((head) => axis.map((tap) => [...head, tap])),
    [[]],
  );
  const terms = combinations.map((corner) => {
    const weight = corner.map((tap) => tap.weight).reduce((product, w) => mul(product, w));
    const index = corner.map((tap, axis) => mul(tap.position, strides[axis]!)).reduce((sum, i) => add(sum, i));
    const picks = expand(reshape(cast(index, 'int64'), [n, 1, points]), [n, c, points]);
    return mul(gatherElements(flat, picks, 2), reshape(weight, [n, 1, points]));
  });
  return reshape(
    terms.reduce((sum, term) => add(sum, term)),
    [n, c, ...grid.shape.slice(1, -1)],
  );
}

function axisTaps(mode: GridSampleAttrs['mode'], t: Tensor, size: number, keep: (p: Tensor) => Tensor): AxisTaps[] {
  const tap = (position: Tensor, weight: Tensor): AxisTaps => {
    const kept = keep(position);
    const inside = mul(step(kept, -0.5), stepBelow(kept, size - 0.5));
    return { position: clip(kept, 0, size - 1), weight: mul(weight, inside) };
  };
  if (mode === 'nearest') {
    const position = round(t);
    return [tap(position, add(mul(position, 0), 1))];
  }
  const low = floor(t);
  const f = sub(t, low);
  if (mode === 'linear') return [tap(low, sub(1, f)), tap(add(low, 1), f)];
  const a = -0.75;
  const near = (s: Tensor) => add(mul(mul(sub(mul(s, a + 2), a + 3), s), s), 1);
  const far = (s: Tensor) => mul(sub(mul(add(mul(sub(s, 5), s), 8), s), 4), a);
  const g = sub(1, f);
  return [
    tap(sub(low, 1), far(add(f, 1))),
    tap(low, near(f)),
    tap(add(low, 1), near(g)),
    tap(add(low, 2), far(add(g, 1))),
  ];
}

/** Positions folded back into the picture at its border pixels' centres or outer edges. */
function reflect(p: Tensor, size: number, alignCorners: boolean): Tensor {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return mul(p, 0);
  const folded = mod(abs(sub(p, low)), constant(2 * span, [], p.dtype), { truncated: true });
  return clip(add(sub(span, abs(sub(folded, span))), low), 0, size - 1);
}

/** Sampling places of affine maps `theta` [N, 2, 3] (or [N, 3, 4]) for an output of the given spatial size. */
export function affineGrid(theta: Tensor, spatial: readonly number[], alignCorners = false): Tensor {
  const rank = spatial.length;
  const points: number[] = [];
  const count = sizeOf(spatial);
  const strides = stridesOf(spatial);
  for (let flat = 0; flat < count; flat++) {
    for (let k = rank - 1; k >= 0; k--) {
      const [size, i] = [spatial[k]!, Math.floor(flat / strides[k]!) % spatial[k]!];
      points.push(alignCorners ? (size > 1 ? (2 * i) / (size - 1) - 1 : 0) : (2 * i + 1) / size - 1);
    }
    points.push(1);
  }
  const base = constant(points, [count, rank + 1], theta.dtype);
  return reshape(matmul(base, transpose(theta, [0, 2, 1])), [theta.shape[0]!, ...spatial, rank]);
}
