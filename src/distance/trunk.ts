/** @file Features of a network as expressions of pictures of any size: what LPIPS and DISTS compare. */
import type { ModelProto } from 'onnx-buf';
import * as fileSystem from '#files';
import { externalFiles } from '../model/external-files.ts';
import type { LoadOptions } from '../model/load-model.ts';
import { choosePreprocessing, readMetadata, readSidecar } from '../model/model-settings.ts';
import { findPictureInput, graphInputs, type PictureInput } from '../model/picture-input.ts';
import { preprocess } from '../model/preprocessing.ts';
import { modelAddress } from '../model/zoo.ts';
import { cutGraph } from '../onnx/file/cut-graph.ts';
import { parseModel } from '../onnx/file/parse-model.ts';
import { importGraph } from '../onnx/import/import-graph.ts';
import { expand } from '../tensor/ops/expand.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { DistanceError } from './distance.ts';
import { luma } from './picture.ts';
import { chooseTaps, type Tap, tapCandidates } from './taps.ts';

/** A network cut to the layers whose features are compared. */
export interface Trunk {
  readonly name: string;
  /** Values of the file's graph that features are taken from, and their channels. */
  readonly taps: readonly Tap[];
  /** Features [N, C_l, H_l, W_l] of pictures [N, C, H, W] with pixels in [0, 1], one for each tap. */
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
}

let opened = 0;

/**
 * Opens any ONNX network as a trunk. The part after the last layer is never run, so that a classifier of fixed classes still takes
 * pictures of any size.
 * @throws ModelFileError if the bytes are no ONNX model; DistanceError if it has no fitting layers
 */
export async function openTrunk(source: string | URL | Uint8Array, options: TrunkOptions = {}): Promise<Trunk> {
  const path = source instanceof Uint8Array ? undefined : modelAddress(String(source));
  const bytes = source instanceof Uint8Array ? source : await fileSystem.readFile(path!);
  const file = parseModel(bytes);
  const name = (source instanceof Uint8Array ? undefined : String(source).split(/[\\/]/).at(-1)) ?? 'trunk';
  const model = { location: `trunk-${opened++}`, bytes, ...(path === undefined ? {} : { path }) };
  const external = await externalFiles(file, path);
  const sidecar = await readSidecar(path);
  const picture = pictureInput(file, options.input);
  const height = picture.height ?? 224;
  const { preprocessing } = choosePreprocessing(
    options.preprocessing === undefined ? {} : { preprocessing: options.preprocessing },
    [sidecar, readMetadata(file)],
    picture,
    1000,
    height,
  );

  const importCut = (cut: ModelProto, x: Tensor) =>
    importGraph(cut, new Map([[picture.name, x]]), {
      files: { model, external: (location) => external.find((one) => one.location === location)! },
      singlePrecision: true,
    }).values;
  const candidates = tapCandidates(file, picture.name);
  const shape = (h: number, w: number) =>
    picture.layout === 'NHWC' ? [1, h, w, picture.channels] : [1, picture.channels, h, w];
  const nominal = input('picture', shape(height, picture.width ?? height));
  const values = importCut(cutGraph(file, options.layers ?? candidates), nominal);
  const shapes = new Map([...values].map(([value, { shape: sizes }]) => [value, sizes]));
  const taps = chooseTaps(options.layers, candidates, shapes, options.channels, name);
  const cut = cutGraph(
    file,
    taps.map(({ value }) => value),
  );

  return {
    name,
    taps,
    features(x) {
      const prepared = preprocess(asChannels(x, picture.channels), preprocessing, x.shape.slice(2) as [number, number]);
      const found = importCut(cut, prepared);
      return taps.map(({ value }) => {
        const y = found.get(value)!;
        if (y.shape[0] === x.shape[0]) return y;
        throw new DistanceError(`${name} mixes the pictures of a batch at "${value}": it cannot serve as a trunk.`);
      });
    },
  };
}

function pictureInput(file: ModelProto, name: string | undefined): PictureInput {
  if (name === undefined) return findPictureInput(file);
  const found = graphInputs(file).find((one) => one.name === name);
  if (found === undefined || found.shape.length !== 4) {
    const names = graphInputs(file).map((one) => one.name);
    throw new DistanceError(`The trunk has no picture input "${name}"; its inputs are ${names.join(', ')}.`);
  }
  const [batch, channels, height, width] = found.shape;
  return { ...found, layout: 'NCHW', channels: channels ?? 3, height, width, batch };
}

/** Grey pictures for a network of colours, and the other way round. */
function asChannels(x: Tensor, channels: number): Tensor {
  if (x.shape[1] === channels) return x;
  return channels === 1 ? luma(x) : expand(x, [x.shape[0]!, channels, ...x.shape.slice(2)]);
}
