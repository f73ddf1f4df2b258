/** @file What a model computes as a short text: files of one name but other weights, preprocessing or outputs have others. */
import { contentHash } from '../data/content-hash.ts';
import type { Model } from '../model/model.ts';
import { constantData, constantOp, input, type Node, topologicalOrder } from '../tensor/tensor.ts';

/**
 * A hash of a model's scores as a function of a picture: its ops, their order and settings, and the bytes of all weights, also of those
 * in external files. Unlike `Model.key` it is the same in every process; 32 hexadecimal digits.
 */
export async function modelHash({ channels, height, width, logits }: Model): Promise<string> {
  const scores = logits(input('picture', [1, channels, height, width]));
  const places = new Map<Node, number>();
  const lines: string[] = [];
  for (const node of topologicalOrder([scores])) {
    places.set(node, lines.length);
    const y = node.outputs[0]!;
    const settings = node.op === constantOp ? await contentHash(constantData(y).bytes) : node.attrs;
    const inputs = node.inputs.map((x) => [places.get(x.node), x.index]);
    lines.push(JSON.stringify([node.op.name, y.dtype, y.shape, inputs, settings], plain));
  }
  return contentHash(new TextEncoder().encode([...lines, scores.index].join('\n')));
}

/** What JSON has no word for. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
}
