/** @file Which values of a network's graph a perceptual metric looks at. */
import type { ModelProto } from 'onnx-buf';
import { DistanceError } from './distance.ts';

/** A value that features are taken from. */
export interface Tap {
  /** Its name in the graph. */
  readonly value: string;
  readonly channels: number;
}

/** Ops after which no feature is taken: they only choose among, or rearrange, what was there. */
const passing = new Set([
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Dropout',
  'Identity',
  'Reshape',
  'Flatten',
  'Transpose',
  'Pad',
  'Resize',
  'Upsample',
  'Softmax',
  'Cast',
]);

/** Ops that stand before an activation, whose values may be negative. */
const beforeActivation = new Set(['Conv', 'BatchNormalization', 'ConvTranspose']);

/**
 * Values that everything after them goes through: cutting the graph there leaves no other path from the picture. Convolutions that an
 * activation follows are left out, as are pools.
 */
export function tapCandidates(file: ModelProto, input: string): string[] {
  const nodes = file.graph!.node;
  const lastUse = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const name of node.input) lastUse.set(name, at);
  });
  const fromPicture = new Set([input]);
  const candidates: string[] = [];
  let latest = -1;
  let pending = lastUse.get(input) ?? -1;
  nodes.forEach((node, at) => {
    if (!node.input.some((name) => fromPicture.has(name))) return;
    for (const name of node.output) fromPicture.add(name);
    const [value] = node.output;
    if (value === undefined) return;
    latest = Math.max(pending, latest);
    const alone = latest <= at;
    pending = Math.max(...node.output.map((name) => lastUse.get(name) ?? -1));
    if (alone && !passing.has(node.opType) && !beforeActivation.has(node.opType)) candidates.push(value);
  });
  return candidates;
}

/**
 * The layers to compare: those that were asked for, those that fit a metric's weights, or the last of each resolution.
 * @throws DistanceError saying what the network has where nothing fits
 */
export function chooseTaps(
  layers: readonly string[] | undefined,
  candidates: readonly string[],
  shapes: ReadonlyMap<string, readonly number[]>,
  channels: readonly number[] | undefined,
  name: string,
): Tap[] {
  const taps = (layers ?? candidates).flatMap((value): (Tap & { readonly area: number })[] => {
    const shape = shapes.get(value);
    if (shape?.length !== 4) {
      if (layers === undefined) return [];
      throw new DistanceError(`"${value}" of ${name} is no feature map: its shape is [${shape?.join(', ')}].`);
    }
    return [{ value, channels: shape[1]!, area: shape[2]! * shape[3]! }];
  });
  const list = taps.map((tap) => `${tap.value} (${tap.channels})`).join(', ') || 'none';
  if (layers !== undefined) {
    if (channels !== undefined && channels.join() !== taps.map((tap) => tap.channels).join()) {
      throw new DistanceError(
        `The weights are for layers of ${channels.join(', ')} channels, those of ${name} are ${list}.`,
      );
    }
    return taps;
  }
  const isLast = taps.map(({ area }, i) => taps[i + 1]?.area !== area && area > 1);
  if (channels === undefined) {
    const chosen = taps.filter((_, i) => isLast[i]);
    if (chosen.length > 0) return chosen;
    throw new DistanceError(`${name} has no feature maps to choose from; name the values to compare.`);
  }
  const fitting = fitChannels(taps, isLast, channels);
  if (fitting !== undefined) return fitting;
  throw new DistanceError(
    `No layers of ${name} fit weights for ${channels.join(', ')} channels; it has ${list}. Name the values to compare.`,
  );
}

/** The layers in order whose channels are as wanted, as many as can be the last of their resolution, and late ones of equal merit. */
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
