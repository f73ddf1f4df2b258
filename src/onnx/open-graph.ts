/** @file Any ONNX graph as a function of tensors: for gradients of models that are no classifiers of pictures. */
import type { ModelProto } from 'onnx-buf';
import { isFloat } from '../tensor/dtype.ts';
import type { Spec } from '../tensor/op.ts';
import { foldAffine } from '../tensor/rewrite.ts';
import type { Node, Tensor, WeightFile } from '../tensor/tensor.ts';
import { ModelFileError } from './file/model-file-error.ts';
import { parseModel } from './file/parse-model.ts';
import { importGraph } from './import/import-graph.ts';
import type { StandIns } from './import/stand-ins.ts';

/** Options of `openGraph`. */
export interface OpenGraphOptions {
  /** Files that the model's external data names, by their location. */
  readonly external?: Readonly<Record<string, Uint8Array>>;
  /** Compute half and double precision in float32; on unless said otherwise. */
  readonly singlePrecision?: boolean;
  /** Shapes of outputs of ops that are carried through, where the file does not say them. */
  readonly shapes?: ReadonlyMap<string, Spec>;
  /** What gradients see instead of some nodes. */
  readonly standIns?: StandIns;
}

/** An ONNX graph that can be applied to tensors. */
export interface OpenGraph {
  readonly file: ModelProto;
  /** Names of the inputs that are fed, and of the outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Outputs by name as expressions of the inputs. */
  apply(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
  /** Every value of the graph by its name in the file. */
  values(inputs: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Tensor>;
  /** The file's node behind an expression of the last application, for messages of `grad`. */
  describe(node: Node): string | undefined;
}

let opened = 0;

/**
 * Reads an ONNX file as a function of tensors.
 * @throws ModelFileError if the bytes are no ONNX model
 * @example
 * import { compile, grad, openRuntime, reduceSum } from 'pareidolia/tensor';
 * import { openGraph } from 'pareidolia/onnx';
 * const graph = openGraph(await readFile('decoder.onnx'));
 * const program = await compile(
 *   ({ z }) => {
 *     const { image } = graph.apply({ z });
 *     return { image, dz: grad(reduceSum(image), [z])[0] };
 *   },
 *   { z: { shape: [1, 2], dtype: 'float32' } },
 *   { device: await openRuntime('cpu') },
 * );
 */
export function openGraph(
  bytes: Uint8Array,
  { external = {}, singlePrecision = true, shapes, standIns }: OpenGraphOptions = {},
): OpenGraph {
  const file = parseModel(bytes);
  const graph = file.graph!;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const model: WeightFile = { location: `graph-${opened++}`, bytes };
  const files = new Map(Object.entries(external).map(([location, data]) => [location, { location, bytes: data }]));
  let describe: (node: Node) => string | undefined = () => undefined;
  const importFor = (inputs: Readonly<Record<string, Tensor>>) => {
    const imported = importGraph(file, new Map(Object.entries(inputs)), {
      files: {
        model,
        external: (location) => {
          const found = files.get(location);
          if (found === undefined)
            throw new ModelFileError(`The model's external data file "${location}" is missing; pass it in "external".`);
          return found;
        },
      },
      singlePrecision,
      ...(shapes === undefined ? {} : { shapes }),
      ...(standIns === undefined ? {} : { standIns }),
    });
    describe = imported.describe;
    return imported;
  };
  return {
    file,
    inputs: graph.input.map(({ name }) => name).filter((name) => !weights.has(name)),
    outputs: graph.output.map(({ name }) => name),
    apply(inputs) {
      const { outputs, succeed } = importFor(inputs);
      const leaves = Object.values(inputs).every((x) => x.node.op.name === 'input' && isFloat(x.dtype));
      // Folding rewrites expressions, so only leaves of the trace are sure to stay the same tensors.
      const values = leaves ? foldAffine(outputs, succeed) : outputs;
      return Object.fromEntries(graph.output.map(({ name }, i) => [name, values[i]!]));
    },
    values: (inputs) => importFor(inputs).values,
    describe: (node) => describe(node),
  };
}
