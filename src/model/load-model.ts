/** @file Loads an ONNX classifier: finds its picture input, its preprocessing, its class names and its scores. */
import type { ModelProto } from 'onnx-buf';
import * as files from '#files';
import { openRuntime } from '#runtime';
import { parseModel } from '../onnx/file/parse-model.ts';
import { carriedTypes } from '../onnx/import/carried.ts';
import { type ImportedGraph, importGraph, UnknownShapeError } from '../onnx/import/import-graph.ts';
import { compile, type Specs } from '../runtime/compile.ts';
import type { DeviceRuntime, Session, TensorData, TypedArray } from '../runtime/runtime.ts';
import { typedArray } from '../runtime/typed-array.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Device, Spec } from '../tensor/op.ts';
import { cast } from '../tensor/ops/cast.ts';
import { foldAffine, substitute } from '../tensor/rewrite.ts';
import { input, type Node, type Tensor, type WeightFile } from '../tensor/tensor.ts';
import { type ClassList, cifar10Names, findClass, parseClassList } from './class-names.ts';
import { externalFiles } from './external-files.ts';
import { stripTail } from './logits.ts';
import type { Model, Origin, PlainPrediction, TracedModel } from './model.ts';
import { ModelError } from './model-error.ts';
import { findPictureInput, type PictureInput } from './picture-input.ts';
import { openPlainModel } from './plain-model.ts';
import { describePreprocessing, type Preprocessing, preprocess, preprocessOnHost } from './preprocessing.ts';
import { parseSidecar, resolvePreprocessing, type Sidecar, sidecarName } from './sidecar.ts';

/** How a model is loaded. What is not said is looked for in its sidecar, then guessed. */
export interface LoadOptions {
  /** A preset's name (imagenet, cifar10, caffe-bgr, tf, raw255, none, mnist) or the constants themselves. */
  readonly preprocessing?: string | Partial<Preprocessing>;
  /** Class names, or the path of a file that lists them. */
  readonly classes?: readonly string[] | string;
  /** The output that holds the class scores, where the model has several; the first unless given. */
  readonly output?: string;
  /** Spatial size for a model that leaves it open. */
  readonly height?: number;
  readonly width?: number;
  readonly device?: Device | DeviceRuntime;
  /** A name for reports; the file's name unless given. */
  readonly name?: string;
}

let loaded = 0;

/**
 * Loads a model from a path, an address or its bytes.
 * @throws ModelFileError if the bytes are no ONNX model; ModelError if it takes no pictures or the options do not fit;
 * ImportError if its graph cannot be imported
 * @example
 * await using model = await loadModel('resnet20.onnx', { preprocessing: 'imagenet' });
 * const { label } = await model.predictPlain(pixels);
 */
export async function loadModel(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const path = source instanceof Uint8Array ? undefined : String(source);
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
    typeof options.preprocessing === 'object' ? options.preprocessing.layout : undefined,
  );
  const { height, width } = pictureSize(pictureInput, options);
  const plain = await openPlainModel(file, bytes, external, device);
  try {
    const importer = new Importer(file, weights, external, pictureInput, { height, width }, device, bytes);
    await importer.findShapes();
    const outputName = options.output ?? sidecar?.output ?? file.graph!.output[0]!.name;
    const outputIndex = file.graph!.output.findIndex((output) => output.name === outputName);
    if (outputIndex === -1) {
      throw new ModelError(
        `The model has no output "${outputName}"; it has ${file.graph!.output.map((output) => output.name).join(', ')}.`,
      );
    }
    return finishLoading({
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
      importer,
      outputIndex,
      outputName,
    });
  } catch (error) {
    await plain.release();
    throw error;
  }
}

async function readSidecar(path: string | undefined): Promise<Sidecar | undefined> {
  if (path === undefined) return undefined;
  const name = sidecarName(path);
  const bytes = await files.readFileIfPresent(name);
  return bytes === undefined ? undefined : parseSidecar(new TextDecoder().decode(bytes), name);
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

/** Imports the graph for any batch size, each once. */
class Importer {
  readonly #file: ModelProto;
  readonly #weights: WeightFile;
  readonly #external: readonly WeightFile[];
  readonly #input: PictureInput;
  readonly #size: { readonly height: number; readonly width: number };
  readonly #device: DeviceRuntime;
  readonly #bytes: Uint8Array;
  readonly #imported = new Map<
    number,
    { readonly placeholder: Tensor; readonly graph: ImportedGraph; readonly outputs: readonly Tensor[] }
  >();
  readonly #shapes = new Map<string, Spec>();

  constructor(
    file: ModelProto,
    weights: WeightFile,
    external: readonly WeightFile[],
    pictureInput: PictureInput,
    size: { readonly height: number; readonly width: number },
    device: DeviceRuntime,
    bytes: Uint8Array,
  ) {
    this.#file = file;
    this.#weights = weights;
    this.#external = external;
    this.#input = pictureInput;
    this.#size = size;
    this.#device = device;
    this.#bytes = bytes;
  }

  /** Shape of the network's own input for a batch. */
  inputShape(batch: number): number[] {
    const { channels, layout } = this.#input;
    const { height, width } = this.#size;
    return layout === 'NHWC' ? [batch, height, width, channels] : [batch, channels, height, width];
  }

  /** The node of the file that an expression of any batch came from. */
  describe(node: Node): string | undefined {
    for (const { graph } of this.#imported.values()) {
      const label = graph.describe(node);
      if (label !== undefined) return label;
    }
    return undefined;
  }

  /** The graph for a batch: its values as expressions of a placeholder, batch normalisation folded. */
  at(batch: number) {
    const known = this.#imported.get(batch);
    if (known !== undefined) return known;
    const placeholder = input('network input', this.inputShape(batch));
    const graph = importGraph(this.#file, new Map([[this.#input.name, asDeclared(placeholder, this.#input.dtype)]]), {
      files: {
        model: this.#weights,
        external: (location) => {
          const found = this.#external.find((candidate) => candidate.location === location);
          if (found === undefined) throw new ModelError(`The model's external data file "${location}" is missing.`);
          return found;
        },
      },
      singlePrecision: true,
      shapes: this.#shapes,
    });
    const imported = { placeholder, graph, outputs: foldAffine(graph.outputs, graph.succeed) };
    this.#imported.set(batch, imported);
    return imported;
  }

  /** Runs the plain model once on black pictures where shapes cannot be known otherwise. */
  async findShapes(): Promise<void> {
    for (;;) {
      try {
        this.at(1);
        return;
      } catch (error) {
        const fresh = error instanceof UnknownShapeError && error.values.some((name) => !this.#shapes.has(name));
        if (!fresh) throw error;
        const session = await openPlainModel(this.#file, this.#bytes, this.#external, this.#device, error.values);
        const shape = this.inputShape(1);
        const black = new Float32Array(shape.reduce((product, size) => product * size));
        const results = await session.run({ [this.#input.name]: plainFeed(black, shape, this.#input.dtype) });
        await session.release();
        for (const name of error.values)
          this.#shapes.set(name, { shape: results[name]!.shape, dtype: results[name]!.dtype });
      }
    }
  }
}

/** Half and double precision inputs are computed in float32; bytes are what a model of uint8 pictures sees. */
function asDeclared(x: Tensor, dtype: DType): Tensor {
  return dtype === 'uint8' ? cast(x, 'uint8') : x;
}

function plainFeed(values: Float32Array, shape: readonly number[], dtype: DType): TensorData {
  const single = dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float32';
  const data: TypedArray = single
    ? values
    : typedArray(dtype, Array.from(values, dtype === 'uint8' ? Math.round : (v) => v));
  return { data, shape, dtype: single ? 'float32' : dtype };
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
  readonly importer: Importer;
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
    importer,
    outputIndex,
    outputName,
  } = parts;
  const { channels, layout } = pictureInput;
  const single = importer.at(1).outputs[outputIndex]!;
  const { logits, removed } = stripTail(single);
  const classCount = logits.shape[1]!;
  const { preprocessing, origin } = choosePreprocessing(options, sidecar, channels, layout, classCount, height);
  const classes = await chooseClasses(options, sidecar, file, classCount, { channels, height });
  const maxBatch = largestBatch(pictureInput, importer, outputIndex, classCount);

  const notes = [
    ...(origin === 'guess'
      ? [
          `Preprocessing is a guess (${describePreprocessing(preprocessing)}). Confirm it: pareidolia inspect ${name} --images FOLDER, or say it with --preprocessing.`,
        ]
      : []),
    ...(removed === undefined ? [] : [`The model ends in a ${removed}; attacks work on the scores before it.`]),
    ...(maxBatch === 1 && pictureInput.batch !== undefined
      ? ['The file fixes a batch of 1; pictures run one at a time.']
      : []),
  ];

  const trace = (x: Tensor): TracedModel => {
    const { placeholder, graph, outputs } = importer.at(x.shape[0]!);
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
    };
  };
  const pictures = (count: number): Specs => ({ x: { shape: [count, channels, height, width], dtype: 'float32' } });
  const logitsOf = (x: Tensor): Tensor => {
    const { placeholder, graph, outputs } = importer.at(x.shape[0]!);
    const prepared = preprocess(x, preprocessing, [height, width]);
    return stripTail(substitute([outputs[outputIndex]!], new Map([[placeholder, prepared]]), graph.succeed)[0]!).logits;
  };

  const carried = carriedTypes([single]);
  if (carried.length > 0) {
    await refuseForeignOps(carried, () =>
      compile(({ x }) => ({ logits: logitsOf(x!) }), pictures(1), { device, key: `${key} predict` }),
    );
    notes.push(`${carried.join(', ')} run as they are and pass no gradient.`);
  }

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
    notes,
    device,
    input: pictureInput,
    file,
    logits: logitsOf,
    trace,
    describe: (node: Node) => importer.describe(node),
    async predict(pixels, count) {
      const program = await compile(({ x }) => ({ logits: logitsOf(x!) }), pictures(count), {
        device,
        key: `${key} predict`,
      });
      const { logits: scores } = await program.run({ x: pixels });
      return scores!.data as Float32Array;
    },
    async predictPlain(pixels) {
      const shape = importer.inputShape(1);
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
      for (const [programKey, program] of device.programs) {
        if (!programKey.startsWith(`${key} `)) continue;
        device.programs.delete(programKey);
        await (await program).release();
      }
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
  const all = new Float32Array(data.length * batch);
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

function choosePreprocessing(
  options: LoadOptions,
  sidecar: Sidecar | undefined,
  channels: number,
  layout: Preprocessing['layout'],
  classCount: number,
  height: number,
): { preprocessing: Preprocessing; origin: Origin } {
  if (options.preprocessing !== undefined)
    return { preprocessing: resolvePreprocessing(options.preprocessing, channels, layout), origin: 'option' };
  if (sidecar?.preprocessing !== undefined) {
    return {
      preprocessing: resolvePreprocessing(sidecar.preprocessing as string | Partial<Preprocessing>, channels, layout),
      origin: 'sidecar',
    };
  }
  const guess =
    channels === 1 ? 'none' : classCount === 10 && height === 32 ? 'cifar10' : classCount >= 1000 ? 'imagenet' : 'none';
  return { preprocessing: resolvePreprocessing(guess, channels, layout), origin: 'guess' };
}

async function chooseClasses(
  options: LoadOptions,
  sidecar: Sidecar | undefined,
  file: ModelProto,
  classCount: number,
  { channels, height }: { readonly channels: number; readonly height: number },
): Promise<ClassList | undefined> {
  const metadata = file.metadataProps.find(
    ({ key }) => key === 'classes' || key === 'names' || key === 'labels',
  )?.value;
  const list = options.classes ?? sidecar?.classes;
  const given =
    typeof list === 'string'
      ? parseClassList(new TextDecoder().decode(await files.readFile(list)))
      : list && { names: list };
  if (given !== undefined) {
    if (given.names.length === classCount) return given;
    throw new ModelError(`${given.names.length} class names for a model of ${classCount} classes.`);
  }
  if (metadata !== undefined) {
    try {
      const classes = parseClassList(metadata);
      if (classes.names.length === classCount) return classes;
    } catch {
      // Metadata is free text: what is no list of names says nothing.
    }
  }
  return channels === 3 && height === 32 && classCount === 10 ? { names: cifar10Names } : undefined;
}

/** How many pictures one run takes: any number where the graph allows it, else what the file fixes. */
function largestBatch(pictureInput: PictureInput, importer: Importer, outputIndex: number, classCount: number): number {
  try {
    const { logits } = stripTail(importer.at(2).outputs[outputIndex]!);
    if (logits.shape[0] === 2 && logits.shape[1] === classCount) return Number.POSITIVE_INFINITY;
  } catch {
    // A reshape to a fixed size: the graph holds for one batch size alone.
  }
  return pictureInput.batch ?? 1;
}
