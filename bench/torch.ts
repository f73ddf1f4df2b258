/** @file PyTorch beside us: hands it a graph as JSON and reads its times. */
import { spawnSync } from 'node:child_process';
import type { Tensor } from '../src/tensor/tensor.ts';
import { topologicalOrder } from '../src/tensor/tensor.ts';

/** Times of the peer in milliseconds. */
export interface PeerTimes {
  readonly forward: number;
  readonly gradient: number;
}

const script = new URL('./peers/torch_gradient.py', import.meta.url).pathname;

/** A Python that has PyTorch, where there is one. */
export function findTorch(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
}

/** A graph of one input as the peer reads it. */
export function graphJson(output: Tensor): string {
  const ids = new Map<object, number>();
  const order = topologicalOrder([output]);
  for (const [i, node] of order.entries()) ids.set(node, i);
  const nodes = order.map((node) => {
    const { constant: _data, ...attrs } = node.attrs;
    return {
      id: ids.get(node),
      op: node.op.name,
      inputs: node.inputs.map((x) => ids.get(x.node)),
      ...attrs,
      ...(node.op.name === 'constant' ? { shape: node.outputs[0]!.shape } : {}),
    };
  });
  const input = order.find((node) => node.op.name === 'input')!.outputs[0]!.shape;
  return JSON.stringify({ nodes, input, output: ids.get(output.node) }, (_key, value) =>
    value === Number.POSITIVE_INFINITY ? 1e30 : value === Number.NEGATIVE_INFINITY ? -1e30 : value,
  );
}

/** Times a graph in PyTorch, by its processor time in one thread where asked; undefined where it cannot run it. */
export function timeTorch(python: string, output: Tensor, processor = false): PeerTimes | undefined {
  const { stdout, status } = spawnSync(python, processor ? [script, '--processor'] : [script], {
    input: `${graphJson(output)}\n`,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return status === 0 ? (JSON.parse(stdout) as PeerTimes) : undefined;
}
