/** @file A model's graph as expressions for any batch size, each imported once. */
import type { ModelProto } from 'onnx-buf';
import { type ImportedGraph, importGraph, UnknownShapeError } from '../onnx/import/import-graph.ts';
import type { DeviceRuntime, TensorData, TypedArray } from '../runtime/runtime.ts';
import { typedArray } from '../runtime/typed-array.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Spec } from '../tensor/op.ts';
import { cast } from '../tensor/ops/cast.ts';
import { foldAffine } from '../tensor/rewrite.ts';
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
}

/** Imports the graph for any batch size, each once. */
export class ModelGraph {
  readonly #parts: ModelParts;
  readonly #imported = new Map<
    number,
    { readonly placeholder: Tensor; readonly graph: ImportedGraph; readonly outputs: readonly Tensor[] }
  >();
  readonly #shapes = new Map<string, Spec>();

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

  /** The graph for a batch: its values as expressions of a placeholder, batch normalisation folded. */
  at(batch: number) {
    const known = this.#imported.get(batch);
    if (known !== undefined) return known;
    const placeholder = input('network input', this.inputShape(batch));
    const graph = importGraph(
      this.#parts.file,
      new Map([[this.#parts.pictureInput.name, asDeclared(placeholder, this.#parts.pictureInput.dtype)]]),
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
      },
    );
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
        const session = await openPlainModel(
          this.#parts.file,
          this.#parts.bytes,
          this.#parts.external,
          this.#parts.device,
          error.values,
        );
        const shape = this.inputShape(1);
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
  return dtype === 'uint8' ? cast(x, 'uint8') : x;
}

/** Values as a session of the plain file takes them. */
export function plainFeed(values: Float32Array, shape: readonly number[], dtype: DType): TensorData {
  const single = dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float32';
  const data: TypedArray = single
    ? values
    : typedArray(dtype, Array.from(values, dtype === 'uint8' ? Math.round : (v) => v));
  return { data, shape, dtype: single ? 'float32' : dtype };
}
