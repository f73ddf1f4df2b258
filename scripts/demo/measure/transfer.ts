/** @file Pictures made for one network, shown to the others. */
import type { Model } from '../../../src/model/model.ts';
import { type Findings, type NetworkName, networkNames, type Shown } from '../findings.ts';
import { answersOf, countRight, perNetwork } from './ask.ts';
import { attackAll, budget, noisy, seed } from './attacks.ts';

/** Attacks each network within the budget, and counts whom else what fooled it fools. */
export async function transferOf(
  models: Readonly<Record<NetworkName, Model>>,
  shown: readonly Shown[],
  steps: number,
): Promise<Findings['transfer']> {
  const judge = async (changed: readonly Shown[]) => ({
    count: changed.length,
    fooled: await perNetwork(
      networkNames,
      async (name) => changed.length - countRight(await answersOf(models[name], changed), changed),
    ),
  });
  const made = await perNetwork(networkNames, async (name) => {
    // All steps: the further a picture is led from its class, the likelier others follow.
    const results = await attackAll(models[name], shown, { epsilon: budget / 255, steps, seed, exhaust: true });
    const successes = results.filter(({ success8 }) => success8);
    return judge(successes.map(({ adversarial, label }) => ({ picture: adversarial, label })));
  });
  return { count: shown.length, made: { ...made, noise: await judge(shown.map((one, i) => noisy(one, budget, i))) } };
}
