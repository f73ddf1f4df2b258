/** @file What every registered experiment asks for, at toy size. */
import { beforeAll, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { halves } from '../../test/support/tiny-data.ts';
import { runToy } from '../../test/support/toy-experiment.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { exportNetwork } from '../train/export-network.ts';
import { buildNetwork } from '../train/networks/network.ts';
import { classification } from '../train/tasks/classification.ts';
import { train } from '../train/train.ts';
import type { Experiment, Settings } from './experiment.ts';
import { experiments } from './registry.ts';
import type { SourceRole } from './sources.ts';

/** Settings of toy size, by the names that experiments share. */
const toySizes: Settings = {
  ...{ pictures: 64, testPictures: 24, samples: 64, led: 20, attacked: 4, pairs: 2, images: 1, classes: 2 },
  ...{ steps: 2, attackSteps: 2, fragilitySteps: 1, draws: 10, directions: 4, side: 4, planes: 1, points: 8 },
  ...{
    epochs: 1,
    teacherEpochs: 1,
    studentEpochs: 1,
    planeEpochs: 2,
    ensemble: 1,
    net: 'mlp',
    width: 4,
    batchSize: 16,
  },
  ...{ nets: ['linear', 'mlp'], testSamples: 20, augment: false, learningRate: 0.02 },
};

function toySettings({ scales }: Experiment): Settings {
  const usual = scales.quick.other ?? scales.quick.none ?? scales.quick.shapes!;
  const smaller = (name: string, value: Settings[string]) => {
    if (name === 'samples' && Array.isArray(value)) return [20];
    return Array.isArray(value) && name !== 'nets' ? value : (toySizes[name] ?? value);
  };
  return Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, smaller(name, value)] as const));
}

const data = halves(64);
const sources: Partial<Record<SourceRole, Uint8Array>> = {};

beforeAll(async () => {
  const device = await openRuntime('cpu', { threads: 1 });
  for (const [seed, role] of (['standard', 'robust', 'second'] as const).entries()) {
    const trained = await train(classification(buildNetwork('convnet', { classes: 4, width: 2 })), {
      ...{ data, epochs: 1, batchSize: 32, optimizer: { kind: 'adam' }, learningRate: 0.01, seed, device },
    });
    sources[role] = (await exportNetwork(trained, { device })).bytes;
  }
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, 'H', 'W']);
  const factor = graph.initializer('float32', [], toBytes(hostTensor(Float64Array.of(0.9), [])));
  graph.node('Mul', ['picture', factor], {}, ['clean']);
  graph.output('clean', 'float32', ['N', 3, 'H', 'W']);
  sources.denoiser = graph.encode(18);
});

it('every experiment on networks runs on a user’s own data', () => {
  const bound = experiments.filter(
    ({ sources: roles = [], scales }) =>
      roles.length > 0 && [scales.quick.other, scales.full.other].includes(undefined),
  );
  expect(bound.map(({ name }) => name)).toEqual([]);
});

it.each(experiments.map((each) => [each.name, each] as const))(
  '%s asks for the networks that it declares and for no others',
  async (_name, experiment) => {
    const asked = new Set<SourceRole>();
    const listening: Experiment = {
      ...experiment,
      run: (context, settings) =>
        experiment.run(
          {
            ...context,
            source: (role) => context.source(asked.add(role) && role),
            denoiser: () => context.denoiser().finally(() => asked.add('denoiser')),
          },
          settings,
        ),
    };
    const declared = experiment.sources ?? [];
    const kind =
      experiment.scales.quick.other !== undefined ? 'other' : experiment.usualData === 'none' ? 'none' : 'shapes';
    const { inputs, verdicts } = await runToy(listening, {
      ...{ settings: toySettings(experiment), train: data, test: halves(24, { seed: 2 }), kind },
      sources: Object.fromEntries(declared.map((role) => [role, sources[role]!])),
    });
    expect([...asked].sort()).toEqual([...declared].sort());
    expect(inputs.models.map(({ role }) => role).sort()).toEqual([...declared].sort());
    expect(inputs.models.every(({ hash }) => /^[0-9a-f]{32}$/.test(hash))).toBe(true);
    expect(verdicts.length).toBeGreaterThan(1);
  },
);
