/** @file A model as its user sees it: pixels in [0, 1] in, class scores out, with names for its classes and units. */
import type { ModelProto } from 'onnx-buf';
import type { ImportedGraph } from '../onnx/import/import-graph.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import type { PictureInput } from './picture-input.ts';
import type { Preprocessing } from './preprocessing.ts';

/** Where a setting came from. */
export type Origin = 'option' | 'sidecar' | 'metadata' | 'guess' | 'none';

/** What the model says of one picture, run alone and as its file has it. */
export interface PlainPrediction {
  /** Class scores as the file gives them (probabilities where it ends in a softmax). */
  readonly scores: Float32Array;
  /** Probabilities: the softmax of the scores, or the scores where they are probabilities already. */
  readonly probabilities: Float32Array;
  readonly label: number;
}

/** The values of a model's graph as expressions of a batch of pictures. */
export interface TracedModel extends ImportedGraph {
  readonly logits: Tensor;
}

/** A loaded model. Release it with `dispose`, or declare it with `await using`. */
export interface Model extends AsyncDisposable {
  readonly name: string;
  /** Sizes of a picture for it. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classCount: number;
  readonly classNames: readonly string[] | undefined;
  readonly preprocessing: Preprocessing;
  readonly preprocessingOrigin: Origin;
  /** The op at the end that attacks leave out, so that gradients do not vanish. */
  readonly removedTail: 'softmax' | 'logSoftmax' | 'sigmoid' | undefined;
  /** Largest batch that one run takes; the file may fix it. */
  readonly maxBatch: number;
  /** What a user should know: guesses, removed tails, fixed batches. */
  readonly notes: readonly string[];
  /** What gradients are not: stand-ins that were asked for, roundings that they pass straight through. */
  readonly gradientNotes: readonly string[];
  readonly device: DeviceRuntime;
  readonly input: PictureInput;
  readonly file: ModelProto;
  /** Tells this model from any other, also across batches and runs. */
  readonly key: string;
  /**
   * Class scores [N, K] of pictures [N, C, H, W] with pixels in [0, 1], as an expression to differentiate and compile.
   * Pictures of another size are resized and cropped in the graph.
   */
  logits(x: Tensor): Tensor;
  /** Every value of the graph as an expression of pictures. */
  trace(x: Tensor): TracedModel;
  /** The node of the file that an expression came from, for messages. */
  describe(node: Node): string | undefined;
  /** Class scores of `count` pictures of the model's size, [count, K]. */
  predict(pixels: Float32Array, count: number): Promise<Float32Array>;
  /** What the file's own graph says of one picture of the model's size, [C, H, W]. */
  predictPlain(pixels: Float32Array): Promise<PlainPrediction>;
  /** A class's name, or its number where it has none. */
  className(label: number): string;
  /** The class of a name or number. @throws ModelError with near matches where there is none. */
  classOf(name: string): number;
}
