/**
 * @file Seconds to draw a class of squeezenet1.1 at 224 pixels in 512 steps, beside the same in PyTorch, written as Lucent draws, where it
 * is installed. `npm run bench`; needs the shared data beside the checkout.
 * `node bench/visualize.ts [--processor] [--steps 128] [--turns 3]`: with --processor, processor time in one thread, which a busy machine
 * changes less. Both sides draw in turns and their medians are reported; from fewer steps than 512 a line is drawn on, through a drawing of
 * one step, which costs what every drawing costs once, and the output says so.
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
import { median, processorTime } from './timing.ts';
import { findTorch, graphJson } from './torch.ts';

const { values } = parseArgs({
  options: {
    processor: { type: 'boolean', default: false },
    steps: { type: 'string', default: '128' },
    turns: { type: 'string', default: '3' },
  },
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
  const python = findTorch();
  const times: { own: number[]; peer: number[] } = { own: [], peer: [] };
  for (let turn = 0; turn < Number(values.turns); turn++) {
    const once = await timeOwn(1);
    times.own.push(once + ((await timeOwn(steps)) - once) * ((usual - 1) / (steps - 1)));
    const peer = python === undefined ? undefined : timePeer(python);
    if (peer !== undefined) times.peer.push((peer * usual) / steps);
  }
  const own = median(times.own);
  const manner = [
    processor ? 'processor time in one thread' : '',
    steps === usual ? '' : `drawn on from ${steps} steps`,
  ];
  const note = manner.filter(Boolean).join(', ');
  const rest =
    times.peer.length > 0
      ? `; PyTorch, as Lucent draws: ${median(times.peer).toFixed(1)} s; we are ${(median(times.peer) / own).toFixed(2)}x`
      : '. PyTorch is not installed here, or could not draw (Debian: apt-get install python3-torch).';
  console.log(
    `A class of squeezenet1.1 at 224 x 224, 512 steps${note === '' ? '' : ` (${note})`}: ${own.toFixed(1)} s${rest}`,
  );

  async function timeOwn(count: number): Promise<number> {
    const start = clock();
    await visualize(model, classScore(label), { ...settings, steps: count });
    return (clock() - start) / 1000;
  }

  /** Seconds of the peer; undefined where it fails. */
  function timePeer(torch: string): number | undefined {
    const score = reshape(take(model.logits(input('x', [1, ...size])), label, 1), [1]);
    const script = new URL('./peers/torch_visualize.py', import.meta.url).pathname;
    const { stdout, status } = spawnSync(torch, [script], {
      input: `${JSON.stringify({ ...JSON.parse(graphJson(score)), steps, processor })}\n`,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return status === 0 ? (JSON.parse(stdout) as { seconds: number }).seconds : undefined;
  }
}
