/** @file A distance from the words of a user: a name of the registry, or networks and weights to compare features with. */
import type { LoadOptions } from '../model/load-model.ts';
import { type Distance, DistanceError } from './distance.ts';
import { distsOf, l2InsteadOfMax } from './dists.ts';
import { partWeights, readDistsWeights, readLinearWeights } from './feature-weights.ts';
import { openGraphDistance } from './graph-distance.ts';
import { lpipsOf } from './lpips.ts';
import { distanceNamed, distanceRegistry } from './registry.ts';
import { openTrunk } from './trunk.ts';

/** Forms of a spec beside the registry's names, and what each is. */
export const distanceForms: Readonly<Record<string, string>> = {
  lpips: 'self-LPIPS of zoo:cifar10-standard: unweighted differences of its features',
  'lpips:NETWORK.onnx': 'self-LPIPS of any network',
  'lpips:NETWORK.onnx,WEIGHTS.pth': 'LPIPS with linear weights (.pth, .npz, .safetensors)',
  'dists:VGG16.onnx,WEIGHTS.pt': 'DISTS with its alpha and beta',
  'onnx:DISTANCE.onnx': 'a graph of two pictures and one score; onnx: may be left out before NAME.onnx',
};

/** What a spec does not say. */
export interface OpenDistanceOptions {
  /** lpips and dists: values of the network's graph to compare; chosen unless given. */
  readonly layers?: readonly string[];
  /** lpips and dists: how the network wants its pictures, as for `loadModel`. */
  readonly preprocessing?: LoadOptions['preprocessing'];
  /** lpips and dists: the input that takes the picture, where the graph has several. */
  readonly input?: string;
  /** Graphs of two pictures: what the darkest and brightest pixel are to it; [-1, 1] unless its file says otherwise. */
  readonly range?: readonly [low: number, high: number];
}

const defaultTrunk = 'zoo:cifar10-standard';

/**
 * The distance that a spec names: `ssim`, `lpips`, `lpips:squeezenet1_1.onnx,squeeze.pth`, `distance.onnx` (see `distanceForms`).
 * @throws DistanceError that lists what there is, or says what does not fit; ModelError, ModelFileError or DataError for files that
 * are missing or cannot be read
 * @example
 * const lpips = await openDistance('lpips');
 * const program = await compile(({ x, y }) => ({ d: lpips.value(x, y) }), specs, { device });
 */
export async function openDistance(spec: string, options: OpenDistanceOptions = {}): Promise<Distance> {
  const [, kind, rest = ''] = /^(lpips|dists|onnx)(?::(.+))?$/s.exec(spec) ?? [];
  if (kind === 'lpips') return openLpips(spec, rest, options);
  if (kind === 'dists') return openDists(spec, rest, options);
  if ((kind === 'onnx' && rest !== '') || /\.onnx$/i.test(spec)) {
    refuseOptions(spec, options, ['range']);
    const { range } = options;
    return openGraphDistance(shortened(spec), kind === 'onnx' ? rest : spec, range === undefined ? {} : { range });
  }
  if (kind === undefined && distanceRegistry.some(({ name }) => name === spec)) {
    refuseOptions(spec, options, []);
    return distanceNamed(spec);
  }
  throw new DistanceError(`There is no distance "${spec}"; there are ${allForms()}.`);
}

async function openLpips(spec: string, rest: string, options: OpenDistanceOptions): Promise<Distance> {
  refuseOptions(spec, options, ['layers', 'preprocessing', 'input']);
  const [network = defaultTrunk, weightsPath] = parted(spec, rest);
  if (weightsPath === undefined) return lpipsOf(shortened(spec), await openTrunk(network, options));
  const weights = await readLinearWeights(weightsPath);
  const trunk = await openTrunk(network, { ...options, channels: weights.map(({ length }) => length) });
  return lpipsOf(shortened(spec), trunk, weights);
}

async function openDists(spec: string, rest: string, options: OpenDistanceOptions): Promise<Distance> {
  refuseOptions(spec, options, ['layers', 'preprocessing', 'input']);
  const [network, weightsPath] = parted(spec, rest);
  if (network === undefined || weightsPath === undefined) {
    throw new DistanceError(`dists needs a network and weights: dists:VGG16.onnx,WEIGHTS.pt; got "${spec}".`);
  }
  const weights = await readDistsWeights(weightsPath);
  const trunk = await openTrunk(network, { ...options, replace: l2InsteadOfMax });
  return distsOf(
    shortened(spec),
    trunk,
    partWeights(
      weights,
      trunk.taps.map(({ channels }) => channels),
    ),
  );
}

/** A spec without folders: `lpips:networks/alexnet.onnx,alex.pth` is `lpips:alexnet.onnx,alex.pth`. */
function shortened(spec: string): string {
  const [, kind, rest] = /^((?:lpips|dists|onnx):)?(.*)$/s.exec(spec)!;
  return (kind ?? '') + rest!.replace(/[^,]*[\\/]/g, '');
}

/** Network and weights; a comma parts them where the name of a file of weights follows. */
function parted(spec: string, rest: string): [network: string | undefined, weights: string | undefined] {
  if (rest === '') return [undefined, undefined];
  const [, network, weights] = /^(.+),([^,]+\.(?:pth|pt|npz|safetensors))$/is.exec(rest) ?? [];
  if (network !== undefined) return [network, weights];
  const comma = rest.lastIndexOf(',');
  if (comma >= 0 && /\.onnx$/i.test(rest.slice(0, comma))) {
    throw new DistanceError(
      `"${rest.slice(comma + 1)}" in "${spec}" is no file of weights: expected one that ends in .pth, .pt, .npz or .safetensors.`,
    );
  }
  return [rest, undefined];
}

function refuseOptions(
  spec: string,
  options: OpenDistanceOptions,
  known: readonly (keyof OpenDistanceOptions)[],
): void {
  const stray = (['layers', 'preprocessing', 'input', 'range'] as const).filter(
    (key) => options[key] !== undefined && !known.includes(key),
  );
  if (stray.length === 0) return;
  throw new DistanceError(
    `"${spec}" has no option ${stray.join(', ')}; it has ${known.length === 0 ? 'none' : known.join(', ')}.`,
  );
}

/** Everything that can be asked for, in a row. */
function allForms(): string {
  return [...distanceRegistry.map(({ name }) => name), ...Object.keys(distanceForms)].join(', ');
}
