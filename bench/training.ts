/** @file Images per second of training, ours beside PyTorch's: `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { openRuntime } from '#runtime';
import { buildNetwork } from '../src/train/networks/network.ts';
import { uniformSource } from '../src/train/random-fill.ts';
import { classification } from '../src/train/tasks/classification.ts';
import { train } from '../src/train/train.ts';
import { findTorch } from './torch.ts';

const cases = [
  { name: 'resnet8', width: 16, blocks: [1, 1, 1], batch: 128, steps: 24 },
  { name: 'resnet18', width: 64, blocks: [2, 2, 2, 2], batch: 64, steps: 6 },
] as const;

const script = new URL('./peers/torch_training.py', import.meta.url).pathname;

/** Median images per second over a training's steps, data preparation included. */
async function ours({ name, width, batch, steps }: (typeof cases)[number]): Promise<number> {
  const uniform = uniformSource(1);
  const count = batch * steps;
  const times: number[] = [];
  let last = performance.now();
  await train(
    classification(buildNetwork(name, { classes: 10, width, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] })),
    {
      data: {
        name: 'noise',
        shape: [count, 3, 32, 32],
        pixels: Uint8Array.from({ length: count * 3072 }, () => 256 * uniform()),
        labels: Int32Array.from({ length: count }, (_, i) => i % 10),
        classNames: Array.from({ length: 10 }, (_, i) => String(i)),
      },
      epochs: 1,
      batchSize: batch,
      optimizer: { kind: 'sgd', weightDecay: 5e-4 },
      learningRate: 0.05,
      augmentation: { crop: 4, flip: true },
      device: await openRuntime('cpu'),
      onProgress: () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
      },
    },
  );
  const sorted = times.slice(1).sort((a, b) => a - b);
  return (1000 * batch) / sorted[Math.floor(sorted.length / 2)]!;
}

function torch(python: string, { width, blocks, batch }: (typeof cases)[number]): number | undefined {
  const { stdout, status } = spawnSync(python, [script], {
    input: JSON.stringify({ width, blocks, batch, seconds: 6, threads: availableParallelism() }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return status === 0 ? (JSON.parse(stdout) as { imagesPerSecond: number }).imagesPerSecond : undefined;
}

const python = findTorch();
if (python === undefined) console.log('No Python with PyTorch here: our own numbers alone.');
console.log('training, images/s    batch   ours   PyTorch   ours / PyTorch');
for (const one of cases) {
  const [mine, theirs] = [await ours(one), python === undefined ? undefined : torch(python, one)];
  const rest =
    theirs === undefined ? '' : `${theirs.toFixed(0).padStart(10)}${(mine / theirs).toFixed(2).padStart(17)}`;
  console.log(`${one.name.padEnd(22)}${String(one.batch).padStart(5)}${mine.toFixed(0).padStart(7)}${rest}`);
}
