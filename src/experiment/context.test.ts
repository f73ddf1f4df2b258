/** @file Source models: which are refused, and when. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { smallNetwork } from '../../test/support/network.ts';
import { halves } from '../../test/support/tiny-data.ts';
import type { ImageArray, Split } from '../data/dataset.ts';
import { datasetOf } from '../data/image-array.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { openContexts } from './context.ts';
import type { Experiment } from './experiment.ts';
import { ExperimentError } from './experiment-error.ts';
import { runExperiment } from './run-experiment.ts';
import type { ClassifierRole, SourceRole } from './sources.ts';
import { memoryStore } from './store.ts';

/** What is done, in order, by an experiment that studies a standard model after some work, or asks for another. */
async function done(
  standard: Uint8Array | undefined,
  data: ImageArray,
  asks: SourceRole = 'standard',
): Promise<string[]> {
  const log: string[] = [];
  const studying = {
    name: 'studying',
    sources: ['standard'],
    run: async (context) => {
      log.push('work');
      if (asks === 'denoiser') await context.denoiser();
      const { model } = await context.source(asks as ClassifierRole);
      log.push(`${model.height} x ${model.width}`);
      return { measures: [] };
    },
    judge: () => [],
  } as const satisfies Partial<Experiment> as unknown as Experiment;
  const sources: Partial<Record<SourceRole, Uint8Array>> = standard === undefined ? {} : { standard };
  const options = {
    ...({ kind: 'other', scale: 'quick', seeds: 1, settings: {}, store: memoryStore(), sources } as const),
    device: await openRuntime('cpu', { threads: 1 }),
    openData: async (split: Split) => {
      log.push(`data ${split}`);
      return datasetOf(data);
    },
  };
  return runExperiment(studying, options).then(
    () => log,
    (error: unknown) => {
      if (!(error instanceof ExperimentError)) throw error;
      return [...log, error.message];
    },
  );
}

const fiveClasses = { ...halves(8, { size: 16 }), classNames: [...'abcde'] };

it('a model of the data is taken, and looked at before any work', async () => {
  expect(await done(smallNetwork(), fiveClasses)).toEqual(['data test', 'work', '16 x 16']);
});

it('a model of other sizes, channels or classes is refused before any work', async () => {
  const way = 'give a model of these data with --standard, or other data with --data.';
  const of = (what: string) =>
    `The standard model is of pictures of 3 x 16 x 16 in 5 classes, and halves holds ${what}: ${way}`;
  const cases = [
    [{ ...halves(8), classNames: [...'abcde'] }, 'pictures of 3 x 8 x 8 in 5 classes'],
    [{ ...halves(8, { size: 16, channels: 1 }), classNames: [...'abcde'] }, 'pictures of 1 x 16 x 16 in 5 classes'],
    [halves(8, { size: 16 }), 'pictures of 3 x 16 x 16 in 4 classes'],
  ] as const;
  for (const [data, what] of cases) expect(await done(smallNetwork(), data)).toEqual(['data test', of(what)]);
});

it('a file that is no model is refused before the data are opened, and a model that is missing before any work', async () => {
  const [junk = ''] = await done(new TextEncoder().encode('not a model at all'), fiveClasses);
  expect(junk).toMatch(/^The standard model: Expected an ONNX model, got/);
  const missing = await done(undefined, fiveClasses);
  expect(missing).toEqual(['data test', expect.stringContaining('give yours with --standard FILE.onnx')]);
});

it('a model that leaves the size of pictures open takes that of the data', async () => {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, 'H', 'W']);
  const weight = graph.initializer('float32', [5, 3, 1, 1], toBytes(hostTensor(new Float64Array(15), [5, 3, 1, 1])));
  const [scores] = graph.node('GlobalAveragePool', [graph.node('Conv', ['picture', weight])[0]!]);
  graph.node('Flatten', [scores!], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 5]);
  expect(await done(graph.encode(18), fiveClasses)).toEqual(['data test', 'work', '16 x 16']);
});

it('a network that the experiment does not declare is refused when it asks for it, with what to add', async () => {
  const asking = (role: SourceRole) => done(smallNetwork(), fiveClasses, role);
  await expect(asking('robust')).rejects.toThrow(
    new TypeError(
      'The experiment studying asked for a robust model, and its sources declare standard: add "robust" to them.',
    ),
  );
  await expect(asking('denoiser')).rejects.toThrow(/asked for a denoiser, .* add "denoiser"/);
});

it('a denoiser of other data, or none at all, is refused', async () => {
  const studying = { name: 'studying', sources: ['denoiser'] } as const;
  const prepared = async (denoiser: Uint8Array) =>
    openContexts({
      ...({ kind: 'other', store: memoryStore(), sources: { denoiser } } as const),
      device: await openRuntime('cpu', { threads: 1 }),
      openData: async () => datasetOf(fiveClasses),
    }).prepare(studying);
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 1, 16, 16]);
  graph.node('Relu', ['picture'], {}, ['clean']);
  graph.output('clean', 'float32', ['N', 1, 16, 16]);
  await expect(prepared(graph.encode(18))).rejects.toThrow(
    'The denoiser does not take pictures of 3 x 16 x 16, which halves holds: give one of these data with --denoiser, or other data with --data.',
  );
  await expect(prepared(new TextEncoder().encode('nothing'))).rejects.toThrow(/^The denoiser: Expected an ONNX model/);
  await expect(prepared(smallNetwork())).rejects.toThrow(/^The denoiser: /);
});
