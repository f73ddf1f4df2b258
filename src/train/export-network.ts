/** @file A trained network as a plain ONNX file that loads everywhere, with its classes and preprocessing inside and in a sidecar. */
import { metadataKey, type Sidecar } from '../model/sidecar.ts';
import { writeGraph } from '../onnx/write-graph.ts';
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { foldAffine, isConstantExpression, substitute } from '../tensor/rewrite.ts';
import { sizeOf } from '../tensor/shape.ts';
import {
  constant,
  constantFromBytes,
  constantOp,
  input,
  isConstant,
  type Node,
  type Tensor,
  topologicalOrder,
} from '../tensor/tensor.ts';
import type { Layout } from './layout.ts';
import { Scope, type Store } from './scope.ts';
import type { TrainedNetwork } from './train.ts';

/** How a network is written. */
export interface ExportOptions {
  readonly device: DeviceRuntime;
  /** Fold batch normalisation into the convolutions before it; on unless said otherwise. Unfolded, it stays as nodes of its own. */
  readonly foldBatchNorm?: boolean;
  /** Kept beside the classes in the file's metadata and the sidecar: recipe, accuracies, licence … */
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** A model file and what stands beside it. */
export interface ExportedNetwork {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sidecar: Sidecar;
}

/** Writes a trained network. Its input's first axis is open: any number of pictures [C, H, W] with pixels in [0, 1], or of codes. */
export async function exportNetwork(trained: TrainedNetwork, options: ExportOptions): Promise<ExportedNetwork> {
  const { device, foldBatchNorm = true, notes } = options;
  const { task, layout, parameters, statistics, imageShape, classNames } = trained;
  const target = task.export(imageShape);
  const x = input(target.input.name, target.input.spec.shape, target.input.spec.dtype);
  const store = new ConstantStore(layout, parameters, statistics);
  const built = target.build(x, new Scope(store, foldBatchNorm ? 'eval' : 'export'));

  const successors = new Map<Node, Node>();
  const [folded] = foldBatchNorm ? foldAffine([built], (from, to) => successors.set(from, to)) : [built];
  const y = await withConstantsEvaluated(folded!, device, (from, to) => successors.set(from, to));
  const names = new Map<Tensor, string>();
  for (const [name, value] of store.names) {
    let node = value.node;
    for (let next = successors.get(node); next !== undefined && next !== node; next = successors.get(node)) node = next;
    names.set(node.outputs[value.index]!, name);
  }

  const isClassifier = y.shape.length === 2 && y.shape[1] === classNames.length;
  const sidecar: Sidecar = {
    ...(target.input.spec.shape.length === 4 ? { preprocessing: 'none' } : {}),
    ...(isClassifier ? { classes: [...classNames] } : {}),
    ...(notes === undefined ? {} : { notes }),
  };
  const { bytes } = writeGraph([x], [{ name: target.output, value: y }], 'cpu', {
    names,
    openBatch: 'N',
    metadata: { [metadataKey]: JSON.stringify(sidecar) },
  });
  return { bytes, sidecar };
}

/** A store of constants that bear their parameters' names. */
class ConstantStore implements Store {
  readonly names = new Map<string, Tensor>();
  readonly #constants: ReadonlyMap<string, Tensor>;

  constructor(layout: Layout, parameters: Float32Array, statistics: Float32Array) {
    const constants = (specs: Layout['parameters'] | Layout['statistics'], values: Float32Array) =>
      specs.map(({ name, shape, offset }): [string, Tensor] => {
        const part = values.slice(offset, offset + sizeOf(shape));
        return [
          name,
          constantFromBytes({ kind: 'constant', bytes: new Uint8Array(part.buffer), name }, shape, 'float32'),
        ];
      });
    this.#constants = new Map([
      ...constants(layout.parameters, parameters),
      ...constants(layout.statistics, statistics),
    ]);
  }

  parameter({ name }: { readonly name: string }): Tensor {
    return this.#constants.get(name)!;
  }

  statistic({ name }: { readonly name: string }): Tensor {
    return this.#constants.get(name)!;
  }

  setStatistic(): void {}

  noise({ name }: { readonly name: string }): Tensor {
    throw new TypeError(`"${name}" is random: a network that is exported must not need it.`);
  }

  progress(): Tensor {
    return constant(1);
  }

  hold(value: Tensor): Tensor {
    return value;
  }

  name(name: string, value: Tensor): void {
    this.names.set(name, value);
  }
}

/** The same value with what depends on constants alone worked out, each named after a constant in it. */
async function withConstantsEvaluated(
  y: Tensor,
  device: DeviceRuntime,
  succeeds: (from: Node, to: Node) => void,
): Promise<Tensor> {
  const known = new Map<Node, boolean>();
  const found = new Set<Tensor>();
  for (const node of topologicalOrder([y])) {
    if (isConstantExpression(node.outputs[0]!, known)) continue;
    for (const x of node.inputs) if (!isConstant(x) && isConstantExpression(x, known)) found.add(x);
  }
  if (found.size === 0) return y;
  const list = [...found];
  const program = await compile(() => Object.fromEntries(list.map((x, i) => [`c${i}`, x])), {}, { device });
  const results = await program.run({});
  await program.release();
  const taken = new Set<string>();
  const replacements = list.map((x, i): [Tensor, Tensor] => {
    const { data } = results[`c${i}`]!;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const name = namesIn(x).find((one) => !taken.has(one));
    if (name !== undefined) taken.add(name);
    return [
      x,
      constantFromBytes({ kind: 'constant', bytes, ...(name === undefined ? {} : { name }) }, x.shape, x.dtype),
    ];
  });
  return substitute([y], new Map(replacements), succeeds)[0]!;
}

function namesIn(x: Tensor): string[] {
  return topologicalOrder([x]).flatMap((node) => {
    const name = node.op === constantOp ? (node.attrs.constant as { readonly name?: string }).name : undefined;
    return name === undefined ? [] : [name];
  });
}
