/** @file Weights of metrics that compare features, out of the files that hold them. */
import * as files from '#files';
import { readWeights } from '../data/archive/read-weights.ts';
import type { NamedTensor } from '../data/archive/safetensors.ts';
import { DistanceError } from './distance.ts';
import { type DistsWeights, pictureChannels } from './dists.ts';

/**
 * The linear weights of LPIPS: one number for each channel of each layer, layers in order.
 * @throws DataError if the file cannot be read; DistanceError if it holds anything else
 */
export async function readLinearWeights(path: string): Promise<Float32Array[]> {
  const weights = await open(path);
  const numbered = [...weights].flatMap(([key, weight]): [number, NamedTensor][] => {
    // `lin0.model.1.weight` of the published files, `lins.0.…` of whole networks, where the same weights may stand twice.
    const at = /(?:^|\.)lins?\.?(\d+)\./.exec(key)?.[1];
    return at === undefined ? [] : [[Number(at), weight]];
  });
  const layers = [...new Map(numbered)].sort(([a], [b]) => a - b).map(([, weight]) => weight);
  if (layers.length === 0) {
    throw new DistanceError(
      `${nameOf(path)} holds no weights of LPIPS (lin0.model.1.weight, lin1…); it has ${some([...weights.keys()])}.`,
    );
  }
  for (const [l, { shape, data }] of layers.entries()) {
    if (data.length !== (shape.length === 1 ? shape[0] : shape[1])) {
      throw new DistanceError(`Weight ${l} of ${nameOf(path)} is [${shape.join(', ')}]; expected [1, channels, 1, 1].`);
    }
    refuseNegative(data, path);
  }
  return layers.map(({ data }) => data);
}

/**
 * DISTS's weights as they lie in its file: all channels of all levels in a row.
 * @throws DataError if the file cannot be read; DistanceError if it holds anything else
 */
export async function readDistsWeights(
  path: string,
): Promise<{ readonly alpha: Float32Array; readonly beta: Float32Array }> {
  const weights = await open(path);
  const [alpha, beta] = [weights.get('alpha')?.data, weights.get('beta')?.data];
  if (alpha === undefined || beta?.length !== alpha.length) {
    throw new DistanceError(
      `${nameOf(path)} holds no weights of DISTS (alpha and beta of one length); it has ${some([...weights.keys()])}.`,
    );
  }
  refuseNegative(alpha, path);
  refuseNegative(beta, path);
  return { alpha, beta };
}

/** DISTS's weights parted by levels. @throws DistanceError if there are more or fewer than channels */
export function partWeights(
  { alpha, beta }: { readonly alpha: Float32Array; readonly beta: Float32Array },
  channels: readonly number[],
): DistsWeights {
  const sizes = [pictureChannels, ...channels];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (alpha.length !== total) {
    throw new DistanceError(
      `The weights are for ${alpha.length} channels; the picture and the trunk's layers have ${sizes.join(' + ')} = ${total}: take the network that they were made for, or name its layers.`,
    );
  }
  const part = (all: Float32Array) => {
    let at = 0;
    return sizes.map((size) => {
      at += size;
      return all.subarray(at - size, at);
    });
  };
  return { alpha: part(alpha), beta: part(beta) };
}

async function open(path: string): Promise<Map<string, NamedTensor>> {
  return readWeights(await files.readFile(path), nameOf(path));
}

function refuseNegative(weights: Float32Array, path: string): void {
  if (weights.every((w) => w >= 0 && Number.isFinite(w))) return;
  throw new DistanceError(`${nameOf(path)} holds negative or infinite weights, with which nothing is a distance.`);
}

const nameOf = (path: string) => path.split(/[\\/]/).at(-1)!;

/** The first few of a list. */
function some(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
}
