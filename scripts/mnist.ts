/**
 * @file Trains LeNet on MNIST, plainly and against attacks of 0.3, and measures both on the test pictures:
 * `node scripts/mnist.ts [--data DIR] [--threads N] [plain] [robust]`. README holds what it printed.
 */
import { parseArgs } from 'node:util';
import { pgd } from '../src/attack/pgd.ts';
import { pixelsOf } from '../src/data/image-array.ts';
import { openDataset } from '../src/data/open-dataset.ts';
import { toImageArray } from '../src/data/to-image-array.ts';
import { loadModel } from '../src/model/load-model.ts';
import { openRuntime } from '../src/runtime/runtime.node.ts';
import { exportNetwork } from '../src/train/export-network.ts';
import { buildNetwork } from '../src/train/networks/network.ts';
import { classification } from '../src/train/tasks/classification.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/datasets/mnist' },
    threads: { type: 'string', default: '2' },
  },
});
const device = await openRuntime('cpu', { threads: Number(values.threads) });
const [data, test] = await Promise.all(
  (['train', 'test'] as const).map(async (split) => toImageArray(await openDataset(`mnist:${values.data}`, { split }))),
);
const network = () => buildNetwork('lenet', { classes: 10, mean: [0.1307], std: [0.3081] });
const adam = { kind: 'adam' } as const;
const epsilon = 0.3;
/** Test pictures that are attacked. */
const attacked = 1000;

const isAsked = (name: string) => positionals.length === 0 || positionals.includes(name);
if (isAsked('plain'))
  await measure('plain', classification(network()), { epochs: 3, optimizer: adam, learningRate: 2e-3 });
if (isAsked('robust'))
  await measure(
    'robust',
    classification(network(), { adversary: { norm: 'linf', epsilon, steps: 2, stepSize: 0.2, warmup: 0.3 } }),
    { epochs: 5, optimizer: adam, learningRate: 2e-3, averageDecay: 0.998 },
  );
await device.dispose();

async function measure(
  name: string,
  task: ReturnType<typeof classification>,
  options: Pick<TrainOptions, 'epochs' | 'optimizer' | 'learningRate' | 'averageDecay'>,
): Promise<void> {
  const [began, cpuBefore] = [performance.now(), process.cpuUsage()];
  const trained = await train(task, {
    ...options,
    data: data!,
    seed: 1,
    device,
    onEpoch: ({ epoch, seconds, train: metrics }) => {
      process.stderr.write(`${name}, epoch ${epoch} in ${seconds.toFixed(0)} s: ${JSON.stringify(metrics)}\n`);
    },
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const took = `${((performance.now() - began) / 1000).toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} s of processor time`;
  const { bytes } = await exportNetwork(trained, { device });
  await using model = await loadModel(bytes, { device });
  const size = 28 * 28;
  const pictures = Array.from({ length: test!.shape[0] }, (_, i) => i);
  const pixels = pixelsOf(test!, pictures);
  const images = pictures.map((i) => pixels.slice(i * size, (i + 1) * size));
  let right = 0;
  for (const [i, image] of images.entries())
    right += Number((await model.predictPlain(image)).label === test!.labels[i]);
  const results = await pgd(model, images.slice(0, attacked), [...test!.labels.subarray(0, attacked)], {
    epsilon,
    steps: 40,
    batch: 100,
  });
  const robust = results.filter(({ success, misclassifiedBefore }) => !success && !misclassifiedBefore).length;
  process.stdout.write(
    `${name}: ${options.epochs} epochs in ${took}; ${right} of ${images.length} test pictures right; ${robust} of the first ${attacked} withstand PGD-40 at 0.3\n`,
  );
}
