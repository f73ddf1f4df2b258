/** @file Import of ONNX's ops that make, read and move data; on constants they fold away. */
import { hostTensor } from '../../tensor/host.ts';
import { add, mul, sub } from '../../tensor/ops/arithmetic.ts';
import { broadcastTo } from '../../tensor/ops/basic.ts';
import { cast } from '../../tensor/ops/cast.ts';
import { equal } from '../../tensor/ops/compare.ts';
import { concat, split } from '../../tensor/ops/concat.ts';
import { depthToSpace, flatten, spaceToDepth, squeeze, tile, unsqueeze } from '../../tensor/ops/depth-space.ts';
import { expand } from '../../tensor/ops/expand.ts';
import { maximum, minimum, mod } from '../../tensor/ops/extrema.ts';
import { gather, gatherElements, gatherND } from '../../tensor/ops/gather.ts';
import { pad } from '../../tensor/ops/pad.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { type ScatterReduction, scatterElements, scatterND } from '../../tensor/ops/scatter.ts';
import { flip, slice } from '../../tensor/ops/slice.ts';
import { trilu } from '../../tensor/ops/softmax.ts';
import { transpose } from '../../tensor/ops/transpose.ts';
import { broadcastShapes, normalizeAxis, sizeOf } from '../../tensor/shape.ts';
import { constant, constantOf, type Tensor } from '../../tensor/tensor.ts';
import { dtypeOf } from '../file/element-type.ts';
import { type Handler, ImportError, type NodeContext } from './node-context.ts';

const int64 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  constant(values, shape, 'int64');

function importConstant(c: NodeContext): Tensor {
  const tensor = c.tensor('value');
  if (tensor !== undefined) return tensor;
  if (c.has('value_float')) return constant(c.float('value_float', 0));
  if (c.has('value_int')) return int64([c.int('value_int', 0)], []);
  const floats = c.floats('value_floats');
  if (c.has('value_floats') && floats !== undefined) return constant(floats);
  if (c.has('value_ints')) return int64(c.ints('value_ints')!);
  throw new ImportError('a constant that is neither a tensor nor numbers is not supported');
}

function importReshape(c: NodeContext): Tensor {
  const x = c.x(0);
  const asked = c.static(1) ?? c.ints('shape')!;
  const shape = asked.map((size, axis) => (size === 0 && !c.flag('allowzero') ? x.shape[axis]! : size));
  // A file exported for one picture writes its batch of 1 into shapes; more pictures keep that axis.
  const batch = x.shape[0]!;
  const forOne = shape[0] === 1 && batch > 1 && !shape.includes(-1) && sizeOf(shape) * batch === sizeOf(x.shape);
  return reshape(x, forOne ? [batch, ...shape.slice(1)] : shape);
}

function importSlice(c: NodeContext): Tensor {
  const starts = c.static(1) ?? c.ints('starts')!;
  const ends = c.static(2) ?? c.ints('ends')!;
  const axes = c.axes(3);
  const steps = c.static(4);
  return slice(c.x(0), {
    starts,
    ends,
    ...(axes === undefined ? {} : { axes }),
    ...(steps === undefined ? {} : { steps }),
  });
}

function importSplit(c: NodeContext): Tensor[] {
  const x = c.x(0);
  const axis = normalizeAxis(c.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const parts = c.int('num_outputs', c.node.output.length);
  const chunk = Math.ceil(size / parts);
  const even = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(chunk, size - i * chunk)));
  return split(x, c.static(1) ?? c.ints('split') ?? even, axis);
}

function importPad(c: NodeContext): Tensor {
  const x = c.x(0);
  const pads = c.static(1) ?? c.ints('pads')!;
  const value = c.optional(2) === undefined ? c.float('value', 0) : c.static(2)![0]!;
  const axes = c.static(3)?.map((axis) => normalizeAxis(axis, x.shape.length)) ?? x.shape.map((_, axis) => axis);
  const amount = (offset: number) =>
    x.shape.map((_, axis) => (axes.includes(axis) ? pads[offset + axes.indexOf(axis)]! : 0));
  const mode = c.choice('mode', 'constant', ['constant', 'reflect', 'edge', 'wrap']);
  return pad(x, { begin: amount(0), end: amount(axes.length), mode, value });
}

function importTranspose(c: NodeContext): Tensor {
  const perm = c.ints('perm');
  return perm === undefined ? transpose(c.x(0)) : transpose(c.x(0), perm);
}

function importConstantOfShape(c: NodeContext): Tensor {
  const value = c.tensor('value') ?? constant(0);
  return broadcastTo(reshape(value, []), c.static(0)!);
}

function importRange(c: NodeContext): Tensor {
  const [start, limit, delta] = [0, 1, 2].map((i) => c.static(i)![0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return constant(
    Array.from({ length: count }, (_, i) => start + i * delta),
    [count],
    c.x(0).dtype,
  );
}

function importOneHot(c: NodeContext): Tensor {
  const indices = c.x(0);
  const depth = c.static(1)![0]!;
  const values = c.x(2);
  const rank = indices.shape.length + 1;
  const axis = normalizeAxis(c.int('axis', -1), rank);
  const wrapped = mod(cast(indices, 'int64'), constant(depth, [], 'int64'));
  const classes = int64(
    Array.from({ length: depth }, (_, i) => i),
    Array.from({ length: rank }, (_, i) => (i === axis ? depth : 1)),
  );
  const hit = cast(equal(unsqueeze(wrapped, [axis]), classes), values.dtype);
  const valid = cast(validIndices(unsqueeze(cast(indices, 'int64'), [axis]), depth), values.dtype);
  const [off, on] = [slice(values, { starts: [0], ends: [1] }), slice(values, { starts: [1], ends: [2] })];
  return add(mul(mul(hit, valid), sub(on, off)), off);
}

function validIndices(indices: Tensor, depth: number): Tensor {
  return equal(clipInt(indices, -depth, depth - 1), indices);
}

function clipInt(x: Tensor, low: number, high: number): Tensor {
  return minimum(maximum(x, constant(low, [], x.dtype)), constant(high, [], x.dtype));
}

function importEyeLike(c: NodeContext): Tensor {
  const [rows, columns] = c.x(0).shape as [number, number];
  const k = c.int('k', 0);
  const values = Float64Array.from({ length: rows * columns }, (_, at) =>
    Number((at % columns) - Math.floor(at / columns) === k),
  );
  return constantOf(hostTensor(values, [rows, columns], c.has('dtype') ? dtypeOf(c.int('dtype', 1))! : c.x(0).dtype));
}

function importShape(c: NodeContext): Tensor {
  const { shape } = c.x(0);
  const end = c.has('end') ? c.int('end', 0) : shape.length;
  return int64(shape.slice(c.int('start', 0), end));
}

function importNonZero(c: NodeContext): Tensor {
  const { shape } = c.x(0);
  const values = c.static(0)!;
  const hits = values.flatMap((value, flat) => (value === 0 ? [] : [flat]));
  const rows = shape.map((size, axis) => hits.map((flat) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % size));
  return int64(rows.flat(), [shape.length, hits.length]);
}

function importCompress(c: NodeContext): Tensor {
  const x = c.has('axis') ? c.x(0) : reshape(c.x(0), [-1]);
  const kept = c.static(1)!.flatMap((flag, i) => (flag === 0 ? [] : [i]));
  return gather(x, int64(kept), c.int('axis', 0));
}

const reductionOf = (c: NodeContext) =>
  c.choice<ScatterReduction>('reduction', 'none', ['none', 'add', 'mul', 'max', 'min']);
const importScatter: Handler = (c) =>
  scatterElements(c.x(0), c.x(1), c.x(2), { axis: c.int('axis', 0), reduction: reductionOf(c) });

function importReverseSequence(c: NodeContext): Tensor {
  const x = c.x(0);
  const [batchAxis, timeAxis] = [c.int('batch_axis', 1), c.int('time_axis', 0)];
  const rows = c.static(1)!.map((length, i) => {
    const row = slice(x, { axes: [batchAxis], starts: [i], ends: [i + 1] });
    const head = flip(slice(row, { axes: [timeAxis], starts: [0], ends: [length] }), [timeAxis]);
    return concat([head, slice(row, { axes: [timeAxis], starts: [length], ends: [x.shape[timeAxis]!] })], timeAxis);
  });
  return concat(rows, batchAxis);
}

function importCenterCropPad(c: NodeContext): Tensor {
  const x = c.x(0);
  const axes = c.ints('axes') ?? x.shape.map((_, axis) => axis);
  return axes.reduce((y, axis, i) => {
    const at = normalizeAxis(axis, x.shape.length);
    const extra = c.static(1)![i]! - x.shape[at]!;
    const before = extra < 0 ? -Math.floor(-extra / 2) : Math.floor(extra / 2);
    const none = y.shape.map(() => 0);
    return pad(y, { begin: none.with(at, before), end: none.with(at, extra - before) });
  }, x);
}

function importIf(c: NodeContext): readonly Tensor[] {
  const condition = c.static(0)![0];
  return c.services.subgraph(c.graph(condition ? 'then_branch' : 'else_branch'));
}

export const movementHandlers: Readonly<Record<string, Handler>> = {
  CenterCropPad: importCenterCropPad,
  Compress: importCompress,
  Concat: (c) => concat(c.all, c.int('axis', 1)),
  Constant: importConstant,
  ConstantOfShape: importConstantOfShape,
  DepthToSpace: (c) =>
    depthToSpace(c.x(0), c.int('blocksize', 1), c.choice<'DCR' | 'CRD'>('mode', 'DCR', ['DCR', 'CRD'])),
  Expand: (c) => expand(c.x(0), broadcastShapes(c.x(0).shape, c.static(1)!)),
  EyeLike: importEyeLike,
  Flatten: (c) => flatten(c.x(0), c.int('axis', 1)),
  Gather: (c) => gather(c.x(0), c.x(1), c.int('axis', 0)),
  GatherElements: (c) => gatherElements(c.x(0), c.x(1), c.int('axis', 0)),
  GatherND: (c) => gatherND(c.x(0), c.x(1), c.int('batch_dims', 0)),
  If: importIf,
  NonZero: importNonZero,
  OneHot: importOneHot,
  Pad: importPad,
  Range: importRange,
  Reshape: importReshape,
  ReverseSequence: importReverseSequence,
  Scatter: importScatter,
  ScatterElements: importScatter,
  ScatterND: (c) => scatterND(c.x(0), c.x(1), c.x(2), reductionOf(c)),
  Shape: importShape,
  Size: (c) => int64([sizeOf(c.x(0).shape)], []),
  Slice: importSlice,
  SpaceToDepth: (c) => spaceToDepth(c.x(0), c.int('blocksize', 1)),
  Split: importSplit,
  Squeeze: (c) => squeeze(c.x(0), c.axes(1)),
  Tile: (c) => tile(c.x(0), c.static(1)!),
  Transpose: importTranspose,
  Trilu: (c) => trilu(c.x(0), { k: c.static(1)?.[0] ?? 0, upper: c.flag('upper', true) }),
  Unsqueeze: (c) => unsqueeze(c.x(0), c.axes(1)!),
};
