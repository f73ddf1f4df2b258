/** @file Which values of a network's graph a perceptual metric looks at. */
import type { ModelProto, NodeProto } from 'onnx-buf';
import { DistanceError } from './distance.ts';

/** A value that features are taken from. */
export interface Tap {
  /** Its name in the graph. */
  readonly value: string;
  readonly channels: number;
}

/** Ops that hold what a network has learnt. */
const learnt = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Ops that turn maps into a vector, or scores into probabilities. */
const closing = new Set([
  'GlobalAveragePool',
  'GlobalMaxPool',
  'ReduceMean',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Softmax',
]);

/** Ops after which no feature is taken: an activation follows, or they only choose among, or rearrange, what was there. */
const passing = new Set([
  ...closing,
  'Conv',
  'ConvTranspose',
  'BatchNormalization',
  'MaxPool',
  'AveragePool',
  'Dropout',
  'Identity',
  'Transpose',
  'Pad',
  'Resize',
  'Upsample',
  'Cast',
]);

/**
 * Values that everything after them goes through, between the first learnt op and the classifier's head: activations, and the ends of
 * blocks. Nodes are taken in the order of the file.
 */
export function tapCandidates(file: ModelProto, input: string): string[] {
  const lastUse = new Map<string, number>();
  const fromPicture = new Set([input]);
  const nodes: NodeProto[] = [];
  for (const node of file.graph!.node) {
    if (!node.input.some((name) => fromPicture.has(name))) continue;
    for (const name of node.input) lastUse.set(name, nodes.length);
    for (const name of node.output) fromPicture.add(name);
    nodes.push(node);
  }
  const first = nodes.findIndex(({ opType }) => learnt.has(opType));
  const end = headOf(nodes);
  const candidates: string[] = [];
  // The last node that uses anything made so far.
  let reach = lastUse.get(input) ?? -1;
  nodes.forEach(({ opType, output }, at) => {
    const everything = reach <= at;
    if (everything && at > first && at < end && !passing.has(opType)) candidates.push(output[0]!);
    reach = Math.max(reach, ...output.map((name) => lastUse.get(name) ?? -1));
  });
  return candidates;
}

/** Where the part begins that makes class scores of features: the last learnt op, if a vector comes of it. */
function headOf(nodes: readonly NodeProto[]): number {
  const last = nodes.findLastIndex(({ opType }) => learnt.has(opType));
  const isVector = ['Gemm', 'MatMul'].includes(nodes[last]?.opType ?? '');
  return isVector || nodes.slice(last + 1).some(({ opType }) => closing.has(opType)) ? last : nodes.length;
}

/** What layers are chosen from, and how. */
export interface TapChoice {
  /** The network, for messages. */
  readonly name: string;
  /** Values that were asked for, in order. */
  readonly layers: readonly string[] | undefined;
  /** Values to choose from where none were. */
  readonly candidates: readonly string[];
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Channels that the weights of a metric are for. */
  readonly channels: readonly number[] | undefined;
}

interface PlacedTap extends Tap {
  readonly area: number;
}

/**
 * The layers to compare: those that were asked for, those that fit a metric's weights, or the last of each resolution.
 * @throws DistanceError saying what the network has where nothing fits
 */
export function chooseTaps({ name, layers, candidates, shapes, channels }: TapChoice): Tap[] {
  if (layers !== undefined) return askedTaps(layers, shapes, channels, name);
  const taps = candidates.flatMap((value) => placed(value, shapes.get(value)) ?? []);
  const isLast = taps.map(({ area }, i) => taps[i + 1]?.area !== area && area > 1);
  if (channels === undefined) {
    const chosen = taps.filter((_, i) => isLast[i]);
    if (chosen.length > 0) return chosen.map(bare);
    throw new DistanceError(
      `${name} has no feature maps to compare: take a convolutional network, or name its values.`,
    );
  }
  const fitting = fitChannels(taps, isLast, channels);
  if (fitting !== undefined) return fitting.map(bare);
  throw new DistanceError(
    `No layers of ${name} fit weights for ${channels.join(', ')} channels; it has ${listed(taps)}: take the network that the weights were made for, or name the values.`,
  );
}

function askedTaps(
  layers: readonly string[],
  shapes: TapChoice['shapes'],
  channels: TapChoice['channels'],
  name: string,
): Tap[] {
  const taps = layers.map((value) => {
    const shape = shapes.get(value);
    const tap = placed(value, shape);
    if (tap !== undefined) return tap;
    throw new DistanceError(`"${value}" of ${name} is no feature map: its shape is [${shape?.join(', ')}].`);
  });
  if (channels === undefined || channels.join() === taps.map((tap) => tap.channels).join()) return taps.map(bare);
  throw new DistanceError(
    `The weights are for layers of ${channels.join(', ')} channels; those asked for of ${name} are ${listed(taps)}.`,
  );
}

function placed(value: string, shape: readonly number[] | undefined): PlacedTap | undefined {
  return shape?.length === 4 ? { value, channels: shape[1]!, area: shape[2]! * shape[3]! } : undefined;
}

const bare = ({ value, channels }: Tap): Tap => ({ value, channels });

/** `relu1 (64), relu2 (128)`: values with their channels. */
function listed(taps: readonly Tap[]): string {
  return taps.map((tap) => `${tap.value} (${tap.channels})`).join(', ') || 'no feature maps';
}

/**
 * The layers in order whose channels are as wanted; of several choices the one with most layers that are the last of their resolution,
 * and of equal ones the latest.
 */
function fitChannels(taps: readonly Tap[], isLast: readonly boolean[], channels: readonly number[]): Tap[] | undefined {
  // best[k]: how the first k wanted layers are chosen best among the taps seen so far.
  let best: ({ readonly merit: number; readonly chosen: readonly Tap[] } | undefined)[] = [
    { merit: 0, chosen: [] },
    ...channels.map(() => undefined),
  ];
  for (const [i, tap] of taps.entries()) {
    best = best.map((known, k) => {
      const before = k === 0 ? undefined : best[k - 1];
      if (before === undefined || channels[k - 1] !== tap.channels) return known;
      const merit = before.merit + (isLast[i] ? 1 : 0);
      return known === undefined || merit >= known.merit ? { merit, chosen: [...before.chosen, tap] } : known;
    });
  }
  return best[channels.length]?.chosen.slice();
}
