/** @file The layers of a network that change its resolution, with what their windows' overlap does to pixels. */
import type { Shape } from '../tensor/shape.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { topologicalOrder } from '../tensor/tensor.ts';
import { type Overlap, overlapOf, planeRatio } from './overlap.ts';

/** What changes a resolution. */
export type ResolutionKind =
  | 'conv'
  | 'maxPool'
  | 'averagePool'
  | 'convTranspose'
  | 'resize'
  | 'depthToSpace'
  | 'spaceToDepth';

/** A layer that changes the resolution. Pairs are of rows and columns. */
export interface ResolutionLayer {
  /** Type and name in the file: `Conv "layer2.0.conv1"`. */
  readonly name: string;
  readonly kind: ResolutionKind;
  /** Whether it gives fewer places than it takes; patterns then arise in the backward pass, and in the forward pass otherwise. */
  readonly shrinks: boolean;
  readonly kernel: readonly [number, number];
  /** Places that a window moves on by; for layers that enlarge, places of the output. */
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly overlap: readonly [Overlap, Overlap];
  /** Largest over smallest coverage of a place, both axes together. */
  readonly ratio: number;
  readonly even: boolean;
  /** Input pixels after which its pattern repeats. */
  readonly inputPeriod: readonly [number, number];
  /** Pixels of the output after which it repeats, where the output is a picture as well. */
  readonly outputPeriod?: readonly [number, number];
  readonly from: readonly [height: number, width: number];
  readonly to: readonly [height: number, width: number];
}

type Pair = readonly [number, number];

/** What one node does to the resolution. */
interface Change {
  readonly kind: ResolutionKind;
  readonly shrinks: boolean;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

/**
 * Layers between a picture and an output that change the resolution, in the graph's order.
 * @param source the picture, [N, C, H, W] or [N, H, W, C]
 * @param describe the file's node behind an expression
 */
export function resolutionLayers(
  output: Tensor,
  source: Tensor,
  describe: (node: Node) => string | undefined,
): ResolutionLayer[] {
  // Input pixels to one place of a value, rows and columns.
  const steps = new Map<Tensor, Pair>([[source, [1, 1]]]);
  const found: Omit<ResolutionLayer, 'outputPeriod'>[] = [];
  for (const node of topologicalOrder([output])) {
    const x = node.inputs.find((one) => steps.has(one));
    if (x === undefined) continue;
    const step = steps.get(x)!;
    const change = changeOf(node, x, describe(node) ?? '');
    const after =
      change === undefined
        ? step
        : pair((i) => (change.shrinks ? step[i]! * change.stride[i]! : step[i]! / change.stride[i]!));
    for (const y of node.outputs) steps.set(y, after);
    if (change === undefined || change.stride.every((s) => s === 1)) continue;
    const overlap = [0, 1].map((i) => overlapOf(change.kernel[i]!, change.stride[i]!, change.dilation[i]!)) as [
      Overlap,
      Overlap,
    ];
    const layer = {
      ...change,
      name: describe(node) ?? node.op.name,
      overlap,
      ratio: planeRatio(overlap),
      even: overlap.every(({ even }) => even),
      inputPeriod: change.shrinks ? after : step,
      from: sizeOf(x),
      to: sizeOf(node.outputs[0]!),
    };
    // Resampling is done along one axis after the other: two nodes of one layer.
    const before = found.findIndex(
      ({ name, kind }) => name === layer.name && kind === 'resize' && layer.kind === 'resize',
    );
    if (before >= 0) found[before] = merged(found[before]!, layer);
    else found.push(layer);
  }
  const last = steps.get(output);
  if (last === undefined || output.shape.length !== 4) return found;
  return found.map((layer) => ({ ...layer, outputPeriod: pair((i) => layer.inputPeriod[i]! / last[i]!) }));
}

const pair = (f: (axis: 0 | 1) => number): Pair => [f(0), f(1)];

/** Height and width; of [N, C, H / b, b, W / b, b] the numbers of blocks. */
const sizeOf = ({ shape }: Tensor): Pair =>
  shape.length === 6 ? [shape[2]!, shape[4]!] : (shape.slice(-2) as unknown as Pair);

function merged(first: Omit<ResolutionLayer, 'outputPeriod'>, second: Omit<ResolutionLayer, 'outputPeriod'>) {
  const both = (a: Pair, b: Pair) => pair((i) => a[i]! * b[i]!);
  const overlap = pair((i) => i).map((i) => (first.stride[i]! > 1 ? first : second).overlap[i]!) as [Overlap, Overlap];
  return {
    ...second,
    kernel: both(first.kernel, second.kernel),
    stride: both(first.stride, second.stride),
    overlap,
    inputPeriod: second.shrinks ? second.inputPeriod : first.inputPeriod,
    from: first.from,
  };
}

/** What a node does to the resolution of its input x. */
function changeOf({ op, inputs, attrs, outputs }: Node, x: Tensor, label: string): Change | undefined {
  const w = inputs[1];
  const y = outputs[0]!;
  if (op.name === 'reshape') return blocksMoved(x.shape, y.shape);
  if (x.shape.length !== 4) return undefined;
  const dilation = (attrs.dilations ?? [1, 1]) as unknown as Pair;
  const stride = (attrs.strides ?? [1, 1]) as unknown as Pair;
  switch (op.name) {
    case 'conv':
      return {
        kind: /^LpPool/.test(label) ? 'averagePool' : 'conv',
        shrinks: true,
        kernel: sizeOf(w!),
        stride,
        dilation,
      };
    case 'convTranspose':
      return { kind: 'convTranspose', shrinks: false, kernel: sizeOf(w!), stride, dilation };
    case 'maxPool':
    case 'maxPoolWithIndices':
      return { kind: 'maxPool', shrinks: true, kernel: attrs.kernel as unknown as Pair, stride, dilation };
    case 'averagePool':
      return { kind: 'averagePool', shrinks: true, kernel: attrs.kernel as unknown as Pair, stride, dilation };
    case 'upsampleNearest':
      return evenly('resize', false, attrs.factors as unknown as Pair);
    case 'depthToSpace':
      return evenly(
        'depthToSpace',
        false,
        pair(() => attrs.block as number),
      );
    default:
      return /^(Resize|Upsample) /.test(label) ? resampled(sizeOf(x), sizeOf(y)) : undefined;
  }
}

/** Windows side by side. */
const evenly = (kind: ResolutionKind, shrinks: boolean, stride: Pair): Change => ({
  kind,
  shrinks,
  kernel: stride,
  stride,
  dilation: [1, 1],
});

/** Blocks between channels and space, written as reshapes around a transpose: those between [N, C, H, W] and [N, C, H / b, b, W / b, b]. */
function blocksMoved(from: Shape, to: Shape): Change | undefined {
  const joined = (six: Shape, four: Shape) =>
    six.length === 6 && four.length === 4 && six[2]! * six[3]! === four[2] && six[4]! * six[5]! === four[3];
  if (joined(from, to)) return evenly('depthToSpace', false, [from[3]!, from[5]!]);
  return joined(to, from) ? evenly('spaceToDepth', true, [to[3]!, to[5]!]) : undefined;
}

/** Resampling by a whole factor; any other has no period of whole pixels. */
function resampled(from: Pair, to: Pair): Change | undefined {
  const shrinks = from[0] > to[0] || from[1] > to[1];
  const factors = pair((i) => (shrinks ? from[i]! / to[i]! : to[i]! / from[i]!));
  return factors.every((f) => Number.isInteger(f) && f >= 1) && factors.some((f) => f > 1)
    ? evenly('resize', shrinks, factors)
    : undefined;
}
