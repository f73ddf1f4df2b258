/**
 * @file Seconds of PGD-40 and of AutoAttack (standard, linf 2/255) on the first 100 test images of CIFAR-10 and a small robust network, beside
 * PyTorch with a plain PGD and the authors' AutoAttack where that is installed. `npm run bench`; needs the shared data beside the checkout.
 *
 * `node bench/attacks.ts [--processor]`: with --processor, processor time in one thread, which a busy machine leaves alone.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { GraphProto, NodeProto } from 'onnx-buf';
import { openRuntime } from '#runtime';
import { autoattack } from '../src/attack/autoattack.ts';
import { pgd } from '../src/attack/pgd.ts';
import type { AttackResult } from '../src/attack/result.ts';
import { loadModel } from '../src/model/load-model.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import { cifar10Test, type LabelledImages } from '../test/support/cifar10.ts';
import { hasSharedData, sharedFile, sharedPath } from '../test/support/shared-data.ts';
import { processorTime } from './timing.ts';
import { findTorch } from './torch.ts';

const file = 'models/cifar10/cnn_a_adv_robust.onnx';
const preprocessing = { mean: [0.4914, 0.4822, 0.4465], std: [0.2, 0.2, 0.2] };
const epsilon = 2 / 255;
const steps = 40;
const batch = 64;
const processor = process.argv.includes('--processor');
const clock = processor ? processorTime : () => performance.now();
const script = new URL('./peers/torch_attacks.py', import.meta.url).pathname;

/** What a run took and left. */
interface Timed {
  readonly seconds: number;
  readonly robust: number;
}

interface PeerTimes {
  readonly pgd: Timed;
  readonly autoattack: Timed | null;
  readonly reason?: string;
}

async function timed(run: () => Promise<readonly AttackResult[]>): Promise<Timed> {
  const start = clock();
  const results = await run();
  const seconds = (clock() - start) / 1000;
  const robust = results.filter(({ success, misclassifiedBefore }) => !success && !misclassifiedBefore);
  return { seconds, robust: robust.length / results.length };
}

/** A chain of convolutions, relus and linear layers as the peer reads it. */
function layersOf({ node, initializer }: GraphProto): object[] {
  const constant = (name: string) => initializer.find((one) => one.name === name)!;
  const weights = ({ input }: NodeProto) =>
    Object.fromEntries(
      ['weight', 'bias'].flatMap((part, i) => {
        const { rawData, dims } = constant(input[i + 1]!);
        return [
          [part, Buffer.from(rawData).toString('base64')],
          [`${part}Shape`, dims.map(Number)],
        ];
      }),
    );
  const ints = ({ attribute }: NodeProto, name: string) =>
    attribute
      .find((one) => one.name === name)!
      .ints.map(Number)
      .slice(0, 2);
  return node.map((one) => {
    switch (one.opType) {
      case 'Conv':
        return { kind: 'conv', ...weights(one), stride: ints(one, 'strides'), padding: ints(one, 'pads') };
      case 'Gemm':
        return { kind: 'linear', ...weights(one) };
      case 'Relu':
      case 'Flatten':
        return { kind: one.opType.toLowerCase() };
      default:
        throw new Error(`The peer knows no ${one.opType}.`);
    }
  });
}

function torch(python: string, { images, labels }: LabelledImages): PeerTimes | undefined {
  const pixels = Buffer.concat(images.map((image) => Buffer.from(image.buffer, image.byteOffset, image.byteLength)));
  const { stdout, status } = spawnSync(python, [script], {
    input: JSON.stringify({
      layers: layersOf(parseModel(sharedFile(file)).graph!),
      ...preprocessing,
      images: pixels.toString('base64'),
      shape: [images.length, 3, 32, 32],
      labels,
      epsilon,
      steps,
      threads: processor ? 1 : availableParallelism(),
      processor,
    }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return status === 0 ? (JSON.parse(stdout) as PeerTimes) : undefined;
}

function line(name: string, ours: Timed, theirs: Timed | null | undefined, reason = 'PyTorch is not here'): string {
  const told = ({ seconds, robust }: Timed) => `${seconds.toFixed(2)} s, ${(100 * robust).toFixed(0)} % robust`;
  const beside = theirs
    ? `PyTorch ${told(theirs)}; ${(theirs.seconds / ours.seconds).toFixed(2)} times its speed`
    : `not compared: ${reason}`;
  return `${name}, 100 CIFAR-10 images, linf 2/255${processor ? ', processor time in one thread' : ''}: ${told(ours)}; ${beside}`;
}

if (hasSharedData) {
  const device = await openRuntime('cpu', processor ? { threads: 1 } : {});
  await using model = await loadModel(sharedPath(file), { preprocessing, device });
  const data = await cifar10Test(100);
  const { images, labels } = data;
  // Compiles.
  await pgd(model, images, labels, { epsilon, steps: 2, batch });
  await autoattack(model, images, labels, { epsilon, steps: 2, queries: 5, batch });
  const ours = {
    pgd: await timed(() => pgd(model, images, labels, { epsilon, steps, batch })),
    autoattack: await timed(() => autoattack(model, images, labels, { epsilon, batch })),
  };
  const python = findTorch();
  const theirs = python === undefined ? undefined : torch(python, data);
  console.log(line('PGD-40', ours.pgd, theirs?.pgd));
  console.log(line('AutoAttack', ours.autoattack, theirs?.autoattack, theirs?.reason));
} else {
  console.log('Attacks are not timed: the shared data is not beside the checkout.');
}
