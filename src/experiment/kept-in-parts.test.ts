/** @file Interrupted constructions and trainings go on where they stopped, and end as whole ones do. */
import { beforeAll, describe, expect, it } from 'vitest';
import { halves } from '../../test/support/tiny-data.ts';
import { toyContext } from '../../test/support/toy-experiment.ts';
import { pickImages } from '../data/image-array.ts';
import type { ExperimentContext } from './context.ts';
import { keptInParts, type MakePart } from './kept-in-parts.ts';
import { trainedOn } from './networks.ts';
import { pictureSet } from './picture-set.ts';
import { memoryStore, type Store } from './store.ts';

/** A store in memory whose contents are to be seen. */
function openStore(): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    read: async (key) => kept.get(key),
    write: async (key, bytes) => void kept.set(key, bytes),
    remove: async (key) => void kept.delete(key),
  };
}

describe('a set made in parts', () => {
  const source = halves(2300, { size: 2 });
  const recipe = { made: 'test' };

  /** Makes pictures by copying them, and says which parts were asked for; fails at the part that starts at `failAt`. */
  function copying(failAt?: number) {
    const calls: (readonly [from: number, count: number])[] = [];
    const make: MakePart = async (indices, tick) => {
      calls.push([indices[0]!, indices.length]);
      tick(indices.length);
      if (indices[0] === failAt) throw new Error('stopped');
      return pickImages(source, indices);
    };
    return { calls, make };
  }

  it('has the pictures of all indices in their order, in parts of a thousand', async () => {
    const { calls, make } = copying();
    const { array, hash } = await keptInParts(await toyContext(), 'parts', recipe, 2300, make);
    expect(calls).toEqual([
      [0, 1000],
      [1000, 1000],
      [2000, 300],
    ]);
    expect(array.pixels).toEqual(source.pixels);
    expect(array.labels).toEqual(source.labels);
    expect(array).toMatchObject({ name: 'parts', shape: source.shape, classNames: source.classNames });
    expect(hash).toBe((await pictureSet(source)).hash);
  });

  it('after an interruption makes only what is missing, and ends as one made at once', async () => {
    const context = { ...(await toyContext()), store: openStore() };
    const first = copying(1000);
    await expect(keptInParts(context, 'parts', recipe, 2300, first.make)).rejects.toThrow('stopped');
    const second = copying();
    const resumed = await keptInParts(context, 'parts', recipe, 2300, second.make);
    expect(second.calls).toEqual([
      [1000, 1000],
      [2000, 300],
    ]);
    const whole = { ...context, store: openStore() };
    const atOnce = await keptInParts(whole, 'parts', recipe, 2300, copying().make);
    expect(resumed).toEqual(atOnce);
    expect(context.store.kept).toEqual(whole.store.kept);
    const third = copying();
    expect(await keptInParts(context, 'parts', recipe, 2300, third.make)).toEqual(atOnce);
    expect(third.calls).toEqual([]);
  });

  it('grows by the parts that it lacks, and is made anew for another recipe', async () => {
    const context = { ...(await toyContext()), store: memoryStore() };
    await keptInParts(context, 'parts', recipe, 1000, copying().make);
    const more = copying();
    await keptInParts(context, 'parts', recipe, 1500, more.make);
    expect(more.calls).toEqual([[1000, 500]]);
    // A part that was cut short is made anew, not taken for a whole one.
    const still = copying();
    const { array } = await keptInParts(context, 'parts', recipe, 2300, still.make);
    expect(still.calls).toEqual([
      [1000, 1000],
      [2000, 300],
    ]);
    expect(array.pixels).toEqual(source.pixels);
    const other = copying();
    await keptInParts(context, 'parts', { made: 'otherwise' }, 1500, other.make);
    expect(other.calls).toEqual([
      [0, 1000],
      [1000, 500],
    ]);
  });

  it('says how many pictures of all are done', async () => {
    const ticks: (readonly [number, number])[] = [];
    const context: ExperimentContext = {
      ...(await toyContext()),
      step: (_title, work) => work((done, total) => ticks.push([done, total])),
    };
    await keptInParts(context, 'parts', recipe, 2300, copying().make);
    expect(ticks).toEqual([
      [1000, 2300],
      [2000, 2300],
      [2300, 2300],
    ]);
  });
});

describe('a training that was stopped', () => {
  const options = { net: 'convnet', width: 2, epochs: 2, batchSize: 32, learningRate: 0.02 };

  /** Trains with a store; stops after some steps, and says how many were run. */
  async function trainedIn(store: Store, stopAfter?: number) {
    const controller = new AbortController();
    let steps = 0;
    const base = await toyContext();
    const context: ExperimentContext = {
      ...base,
      store,
      signal: controller.signal,
      step: (_title, work) =>
        work(() => {
          if (++steps === stopAfter) controller.abort();
        }),
    };
    const run = trainedOn(context, await base.pictures('train', 96), options);
    if (stopAfter === undefined) await run;
    else await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    return steps;
  }

  const whole = openStore();
  beforeAll(async () => {
    expect(await trainedIn(whole)).toBe(6);
  });

  // Three steps an epoch.
  it.each([
    ['at the end of an epoch', 3],
    ['within an epoch', 4],
  ])('%s goes on from its checkpoint to the same bytes, and leaves no checkpoint', async (_where, stopAfter) => {
    const store = openStore();
    const [key] = whole.kept.keys();
    expect(key).toMatch(/^[0-9a-f]{32}\.onnx$/);
    await trainedIn(store, stopAfter);
    expect([...store.kept.keys()]).toEqual([`${key}.checkpoint`]);
    expect(await trainedIn(store)).toBe(6 - stopAfter);
    expect(store.kept).toEqual(whole.kept);
    expect(await trainedIn(store)).toBe(0);
  });
});
