/** @file Features of a network as expressions of pictures of any size: what LPIPS and DISTS compare. */
import type { ModelProto } from 'onnx-buf';
import type { LoadOptions } from '../model/load-model.ts';
import { choosePreprocessing } from '../model/model-settings.ts';
import { findPictureInput, graphInputs, type PictureInput } from '../model/picture-input.ts';
import { describePreprocessing, preprocess } from '../model/preprocessing.ts';
import { cutGraph } from '../onnx/file/cut-graph.ts';
import { foldAffine, type Replacement, replaceNodes, substitute } from '../tensor/rewrite.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { DistanceError } from './distance.ts';
import { openGraphFile, smallestSize } from './graph-file.ts';
import { asChannels } from './picture.ts';
import { chooseTaps, type Tap, tapCandidates } from './taps.ts';

/** A network cut to the layers whose features are compared. */
export interface Trunk {
  readonly name: string;
  /** Values of the file's graph that features are taken from, and their channels. */
  readonly taps: readonly Tap[];
  /** How pictures are prepared for it, in words; says so where it was guessed. */
  readonly preprocessing: string;
  /** Smallest height and width whose features exist. */
  readonly minimumSize: number;
  /**
   * Features [N, C_l, H_l, W_l] of pictures [N, C, H, W] with pixels in [0, 1], one for each tap.
   * @throws DistanceError if the network cannot be used on that size
   */
  features(x: Tensor): Tensor[];
}

/** Options of `openTrunk`. */
export interface TrunkOptions {
  /** Values of the graph to take features from; chosen unless given: the last of each resolution. */
  readonly layers?: readonly string[];
  /** Channels that the features must have, in order, as the weights of a metric want it; layers are then chosen to fit. */
  readonly channels?: readonly number[];
  /** As for `loadModel`. */
  readonly preprocessing?: LoadOptions['preprocessing'];
  /** The input that takes the picture, where the graph has several. */
  readonly input?: string;
  /** Puts other ops in the place of the network's own. */
  readonly replace?: Replacement;
}

/** Size at which layers are looked at where the file leaves it open. */
const usualSize = 224;

/**
 * Opens any ONNX network as a trunk. The part after the last layer is never run, so that a classifier of fixed classes and size still
 * takes pictures of any size.
 * @throws ModelFileError if the bytes are no ONNX model; ModelError if it takes no pictures; DistanceError if it has no fitting layers
 */
export async function openTrunk(source: string | URL | Uint8Array, options: TrunkOptions = {}): Promise<Trunk> {
  const { layers, channels, replace } = options;
  const graph = await openGraphFile(source);
  const { name, file } = graph;
  const picture = options.input === undefined ? findPictureInput(file) : inputNamed(options.input, file, name);
  const { height = usualSize, width = height } = picture;
  const { preprocessing, origin } = choosePreprocessing(
    options.preprocessing === undefined ? {} : { preprocessing: options.preprocessing },
    graph.settings,
    picture,
    classCount(file),
    height,
  );
  const placeholder = (n: number, h: number, w: number) =>
    input('trunk input', picture.layout === 'NHWC' ? [n, h, w, picture.channels] : [n, picture.channels, h, w]);
  const valuesOf = (part: ModelProto, x: Tensor) => graph.values(part, new Map([[picture.name, x]]));

  const candidates = layers === undefined ? tapCandidates(file, picture.name) : [];
  const values = valuesOf(cutGraph(file, layers ?? candidates), placeholder(1, height, width));
  const shapes = new Map([...values].map(([value, { shape }]) => [value, shape]));
  const taps = chooseTaps({ name, layers, candidates, shapes, channels });

  const cut = cutGraph(
    file,
    taps.map(({ value }) => value),
  );
  const featuresOf = (x: Tensor) => {
    const found = valuesOf(cut, x);
    const features = taps.map(({ value }) => found.get(value)!);
    return foldAffine(replace === undefined ? features : replaceNodes(features, replace));
  };
  const imported = new Map<string, { readonly x: Tensor; readonly features: readonly Tensor[] }>();
  const featuresAt = (n: number, h: number, w: number) => {
    const key = `${n} ${h} ${w}`;
    const x = placeholder(n, h, w);
    const known = imported.get(key) ?? { x, features: featuresOf(x) };
    imported.set(key, known);
    return known;
  };

  featuresAt(1, height, width);
  return {
    name,
    taps,
    preprocessing: `${describePreprocessing(preprocessing)}${origin === 'guess' ? ' (a guess)' : ''}`,
    minimumSize: smallestSize(Math.min(height, width), (side) => valuesOf(cut, placeholder(1, side, side))),
    features(x) {
      const [n, , h, w] = x.shape as [number, number, number, number];
      const at = featuresAt(n, h, w);
      const mixed = taps.find((_, i) => at.features[i]!.shape[0] !== n);
      if (mixed !== undefined) {
        throw new DistanceError(`${name} mixes the pictures of a batch at "${mixed.value}": compare them one by one.`);
      }
      return substitute(
        at.features,
        new Map([[at.x, preprocess(asChannels(x, picture.channels), preprocessing, [h, w])]]),
      );
    },
  };
}

function inputNamed(asked: string, file: ModelProto, name: string): PictureInput {
  const inputs = graphInputs(file);
  const found = inputs.find((one) => one.name === asked);
  if (found?.shape.length !== 4) {
    const names = inputs.map((one) => one.name).join(', ');
    throw new DistanceError(`${name} has no picture input "${asked}"; its inputs are ${names}.`);
  }
  const [batch, channels, height, width] = found.shape;
  return { ...found, layout: 'NCHW', channels: channels ?? 3, height, width, batch };
}

/** Class scores that the first output has for a picture, by which preprocessing is guessed; many where the file leaves it open. */
function classCount(file: ModelProto): number {
  const type = file.graph!.output[0]?.type?.value;
  const dims = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
  const sizes = dims.slice(1).map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : 1000));
  return sizes.length === 0 ? 1000 : sizes.reduce((product, size) => product * size, 1);
}
