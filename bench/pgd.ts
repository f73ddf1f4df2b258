/**
 * @file What an attack costs beyond the runtime: the share of PGD's time outside session runs, and seconds for PGD-40 on 100 CIFAR-10
 * images where none stops early. `npm run bench`; needs the shared data beside the checkout.
 */
import { openRuntime } from '#runtime';
import { pgd } from '../src/attack/pgd.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { DeviceRuntime, Session } from '../src/runtime/runtime.ts';
import { cifar10Test } from '../test/support/cifar10.ts';
import { hasSharedData, sharedPath } from '../test/support/shared-data.ts';

/** A device whose session runs are timed. */
function timed(device: DeviceRuntime): { device: DeviceRuntime; spent: () => number } {
  let total = 0;
  const wrap = (session: Session): Session => ({
    ...session,
    async run(feeds, fetches) {
      const start = performance.now();
      const results = await session.run(feeds, fetches);
      total += performance.now() - start;
      return results;
    },
  });
  return {
    device: { ...device, createSession: async (model, options) => wrap(await device.createSession(model, options)) },
    spent: () => total,
  };
}

if (hasSharedData) {
  const { device, spent } = timed(await openRuntime('cpu'));
  await using model = await loadModel(sharedPath('models/cifar10/resnet20.onnx'), {
    preprocessing: 'imagenet',
    device,
  });
  const { images, labels } = await cifar10Test(100);
  const options = { epsilon: 8 / 255, steps: 40, batch: 32, exhaust: true };
  await pgd(model, images.slice(0, 32), labels.slice(0, 32), { ...options, steps: 2 }); // compiles
  const before = spent();
  const start = performance.now();
  await pgd(model, images, labels, options);
  const total = performance.now() - start;
  const ran = spent() - before;
  const stopped = performance.now();
  await pgd(model, images, labels, { ...options, exhaust: false });
  const early = performance.now() - stopped;
  const outside = 1 - ran / total;
  console.log(
    `PGD-40 without early stop, resnet20, 100 CIFAR-10 images, batch 32: ${(total / 1000).toFixed(2)} s, ${(100 * outside).toFixed(1)} % outside session runs; ${(early / 1000).toFixed(2)} s with early stop`,
  );
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} else {
  console.log('PGD is not timed: the shared data is not beside the checkout.');
}
