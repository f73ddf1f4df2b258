import { expect, test } from 'vitest';
import { pseudoRandom } from '../../../test/random.ts';
import { interpret } from '../../../test/reference/interpret.ts';
import { smallNetwork } from '../../../test/support/network.ts';
import { hostTensor } from '../../tensor/host.ts';
import { input } from '../../tensor/tensor.ts';
import { importGraph } from '../import/import-graph.ts';
import { cutGraph } from './cut-graph.ts';
import { encodeModel, parseModel } from './parse-model.ts';

const bytes = smallNetwork(3);
const file = parseModel(bytes);
const valueAfter = (opType: string, nth = 0) =>
  file.graph!.node.filter((node) => node.opType === opType)[nth]!.output[0]!;

/** Values of a graph for one random picture. */
function run(graph: typeof file, names: readonly string[], side = 16) {
  const random = pseudoRandom(9);
  const shape = [1, 3, side, side];
  const { values } = importGraph(graph, new Map([['picture', input('picture', shape)]]), {
    files: { model: { location: 'net', bytes }, external: () => expect.unreachable() },
  });
  const picture = Float64Array.from({ length: 3 * side * side }, random);
  return interpret(
    names.map((name) => values.get(name)!),
    { picture: hostTensor(picture, shape) },
  );
}

test('a cut graph has the values of the whole graph, and nothing behind them', () => {
  const names = [valueAfter('Relu'), valueAfter('MaxPool')];
  const cut = cutGraph(file, names);
  expect(cut.graph!.output.map(({ name }) => name)).toEqual(names);
  expect(cut.graph!.node.map(({ opType }) => opType)).toEqual(['Conv', 'Relu', 'MaxPool']);
  expect(cut.graph!.initializer).toHaveLength(2);
  expect(run(cut, names)).toEqual(run(file, names));
  expect(file.graph!.node.length).toBeGreaterThan(3);
});

test('a graph cut before its head takes other sizes of pictures', () => {
  const name = valueAfter('Relu', 1);
  expect(() => run(file, [name], 20)).toThrow(/reshape: \[1, 12, 10, 10\] has another number of elements/);
  expect(run(cutGraph(file, [name]), [name], 20)[0]!.shape).toEqual([1, 12, 10, 10]);
});

test('a cut graph is a file again', () => {
  const name = valueAfter('MaxPool');
  const again = parseModel(encodeModel(cutGraph(file, [name])));
  expect(run(again, [name])).toEqual(run(file, [name]));
});

test('values that the graph does not have are refused with those that it has', () => {
  expect(() => cutGraph(file, ['nowhere', 'scores', 'picture'])).toThrow(
    /The graph has no value "nowhere", "picture"; its values are .*scores\.$/,
  );
});
