/** @file Moving blocks of channels into space and back, tiling, and adding or dropping axes of size 1. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { normalizeAxis, sizeOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { expand } from './expand.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

interface BlockAttrs extends Attrs {
  readonly block: number;
  readonly mode: 'DCR' | 'CRD';
}

export const depthToSpaceOp: Op<BlockAttrs> = defineOp<BlockAttrs>({
  name: 'depthToSpace',
  infer: ([x], { block }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    if (c % block ** 2 !== 0)
      throw new TypeError(`depthToSpace: ${c} channels do not split into blocks of ${block} x ${block}.`);
    return { shape: [n, c / block ** 2, h * block, w * block], dtype: x!.dtype };
  },
  gradient: [({ dy, attrs: { block, mode } }) => spaceToDepth(dy, block, mode)],
  lower: ({ e, inputs, attrs: { block, mode } }) => e.node('DepthToSpace', inputs, { blocksize: block, mode }),
  decompose: ([x], { block, mode }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const k = c / block ** 2;
    const split = reshape(x!, mode === 'DCR' ? [n, block, block, k, h, w] : [n, k, block, block, h, w]);
    return reshape(transpose(split, mode === 'DCR' ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), [
      n,
      k,
      h * block,
      w * block,
    ]);
  },
  samples: [
    { inputs: [{ shape: [2, 8, 2, 3] }], attrs: { block: 2, mode: 'DCR' } },
    { name: 'channel first', inputs: [{ shape: [1, 9, 2, 2] }], attrs: { block: 3, mode: 'CRD' } },
  ],
});

/** [N, C b², H, W] to [N, C, H b, W b]; the block index is the outer (DCR) or inner (CRD) part of the channel. */
export function depthToSpace(x: Tensor, block: number, mode: 'DCR' | 'CRD' = 'DCR'): Tensor {
  return apply(depthToSpaceOp, [x], { block, mode });
}

/** [N, C, H b, W b] to [N, C b², H, W], the inverse of `depthToSpace`. */
export function spaceToDepth(x: Tensor, block: number, mode: 'DCR' | 'CRD' = 'DCR'): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const split = reshape(x, [n, c, h / block, block, w / block, block]);
  return reshape(transpose(split, mode === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]), [
    n,
    c * block ** 2,
    h / block,
    w / block,
  ]);
}

/** x repeated whole along each axis. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  const column = reshape(
    x,
    x.shape.flatMap((size) => [1, size]),
  );
  const repeated = expand(
    column,
    x.shape.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return reshape(
    repeated,
    x.shape.map((size, axis) => size * repeats[axis]!),
  );
}

/** x without the given axes of size 1; without all of them unless axes are given. */
export function squeeze(x: Tensor, axes?: readonly number[]): Tensor {
  const dropped = (axes ?? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []))).map((axis) =>
    normalizeAxis(axis, x.shape.length),
  );
  const kept = dropped.find((axis) => x.shape[axis] !== 1);
  if (kept !== undefined) throw new RangeError(`squeeze: axis ${kept} has size ${x.shape[kept]}, not 1.`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !dropped.includes(axis)),
  );
}

/** x with axes of size 1 put where the result has the given axes. */
export function unsqueeze(x: Tensor, axes: readonly number[]): Tensor {
  const rank = x.shape.length + axes.length;
  const added = axes.map((axis) => normalizeAxis(axis, rank));
  const sizes = x.shape.values();
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : sizes.next().value!)),
  );
}

/** x as a matrix: the axes before `axis`, and the others. */
export function flatten(x: Tensor, axis = 1): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
}
