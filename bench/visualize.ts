/**
 * @file Seconds to draw a class of squeezenet1.1 at 224 pixels in 512 steps, beside the same in PyTorch, written as Lucent draws, where it
 * is installed. `npm run bench`; needs the shared data beside the checkout.
 * `node bench/visualize.ts [--processor] [--steps N]`: with --processor, processor time in one thread, which a busy machine leaves alone; with
 * fewer steps, times are scaled to 512 and the output says so.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { openRuntime } from '#runtime';
import { loadModel } from '../src/model/load-model.ts';
import { openPrior } from '../src/prior/prior-named.ts';
import { reshape } from '../src/tensor/ops/reshape.ts';
import { take } from '../src/tensor/ops/slice.ts';
import { input } from '../src/tensor/tensor.ts';
import { classScore } from '../src/visualize/objectives/unit.ts';
import { robustnessNamed } from '../src/visualize/robustness.ts';
import { visualize } from '../src/visualize/visualize.ts';
import { hasSharedData, sharedPath } from '../test/support/shared-data.ts';
import { processorTime } from './timing.ts';
import { findTorch, graphJson } from './torch.ts';

const { values } = parseArgs({
  options: { processor: { type: 'boolean', default: false }, steps: { type: 'string', default: '512' } },
});
const { processor } = values;
const steps = Number(values.steps);
const [usual, label] = [512, 1];

if (!hasSharedData) {
  console.log('Drawings are not timed: the shared data is not beside the checkout.');
} else {
  const device = await openRuntime('cpu', processor ? { threads: 1 } : {});
  await using model = await loadModel(sharedPath('models/imagenet/squeezenet1.1.onnx'), {
    preprocessing: 'caffe-bgr',
    device,
  });
  const size = [3, 224, 224] as const;
  const settings = {
    parameterisation: await openPrior('fourier', size),
    transform: robustnessNamed('lucid', size, [224, 224]).transform!,
    redirect: 16,
  };
  const clock = processor ? processorTime : () => performance.now();
  await visualize(model, classScore(label), { ...settings, steps: 4 }); // compiles
  const start = clock();
  await visualize(model, classScore(label), { ...settings, steps });
  const own = (clock() - start) / 1000;
  const peer = timePeer();
  const scaled = (seconds: number) => ((seconds * usual) / steps).toFixed(1);
  const manner = [processor ? 'processor time in one thread' : '', steps === usual ? '' : `scaled from ${steps} steps`];
  const note = manner.filter(Boolean).join(', ');
  console.log(
    `A class of squeezenet1.1 at 224 x 224, 512 steps${note === '' ? '' : ` (${note})`}: ${scaled(own)} s${
      typeof peer === 'number'
        ? `; PyTorch, as Lucent draws: ${scaled(peer)} s; we are ${(peer / own).toFixed(2)}x`
        : `. ${peer}`
    }`,
  );

  /** Seconds of the peer, or why there are none. */
  function timePeer(): number | string {
    const python = findTorch();
    if (python === undefined) return 'PyTorch is not installed here (Debian: apt-get install python3-torch).';
    const logits = model.logits(input('x', [1, ...size]));
    const score = reshape(take(logits, label, 1), [1]);
    const script = new URL('./peers/torch_visualize.py', import.meta.url).pathname;
    const { stdout, status } = spawnSync(python, [script], {
      input: `${JSON.stringify({ ...JSON.parse(graphJson(score)), steps, processor })}\n`,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return status === 0 ? (JSON.parse(stdout) as { seconds: number }).seconds : 'PyTorch could not run it.';
  }
}
