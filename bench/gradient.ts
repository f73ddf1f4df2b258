/**
 * @file What a gradient costs: loss and input gradient over the forward pass alone, per network and batch, beside PyTorch where it is
 * installed. `npm run bench`; needs the shared models beside the checkout for all rows but the last.
 * `node bench/gradient.ts [--processor] [filter]`: with --processor, processor time in one thread, which a busy machine leaves alone.
 */
import { openRuntime } from '#runtime';
import { loadModel } from '../src/model/load-model.ts';
import { compile } from '../src/runtime/compile.ts';
import { grad } from '../src/tensor/grad.ts';
import { neg } from '../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { take } from '../src/tensor/ops/slice.ts';
import { logSoftmax } from '../src/tensor/ops/softmax.ts';
import { input, type Tensor } from '../src/tensor/tensor.ts';
import { pseudoRandom } from '../test/random.ts';
import { hasSharedData, sharedPath } from '../test/support/shared-data.ts';
import { resnet18 } from './networks.ts';
import { processorTime, timeInTurns } from './timing.ts';
import { findTorch, timeTorch } from './torch.ts';

/** A network with the batch that it is timed at. */
export interface Row {
  readonly name: string;
  readonly batch: number;
  readonly shape: readonly number[];
  readonly logits: (x: Tensor) => Tensor;
}

const files: readonly (readonly [file: string, batches: readonly number[]])[] = [
  ['imagenet/squeezenet1.1', [1, 8]],
  ['cifar10/resnet20', [32]],
  ['imagenet/mobilenet_v2_1.0_224', [1]],
  ['imagenet/mcunet_320kb', [1]],
  ['cifar10/vit_pgd_2_3_16', [32]],
];

/** The rows that can be timed here. */
export async function rows(filter: string): Promise<Row[]> {
  const list: Row[] = [];
  for (const [file, batches] of hasSharedData ? files : []) {
    if (!file.includes(filter)) continue;
    const model = await loadModel(sharedPath(`models/${file}.onnx`), { preprocessing: 'none' });
    for (const batch of batches)
      list.push({
        name: model.name.replace('.onnx', ''),
        batch,
        shape: [model.channels, model.height, model.width],
        logits: model.logits,
      });
  }
  if ('resnet18'.includes(filter))
    list.push({ name: 'resnet18 (built here)', batch: 1, shape: [3, 224, 224], logits: resnet18() });
  return list;
}

function loss(logits: Tensor): Tensor {
  return neg(reduceSum(take(logSoftmax(logits, 1), 1, 1)));
}

/** Milliseconds of the forward pass and of loss and gradient; of processor time in one thread where asked. */
export async function timeRow(
  { batch, shape, logits }: Row,
  budgetMs: number,
  processor = false,
): Promise<{ forward: number; gradient: number }> {
  const device = await openRuntime('cpu', processor ? { threads: 1 } : {});
  const specs = { x: { shape: [batch, ...shape], dtype: 'float32' as const } };
  const forward = await compile(({ x }) => ({ value: loss(logits(x!)) }), specs, { device });
  const gradient = await compile(
    ({ x }) => {
      const value = loss(logits(x!));
      return { value, gradient: grad(value, [x!])[0]! };
    },
    specs,
    { device },
  );
  const random = pseudoRandom(7);
  const x = Float32Array.from({ length: batch * shape.reduce((a, b) => a * b, 1) }, random);
  const [a, b] = (await timeInTurns(
    [() => forward.run({ x }), () => gradient.run({ x })],
    budgetMs,
    processor ? processorTime : undefined,
  )) as [number, number];
  await forward.release();
  await gradient.release();
  return { forward: a, gradient: b };
}

if (import.meta.main) {
  const processor = process.argv.includes('--processor');
  const filter = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '';
  const python = findTorch();
  console.log('network                 batch  forward ms  gradient ms  ratio  PyTorch ms  ratio  we are');
  for (const row of await rows(filter)) {
    const { forward, gradient } = await timeRow(row, 3000, processor);
    const x = input('x', [row.batch, ...row.shape]);
    const peer = python === undefined ? undefined : timeTorch(python, loss(row.logits(x)), processor);
    const own = `${row.name.padEnd(24)}${String(row.batch).padEnd(7)}${forward.toFixed(2).padEnd(12)}${gradient.toFixed(2).padEnd(13)}${(gradient / forward).toFixed(2).padEnd(7)}`;
    console.log(
      peer === undefined
        ? own
        : `${own}${peer.gradient.toFixed(2).padEnd(12)}${(peer.gradient / peer.forward).toFixed(2).padEnd(7)}${(peer.gradient / gradient).toFixed(2)}x`,
    );
  }
  if (python === undefined) console.log('PyTorch is not installed here (Debian: apt-get install python3-torch).');
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}
