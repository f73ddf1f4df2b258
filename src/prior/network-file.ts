/** @file A denoiser's or a generator's file: opened for its expressions, with one input and one output. */
import * as fileSystem from '#files';
import { externalFiles } from '../model/external-files.ts';
import { modelAddress } from '../model/zoo.ts';
import { parseModel } from '../onnx/file/parse-model.ts';
import { type OpenGraph, openGraph } from '../onnx/open-graph.ts';
import { hashOf } from '../random/random-stream.ts';
import { PriorError } from './prior-error.ts';

/** A network of one input and one output. */
export interface NetworkFile {
  readonly name: string;
  /** Tells its contents from any other's, whatever it is called and whenever it was opened. */
  readonly contents: string;
  readonly graph: OpenGraph;
  readonly input: string;
  readonly output: string;
  /** Sizes of the input, undefined where the file leaves them open. */
  readonly inputShape: readonly (number | undefined)[];
}

/**
 * Opens a path, an address, an embedded model (`zoo:NAME`) or the bytes of a file.
 * @throws PriorError where it has several inputs; ModelFileError if the bytes are no ONNX model
 */
export async function openNetworkFile(source: string | URL | Uint8Array): Promise<NetworkFile> {
  const path = source instanceof Uint8Array ? undefined : modelAddress(String(source));
  const bytes = source instanceof Uint8Array ? source : await fileSystem.readFile(path!);
  const beside = await externalFiles(parseModel(bytes), path);
  const graph = openGraph(bytes, { external: Object.fromEntries(beside.map((one) => [one.location, one.bytes])) });
  const name = path?.split(/[\\/]/).at(-1) ?? 'the network';
  const [input, second] = graph.inputs;
  if (input === undefined || second !== undefined)
    throw new PriorError(`${name} takes ${graph.inputs.length} inputs (${graph.inputs.join(', ')}); one was expected.`);
  const type = graph.file.graph!.input.find((one) => one.name === input)?.type?.value;
  const dims = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
  const inputShape = dims.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : undefined));
  const contents = [bytes, ...beside.map((one) => one.bytes)].map(hashOfBytes).join(' ');
  return { name, contents, graph, input, output: graph.outputs[0]!, inputShape };
}

/** A number that bytes decide. */
function hashOfBytes(bytes: Uint8Array): number {
  const words = new Float32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return hashOf(words);
}
