/** @file Matched representations at toy size: pictures with a bright half that everybody sees, and a faint pattern that few trust. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { runToy, toyContext } from '../../../test/support/toy-experiment.ts';
import type { ImageArray } from '../../data/dataset.ts';
import { GraphBuilder } from '../../onnx/file/graph-builder.ts';
import { randomStream } from '../../random/random-stream.ts';
import { hostTensor, toBytes } from '../../tensor/host.ts';
import { exportNetwork } from '../../train/export-network.ts';
import { buildNetwork } from '../../train/networks/network.ts';
import { classification } from '../../train/tasks/classification.ts';
import { train } from '../../train/train.ts';
import { matchErrors, matchedTo, startsOf } from '../matched-set.ts';
import { representations } from './representations.ts';

const faintSign = (x: number, y: number, label: number) =>
  ((x + y) % 2 === 0 ? 1 : -1) * (x < 4 && label % 2 === 1 ? -1 : 1) * (y < 4 && label > 1 ? -1 : 1);

/** A bright half that names the class, brighter or darker by chance, and a faint chequered pattern that names it surely. */
function brightAndFaint(count: number, seed: number, { bright = 40, faint = 14 } = {}): ImageArray {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const pixels = new Uint8Array(count * 192);
  for (let i = 0; i < count; i++) {
    const { normal, uniform } = randomStream(seed, i);
    const label = labels[i]!;
    const chance = [20 * normal(), 20 * normal(), 20 * normal(), 20 * normal()];
    for (let at = 0; at < 192; at++) {
      const [y, x] = [Math.floor(at / 8) % 8, at % 8];
      const lit = [x < 4, x >= 4, y < 4, y >= 4][label]!;
      const quarter = 2 * Number(y >= 4) + Number(x >= 4);
      const sign = faintSign(x, y, label);
      pixels[192 * i + at] = Math.round(
        100 + (lit ? bright : 0) + chance[quarter]! + faint * sign + 8 * (uniform() - 0.5),
      );
    }
  }
  const classNames = ['left', 'right', 'top', 'bottom'];
  return { name: 'bright and faint', shape: [count, 3, 8, 8], pixels, labels, classNames };
}

/** Mean product of pictures with their class's faint pattern, of a sign in each pixel. */
function faintContent({ pixels, labels }: ImageArray): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at++)
    sum += pixels[at]! * faintSign(at % 8, Math.floor(at / 8) % 8, labels[Math.floor(at / 192)]!);
  return sum / pixels.length;
}

async function source(data: ImageArray, epsilon: number): Promise<Uint8Array> {
  const device = await openRuntime('cpu', { threads: 1 });
  const adversary = epsilon === 0 ? {} : { adversary: { norm: 'linf', epsilon, steps: 1, warmup: 0.3 } as const };
  const trained = await train(classification(buildNetwork('mlp', { classes: 4, width: 32 }), adversary), {
    data,
    epochs: 10,
    batchSize: 32,
    optimizer: { kind: 'sgd', momentum: 0.9 },
    learningRate: 0.05,
    seed: 1,
    device,
  });
  return (await exportNetwork(trained, { device })).bytes;
}

it('pictures matched to a standard network hold the faint pattern, those matched to a robust one less, and both teach', async () => {
  const [data, test] = [brightAndFaint(400, 1), brightAndFaint(200, 2)];
  const settings = {
    ...{ pictures: 400, testPictures: 200, steps: 60, stepSize: 0.5, net: 'mlp', width: 32, epochs: 10 },
    ...{ batchSize: 32, augment: false, attackRadii: [0.6, 1.2], attacked: 100 },
  };
  const sources = { standard: await source(data, 0), robust: await source(data, 0.1) };
  const { summaries, findings } = await runToy(representations, { settings, train: data, test, sources });
  const of = (measure: string) => summaries.of(measure).mean;
  for (const name of ['D_R', 'D_NR']) {
    expect(of(`${name}: clean accuracy`)).toBeGreaterThan(0.6);
    expect(of(`${name}: relative distance of features, matched and rounded`)).toBeLessThan(
      of(`${name}: relative distance of features at the start`) / 3,
    );
  }
  // What the constructed pictures hold of the faint pattern, where true pictures hold 1.
  const [dR, dNR] = findings[0]!.sets!.map(({ set }) => faintContent(set) / faintContent(data));
  expect(dNR).toBeGreaterThan(0.8);
  expect(dR).toBeLessThan(0.7 * dNR!);
});

/** A network whose four features before the last layer are products of a picture with patterns that are given by place. */
function seeing(pattern: (x: number, y: number, feature: number) => number): Uint8Array {
  const graph = new GraphBuilder();
  const matrix = (rows: number, value: (row: number, column: number) => number) =>
    graph.initializer(
      'float32',
      [rows, 4],
      toBytes(
        hostTensor(
          Float64Array.from({ length: 4 * rows }, (_, i) => value(i >> 2, i % 4)),
          [rows, 4],
        ),
      ),
    );
  graph.input('picture', 'float32', ['N', 3, 8, 8]);
  const [flat] = graph.node('Flatten', ['picture']);
  const patterns = matrix(192, (at, feature) => pattern(at % 8, Math.floor(at / 8) % 8, feature) / 192);
  const [features] = graph.node('MatMul', [flat!, patterns]);
  graph.node('MatMul', [features!, matrix(4, (row, column) => Number(row === column))], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 4]);
  return graph.encode(18);
}

it('of features that are known, bright ones teach robustness, and faint ones accuracy without it', async () => {
  const look = { bright: 60, faint: 8 };
  const [data, test] = [brightAndFaint(400, 1, look), brightAndFaint(200, 2, look)];
  const settings = {
    ...{ pictures: 400, testPictures: 200, steps: 60, stepSize: 0.5, net: 'mlp', width: 32, epochs: 10 },
    ...{ batchSize: 32, augment: false, attackRadii: [0.5], attacked: 100 },
  };
  const sources = {
    robust: seeing((x, y, quarter) => 4 * Number(quarter === 2 * Number(y >= 4) + Number(x >= 4))),
    standard: seeing((x, y, label) => 10 * faintSign(x, y, label)),
  };
  const { summaries, findings } = await runToy(representations, { settings, train: data, test, sources });
  const of = (measure: string) => summaries.of(measure).mean;
  expect(of('D_R: clean accuracy')).toBeGreaterThan(0.85);
  expect(of('D_NR: clean accuracy')).toBeGreaterThan(0.95);
  expect(of('D_R: accuracy under attack of l2 0.5')).toBeGreaterThan(0.5);
  expect(of('D_NR: accuracy under attack of l2 0.5')).toBeLessThan(0.1);
  // A quarter is chance: the start's own faint pattern, which search left alone.
  const [dR, dNR] = findings[0]!.sets!.map(({ set }) => faintContent(set) / faintContent(data));
  expect(dR).toBeCloseTo(0.25, 1);
  expect(dNR).toBeCloseTo(1, 1);
});

it('starts from every picture once and never from the picture itself, and matches nothing in no step', async () => {
  const starts = startsOf(50);
  expect([...starts].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(starts.some((start, i) => start === i)).toBe(false);
  const data = brightAndFaint(50, 1);
  const context = await toyContext(data);
  const set = await context.pictures('train', 50);
  const known = await context.open(await source(data, 0), 'source');
  const made = await matchedTo(context, known, set, 'unmoved', { steps: 0, stepSize: 1 });
  const { start, end } = await matchErrors(known.model, made, set);
  expect(end).toBeCloseTo(start, 5);
  expect(made.array.labels).toEqual(set.array.labels);
});
