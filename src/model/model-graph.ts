/** @file A model's graph as expressions for any batch size, each imported once. */
import type { ModelProto } from 'onnx-buf';
import { type ImportedGraph, importGraph, UnknownShapeError } from '../onnx/import/import-graph.ts';
import type { StandIns } from '../onnx/import/stand-ins.ts';
import type { DeviceRuntime, TensorData, TypedArray } from '../runtime/runtime.ts';
import { typedArray } from '../runtime/typed-array.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Spec } from '../tensor/op.ts';
import { cast } from '../tensor/ops/cast.ts';
import { concat } from '../tensor/ops/concat.ts';
import { expand } from '../tensor/ops/expand.ts';
import { round } from '../tensor/ops/extrema.ts';
import { slice } from '../tensor/ops/slice.ts';
import { foldAffine, isConstantExpression } from '../tensor/rewrite.ts';
import { sameShape } from '../tensor/shape.ts';
import { input, type Node, type Tensor, type WeightFile } from '../tensor/tensor.ts';
import { ModelError } from './model-error.ts';
import type { PictureInput } from './picture-input.ts';
import { openPlainModel } from './plain-model.ts';

/** What a model's graph is imported from. */
export interface ModelParts {
  readonly file: ModelProto;
  readonly bytes: Uint8Array;
  readonly weights: WeightFile;
  readonly external: readonly WeightFile[];
  readonly pictureInput: PictureInput;
  readonly height: number;
  readonly width: number;
  readonly device: DeviceRuntime;
  readonly standIns?: StandIns;
}

/** Imports the graph for any batch size, each once. */
export class ModelGraph {
  readonly #parts: ModelParts;
  readonly #imported = new Map<
    number,
    { readonly placeholder: Tensor; readonly graph: ImportedGraph; readonly outputs: readonly Tensor[] }
  >();
  readonly #shapes = new Map<string, Spec>();
  #onlyBatch: number | undefined;

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  /** Shape of the network's own input for a batch. */
  inputShape(batch: number): number[] {
    const { pictureInput, height, width } = this.#parts;
    const { channels, layout } = pictureInput;
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

  /** The one batch size that the file's graph holds for, where it is more than one picture and shapes in it say so. */
  get onlyBatch(): number | undefined {
    return this.#onlyBatch;
  }

  /** The graph for a batch: its values as expressions of a placeholder, batch normalisation folded. */
  at(batch: number) {
    const known = this.#imported.get(batch);
    if (known !== undefined) return known;
    const size = this.#onlyBatch ?? batch;
    if (batch > size) throw new ModelError(`The file fixes a batch of ${size}, got ${batch} pictures.`);
    const placeholder = input('network input', this.inputShape(batch));
    const whole = this.#import(filledUp(placeholder, size));
    const graph = size === batch ? whole : firstOf(whole, batch, size);
    const imported = { placeholder, graph, outputs: foldAffine(graph.outputs, graph.succeed) };
    this.#imported.set(batch, imported);
    return imported;
  }

  #import(pictures: Tensor): ImportedGraph {
    return importGraph(
      this.#parts.file,
      new Map([[this.#parts.pictureInput.name, asDeclared(pictures, this.#parts.pictureInput.dtype)]]),
      {
        files: {
          model: this.#parts.weights,
          external: (location) => {
            const found = this.#parts.external.find((candidate) => candidate.location === location);
            if (found === undefined) throw new ModelError(`The model's external data file "${location}" is missing.`);
            return found;
          },
        },
        singlePrecision: true,
        shapes: this.#shapes,
        ...(this.#parts.standIns === undefined ? {} : { standIns: this.#parts.standIns }),
      },
    );
  }

  /** Whether a graph whose file fixes a batch is the same for one picture but for that size. */
  #holdsForOne(batch: number): boolean {
    const shapesAt = (size: number) =>
      this.#import(input('network input', this.inputShape(size))).outputs.map(({ shape }) => shape);
    try {
      const [one, all] = [shapesAt(1), shapesAt(batch)];
      return one.every((shape, i) => shape[0] === 1 && sameShape([batch, ...shape.slice(1)], all[i]!));
    } catch {
      return false;
    }
  }

  /** Finds what the file does not say: whether its graph holds for one picture, and shapes that only a run tells. */
  async findShapes(): Promise<void> {
    const { batch } = this.#parts.pictureInput;
    if (batch !== undefined && batch > 1 && !this.#holdsForOne(batch)) this.#onlyBatch = batch;
    for (;;) {
      try {
        this.at(1);
        return;
      } catch (error) {
        const fresh = error instanceof UnknownShapeError && error.values.some((name) => !this.#shapes.has(name));
        if (!fresh) throw error;
        const session = await openPlainModel(
          this.#parts.file,
          this.#parts.bytes,
          this.#parts.external,
          this.#parts.device,
          error.values,
        );
        const shape = this.inputShape(batch ?? 1);
        const black = new Float32Array(shape.reduce((product, size) => product * size));
        const results = await session.run({
          [this.#parts.pictureInput.name]: plainFeed(black, shape, this.#parts.pictureInput.dtype),
        });
        await session.release();
        for (const name of error.values)
          this.#shapes.set(name, { shape: results[name]!.shape, dtype: results[name]!.dtype });
      }
    }
  }
}

/** Half and double precision inputs are computed in float32; bytes are what a model of uint8 pictures sees. */
function asDeclared(x: Tensor, dtype: DType): Tensor {
  return dtype === 'uint8' ? cast(round(x), 'uint8') : x;
}

/** Pictures with their first repeated behind them, up to a batch of `size`. */
function filledUp(pictures: Tensor, size: number): Tensor {
  const [batch, ...rest] = pictures.shape as [number, ...number[]];
  if (batch === size) return pictures;
  const first = slice(pictures, { axes: [0], starts: [0], ends: [1] });
  return concat([pictures, expand(first, [size - batch, ...rest])], 0);
}

/** A graph of `size` pictures as one of its first `batch`. */
function firstOf(graph: ImportedGraph, batch: number, size: number): ImportedGraph {
  const cut = new Map<Tensor, Tensor>();
  const constants = new Map<Node, boolean>();
  const first = (y: Tensor): Tensor => {
    if (y.shape[0] !== size || isConstantExpression(y, constants)) return y;
    const known = cut.get(y) ?? slice(y, { axes: [0], starts: [0], ends: [batch] });
    cut.set(y, known);
    return known;
  };
  return {
    ...graph,
    values: new Map([...graph.values].map(([name, y]) => [name, first(y)])),
    outputs: graph.outputs.map(first),
  };
}

/** Values as a session of the plain file takes them. */
export function plainFeed(values: Float32Array, shape: readonly number[], dtype: DType): TensorData {
  const single = dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float32';
  const data: TypedArray = single
    ? values
    : typedArray(dtype, Array.from(values, dtype === 'uint8' ? Math.round : (v) => v));
  return { data, shape, dtype: single ? 'float32' : dtype };
}
