/** @file What a trained network answers, in evaluation mode. */
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import type { TrainedNetwork } from './train.ts';
import { evaluationScope, weightFeeds, weightSpecs } from './train-step.ts';

/** Answers of the network that a task exports, for `count` inputs (pictures [C, H, W] in [0, 1], or codes), flat. */
export async function runNetwork(
  trained: TrainedNetwork,
  inputs: Float32Array,
  count: number,
  device: DeviceRuntime,
): Promise<Float32Array> {
  const { task, layout, imageShape } = trained;
  const target = task.export(imageShape);
  const { shape, dtype } = target.input.spec;
  const program = await compile(
    (given) => ({ y: target.build(given.x!, evaluationScope(layout, given)) }),
    { x: { shape: [count, ...shape.slice(1)], dtype }, ...weightSpecs(layout) },
    { device },
  );
  const { y } = await program.run({ x: inputs, ...weightFeeds(trained) });
  await program.release();
  return y!.data as Float32Array;
}
