import { describe, expect, test } from 'vitest';
import { smallVgg } from '../../test/support/vgg.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { parseModel } from '../onnx/file/parse-model.ts';
import { chooseTaps, type TapChoice, tapCandidates } from './taps.ts';

/** A graph of nodes "op: inputs > output"; inputs that nothing makes are weights. */
function graphOf(...nodes: readonly string[]) {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1, 3, 8, 8]);
  for (const node of nodes) {
    const [opType, inputs, output] = node.split(/: | > /) as [string, string, string];
    graph.node(opType, inputs.split(' '), {}, [output]);
  }
  graph.output(nodes.at(-1)!.split(' > ')[1]!, 'float32', [1]);
  for (const name of ['w', 'v', 'u', 'm']) graph.initializer('float32', [1], new Uint8Array(4), name);
  return parseModel(graph.encode(18));
}

describe('tapCandidates', () => {
  test('are the activations of a plain network, without pools, convolutions and the head', () => {
    const names = tapCandidates(parseModel(smallVgg()), 'picture');
    expect(names).toHaveLength(13);
    expect(names[0]).toBe('relu1_1');
    expect(names.at(-1)).toBe('relu5_3');
  });

  test('are the ends of residual blocks, not what a shortcut goes around', () => {
    const file = graphOf(
      'Sub: x m > centred',
      'Conv: centred w > a',
      'Relu: a > stem',
      'Conv: stem v > b',
      'Relu: b > inner',
      'Conv: inner u > c',
      'Add: c stem > sum',
      'Relu: sum > block',
      'GlobalAveragePool: block > pooled',
      'Gemm: pooled w > scores',
    );
    expect(tapCandidates(file, 'x')).toEqual(['stem', 'sum', 'block']);
  });

  test('leave out class maps that are pooled into scores, but not the maps of a network without a head', () => {
    const body = ['Conv: x w > a', 'Relu: a > first', 'Conv: first v > b', 'Relu: b > last'];
    expect(tapCandidates(graphOf(...body), 'x')).toEqual(['first', 'last']);
    expect(tapCandidates(graphOf(...body, 'GlobalAveragePool: last > scores'), 'x')).toEqual(['first']);
  });
});

describe('chooseTaps', () => {
  const shapes = new Map(
    Object.entries({
      a: [1, 64, 8, 8],
      b: [1, 64, 8, 8],
      c: [1, 128, 4, 4],
      d: [1, 128, 4, 4],
      e: [1, 64, 4, 4],
      f: [1, 10],
      g: [1, 10, 1, 1],
    }),
  );
  const choose = (choice: Partial<TapChoice>) =>
    chooseTaps({
      name: 'net.onnx',
      layers: undefined,
      candidates: [...shapes.keys()],
      shapes,
      channels: undefined,
      ...choice,
    }).map(({ value }) => value);

  test('takes the last map of each resolution', () => {
    expect(choose({})).toEqual(['b', 'e']);
  });

  test('fits channels in order, ends of resolutions first, then the latest', () => {
    expect(choose({ channels: [64, 128] })).toEqual(['b', 'd']);
    expect(choose({ channels: [64, 128, 128, 64] })).toEqual(['b', 'c', 'd', 'e']);
    expect(choose({ channels: [64, 64] })).toEqual(['b', 'e']);
    expect(choose({ channels: [64, 64, 64] })).toEqual(['a', 'b', 'e']);
  });

  test('takes layers that are asked for as they are', () => {
    expect(choose({ layers: ['d', 'a'] })).toEqual(['d', 'a']);
    expect(choose({ layers: ['a', 'd'], channels: [64, 128] })).toEqual(['a', 'd']);
  });

  test('says in a sentence what does not fit', () => {
    expect(() => choose({ channels: [128, 64, 64] })).toThrow(
      'No layers of net.onnx fit weights for 128, 64, 64 channels; it has a (64), b (64), c (128), d (128), e (64), g (10): take the network that the weights were made for, or name the values.',
    );
    expect(() => choose({ layers: ['f'] })).toThrow('"f" of net.onnx is no feature map: its shape is [1, 10].');
    expect(() => choose({ layers: ['a', 'c'], channels: [64, 64] })).toThrow(
      'The weights are for layers of 64, 64 channels; those asked for of net.onnx are a (64), c (128).',
    );
    expect(() => choose({ candidates: ['f', 'g'] })).toThrow(/^net\.onnx has no feature maps to compare/);
  });
});
