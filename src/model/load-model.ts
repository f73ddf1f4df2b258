/** @file Loads an ONNX classifier: finds its picture input, its preprocessing, its class names and its scores. */
import type { ModelProto } from 'onnx-buf';
import * as files from '#files';
import { openRuntime } from '#runtime';
import { parseModel } from '../onnx/file/parse-model.ts';
import { carriedTypes } from '../onnx/import/carried.ts';
import type { StandIns } from '../onnx/import/stand-ins.ts';
import { compile, releasePrograms, type Specs } from '../runtime/compile.ts';
import type { DeviceRuntime, Session, TensorData } from '../runtime/runtime.ts';
import { isFloat } from '../tensor/dtype.ts';
import type { Device } from '../tensor/op.ts';
import { substitute } from '../tensor/rewrite.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { findClass } from './class-names.ts';
import { externalFiles } from './external-files.ts';
import { straightThroughNote } from './gradient-notes.ts';
import { stripTail } from './logits.ts';
import type { Model, PlainPrediction, TracedModel } from './model.ts';
import { ModelError } from './model-error.ts';
import { ModelGraph, plainFeed } from './model-graph.ts';
import { chooseClasses, choosePreprocessing, readMetadata, readSidecar } from './model-settings.ts';
import { findPictureInput, type PictureInput } from './picture-input.ts';
import { openPlainModel } from './plain-model.ts';
import { describePreprocessing, type Preprocessing, preprocess, preprocessOnHost } from './preprocessing.ts';
import type { Sidecar } from './sidecar.ts';
import { modelAddress } from './zoo.ts';

/** How a model is loaded. What is not said is looked for in its sidecar, then guessed. */
export interface LoadOptions {
  /** A preset's name (imagenet, cifar10, caffe-bgr, tf, raw255, none, mnist) or the constants themselves. */
  readonly preprocessing?: string | Partial<Preprocessing>;
  /** Class names, or the path of a file that lists them. */
  readonly classes?: readonly string[] | string;
  /** The output that holds the class scores, where the model has several; the first of floating-point numbers unless given. */
  readonly output?: string;
  /** Spatial size for a model that leaves it open. */
  readonly height?: number;
  readonly width?: number;
  readonly device?: Device | DeviceRuntime;
  /**
   * What gradients see instead of nodes that have none, or none of use, by the node's name in the file or its type: `{ ArgMax: 'zero' }`.
   * Rounding and quantisation pass gradients straight through unless told otherwise. Answers stay the file's own.
   */
  readonly standIns?: StandIns;
  /** A name for reports; the file's name unless given. */
  readonly name?: string;
}

let loaded = 0;

/**
 * Loads a model from a path, an address, its bytes, or by the name of an embedded one (`zoo:shapes-standard`).
 * @throws ModelFileError if the bytes are no ONNX model; ModelError if it takes no pictures or the options do not fit;
 * ImportError if its graph cannot be imported
 * @example
 * await using model = await loadModel('resnet20.onnx', { preprocessing: 'imagenet' });
 * const { label } = await model.predictPlain(pixels);
 */
export async function loadModel(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const path = source instanceof Uint8Array ? undefined : modelAddress(String(source));
  const bytes = source instanceof Uint8Array ? source : await files.readFile(path!);
  const file = parseModel(bytes);
  const device = typeof options.device === 'object' ? options.device : await openRuntime(options.device ?? 'cpu');
  const name = options.name ?? path?.split(/[\\/]/).at(-1) ?? 'model';
  const key = `model ${loaded++}`;
  const weights = {
    location: `${key} ${name}`.replace(/[^\w.-]/g, '_'),
    bytes,
    ...(path === undefined ? {} : { path }),
  };
  const external = await externalFiles(file, path);
  const sidecar = await readSidecar(path);

  const pictureInput = findPictureInput(
    file,
    layoutOf(options.preprocessing) ?? layoutOf(sidecar?.preprocessing as LoadOptions['preprocessing']),
  );
  const { height, width } = pictureSize(pictureInput, options);
  const plain = await openPlainModel(file, bytes, external, device);
  try {
    const { standIns = {} } = options;
    const graphs = new ModelGraph({ file, bytes, weights, external, pictureInput, height, width, device, standIns });
    await graphs.findShapes();
    const { outputIndex, outputName } = chooseOutput(file, graphs.at(1).outputs, options.output ?? sidecar?.output);
    return await finishLoading({
      file,
      key,
      name,
      device,
      options,
      sidecar,
      pictureInput,
      height,
      width,
      plain,
      graphs,
      outputIndex,
      outputName,
    });
  } catch (error) {
    await plain.release();
    throw error;
  }
}

function layoutOf(preprocessing: LoadOptions['preprocessing']): Preprocessing['layout'] | undefined {
  return typeof preprocessing === 'object' ? preprocessing.layout : undefined;
}

/** The output that is asked for, or the first that can hold class scores. */
function chooseOutput(file: ModelProto, outputs: readonly Tensor[], asked: string | undefined) {
  const names = file.graph!.output.map(({ name }) => name);
  const list = names.map((name, i) => `${name} ${outputs[i]!.dtype}`).join(', ');
  const first = outputs.findIndex(({ dtype }) => isFloat(dtype));
  const outputIndex = asked === undefined ? Math.max(0, first) : names.indexOf(asked);
  if (outputIndex === -1) throw new ModelError(`The model has no output "${asked}"; it has ${list}.`);
  const outputName = names[outputIndex]!;
  if (!isFloat(outputs[outputIndex]!.dtype)) {
    throw new ModelError(
      `Output "${outputName}" holds ${outputs[outputIndex]!.dtype}; class scores are floating-point numbers. The model has ${list}.`,
    );
  }
  return { outputIndex, outputName };
}

function pictureSize(pictureInput: PictureInput, options: LoadOptions): { height: number; width: number } {
  const size = (fixed: number | undefined, asked: number | undefined, what: string) => {
    if (fixed !== undefined && asked !== undefined && fixed !== asked)
      throw new ModelError(`The model's ${what} is ${fixed}, not ${asked}.`);
    return fixed ?? asked ?? 224;
  };
  return {
    height: size(pictureInput.height, options.height, 'height'),
    width: size(pictureInput.width, options.width, 'width'),
  };
}

interface Loaded {
  readonly file: ModelProto;
  readonly key: string;
  readonly name: string;
  readonly device: DeviceRuntime;
  readonly options: LoadOptions;
  readonly sidecar: Sidecar | undefined;
  readonly pictureInput: PictureInput;
  readonly height: number;
  readonly width: number;
  readonly plain: Session;
  readonly graphs: ModelGraph;
  readonly outputIndex: number;
  readonly outputName: string;
}

async function finishLoading(parts: Loaded): Promise<Model> {
  const {
    file,
    key,
    name,
    device,
    options,
    sidecar,
    pictureInput,
    height,
    width,
    plain,
    graphs,
    outputIndex,
    outputName,
  } = parts;
  const { channels } = pictureInput;
  const single = graphs.at(1).outputs[outputIndex]!;
  const { logits, removed } = stripTail(single);
  const classCount = logits.shape[1]!;
  const { preprocessing, origin } = choosePreprocessing(
    options,
    [sidecar, readMetadata(file)],
    pictureInput,
    classCount,
    height,
  );
  const classes = await chooseClasses(options, sidecar, file, classCount, { channels, height });
  const maxBatch = largestBatch(pictureInput, graphs, outputIndex, classCount);

  const notes = [
    ...(origin === 'guess'
      ? [
          `Preprocessing is a guess (${describePreprocessing(preprocessing)}). Confirm it: pareidolia inspect ${name} --images FOLDER, or say it with --preprocessing.`,
        ]
      : []),
    ...(removed === undefined ? [] : [`The model ends in a ${removed}; attacks work on the scores before it.`]),
    ...(pictureInput.batch !== undefined && Number.isFinite(maxBatch)
      ? [
          maxBatch === 1
            ? 'The file fixes a batch of 1; pictures run one at a time.'
            : `The file fixes a batch of ${maxBatch}; it is filled up where there are fewer pictures.`,
        ]
      : []),
  ];

  const trace = (x: Tensor): TracedModel => {
    const { placeholder, graph, outputs } = graphs.at(x.shape[0]!);
    const prepared = preprocess(x, preprocessing, [height, width]);
    const names = [...graph.values.keys()];
    // Values and folded outputs are two views of one graph: what is asked for decides which is compiled.
    const replaced = substitute(
      [outputs[outputIndex]!, ...graph.values.values()],
      new Map([[placeholder, prepared]]),
      graph.succeed,
    );
    return {
      logits: stripTail(replaced[0]!).logits,
      values: new Map(names.map((value, i) => [value, replaced[i + 1]!])),
      outputs: graph.outputs.map((y) => replaced[names.findIndex((value) => graph.values.get(value) === y) + 1]!),
      describe: graph.describe,
      succeed: graph.succeed,
      standInNotes: graph.standInNotes,
    };
  };
  const pictures = (count: number): Specs => ({ x: { shape: [count, channels, height, width], dtype: 'float32' } });
  const logitsOf = (x: Tensor): Tensor => {
    const { placeholder, graph, outputs } = graphs.at(x.shape[0]!);
    const prepared = preprocess(x, preprocessing, [height, width]);
    return stripTail(substitute([outputs[outputIndex]!], new Map([[placeholder, prepared]]), graph.succeed)[0]!).logits;
  };

  const carried = carriedTypes([single]);
  if (carried.length > 0) {
    await refuseForeignOps(carried, () =>
      compile(({ x }) => ({ logits: logitsOf(x!) }), pictures(1), { device, key: `${key} predict` }),
    );
    const replaced = carried.filter((type) => options.standIns?.[type] !== undefined);
    const lost = carried.filter((type) => !replaced.includes(type));
    if (lost.length > 0) notes.push(`${lost.join(', ')} run as they are and pass no gradient.`);
  }

  const straight = straightThroughNote(logits, (node) => graphs.describe(node));
  const gradientNotes = [...graphs.at(1).graph.standInNotes, ...(straight === undefined ? [] : [straight])];

  return {
    name,
    key,
    channels,
    height,
    width,
    classCount,
    classNames: classes?.names,
    preprocessing,
    preprocessingOrigin: origin,
    removedTail: removed,
    maxBatch,
    notes: [...notes, ...gradientNotes],
    gradientNotes,
    device,
    input: pictureInput,
    file,
    logits: logitsOf,
    trace,
    describe: (node: Node) => graphs.describe(node),
    async predict(pixels, count) {
      const program = await compile(({ x }) => ({ logits: logitsOf(x!) }), pictures(count), {
        device,
        key: `${key} predict`,
      });
      const { logits: scores } = await program.run({ x: pixels });
      return scores!.data as Float32Array;
    },
    async predictPlain(pixels) {
      const shape = graphs.inputShape(1);
      const feed = plainFeed(preprocessOnHost(pixels, preprocessing, [height, width]), shape, pictureInput.dtype);
      const batch = pictureInput.batch ?? 1;
      const results = await plain.run({ [pictureInput.name]: batch === 1 ? feed : repeated(feed, batch) }, [
        outputName,
      ]);
      const scores = Float32Array.from(results[outputName]!.data as Float32Array).subarray(0, classCount);
      return interpretScores(scores, removed);
    },
    className: (label) => classes?.names[label] ?? `class ${label}`,
    classOf: (wanted) => findClass(wanted, classes, classCount),
    async [Symbol.asyncDispose]() {
      await plain.release();
      await releasePrograms(device, key);
    },
  };
}

/** Ops outside the current standard run in the file that has them and in nothing derived from it. */
async function refuseForeignOps(types: readonly string[], derive: () => Promise<unknown>): Promise<void> {
  try {
    await derive();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError(
      `The model uses ${types.join(', ')}, not ops of the current ONNX standard: the file itself runs, but no gradient or other graph can be derived from it (${reason}). Export it again with standard ops.`,
    );
  }
}

/** A picture in every place of a batch that the file fixes. */
function repeated({ data, shape, dtype }: TensorData, batch: number): TensorData {
  const all = new (data.constructor as Float32ArrayConstructor)(data.length * batch);
  for (let i = 0; i < batch; i++) all.set(data as Float32Array, i * data.length);
  return { data: all, shape: [batch, ...shape.slice(1)], dtype };
}

function interpretScores(scores: Float32Array, tail: Model['removedTail']): PlainPrediction {
  const label = scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
  if (tail === 'softmax' || tail === 'sigmoid') return { scores, probabilities: scores, label };
  const top = scores[label]!;
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return { scores, probabilities: powers.map((power) => power / total), label };
}

/** How many pictures one run takes: any number where the graph allows it, else what the file fixes. */
function largestBatch(pictureInput: PictureInput, graphs: ModelGraph, outputIndex: number, classCount: number): number {
  if (graphs.onlyBatch !== undefined) return graphs.onlyBatch;
  try {
    const { logits } = stripTail(graphs.at(2).outputs[outputIndex]!);
    if (logits.shape[0] === 2 && logits.shape[1] === classCount) return Number.POSITIVE_INFINITY;
  } catch {
    // A reshape to a fixed size: the graph holds for one batch size alone.
  }
  return pictureInput.batch ?? 1;
}
