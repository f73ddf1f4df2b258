import { expect, test } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { constant, type hostValue, input } from '../tensor/tensor.ts';
import {
  crossEntropy,
  discriminatorLoss,
  generatorLoss,
  klDivergence,
  meanSquaredError,
  trades,
  variationalLoss,
} from './loss.ts';

const value = (x: Parameters<typeof hostValue>[0]) => interpret([x], {})[0]!.data[0]!;
const rows = (data: readonly number[][]) => constant(data.flat(), [data.length, data[0]!.length]);
const softmax = (z: readonly number[]) => {
  const total = z.reduce((sum, v) => sum + Math.exp(v), 0);
  return z.map((v) => Math.exp(v) / total);
};
const [z, q] = [
  [
    [1, -2, 0.5],
    [0, 3, -1],
  ],
  [
    [0.2, 0.1, -0.4],
    [1, 2, 0],
  ],
];
const label = [
  [1, 0, 0],
  [0, 0, 1],
];

test('cross-entropy is the mean of -log p of the label', () => {
  const expected = -(Math.log(softmax(z[0]!)[0]!) + Math.log(softmax(z[1]!)[2]!)) / 2;
  expect(value(crossEntropy(rows(z), rows(label)))).toBeCloseTo(expected, 6);
});

test('smoothing weighs all classes', () => {
  const expected =
    z.reduce((sum, scores, i) => {
      const p = softmax(scores);
      return sum - p.reduce((inner, pk, k) => inner + (0.9 * label[i]![k]! + 0.1 / 3) * Math.log(pk), 0);
    }, 0) / 2;
  expect(value(crossEntropy(rows(z), rows(label), 0.1))).toBeCloseTo(expected, 6);
});

test('the gradient of cross-entropy is (softmax - label) / N', () => {
  const x = input('x', [2, 3]);
  const [dx] = interpret(grad(crossEntropy(x, rows(label)), [x]), { x: hostTensor(z.flat(), [2, 3], 'float64') });
  const expected = z.flatMap((scores, i) => softmax(scores).map((p, k) => (p - label[i]![k]!) / 2));
  dx!.data.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, 6);
  });
});

test('TRADES is cross-entropy plus beta times KL(clean || adversarial)', () => {
  const kl =
    z.reduce((sum, scores, i) => {
      const [p, other] = [softmax(scores), softmax(q[i]!)];
      return sum + p.reduce((inner, pk, k) => inner + pk * Math.log(pk / other[k]!), 0);
    }, 0) / 2;
  expect(value(klDivergence(rows(z), rows(q)))).toBeCloseTo(kl, 6);
  expect(value(klDivergence(rows(z), rows(z)))).toBeCloseTo(0, 7);
  const clean = value(crossEntropy(rows(z), rows(label)));
  expect(value(trades(rows(z), rows(q), rows(label), 6))).toBeCloseTo(clean + 6 * kl, 5);
});

test('the variational loss adds Gaussian error and divergence of the code per picture', () => {
  const [mean, logVariance] = [[[0.5, -1]], [[0.2, -0.3]]];
  const kl =
    0.5 *
    [0, 1].reduce((sum, i) => sum + mean[0]![i]! ** 2 + Math.exp(logVariance[0]![i]!) - 1 - logVariance[0]![i]!, 0);
  const { loss, divergence } = variationalLoss(
    rows([[0.1, 0.9, 0.4]]),
    rows([[0.2, 0.7, 0.4]]),
    rows(mean),
    rows(logVariance),
    { sigma: 0.1, beta: 2 },
  );
  expect(value(divergence)).toBeCloseTo(kl, 6);
  expect(value(loss)).toBeCloseTo((0.01 + 0.04) / (2 * 0.01) + 2 * kl, 5);
  expect(value(meanSquaredError(rows([[1, 2]]), rows([[0, 4]])))).toBeCloseTo(2.5, 6);
});

test('the game of generator and discriminator has the losses of its papers', () => {
  const [real, fake] = [
    [[2], [0.5]],
    [[-3], [0.25]],
  ];
  const softplus = (v: number) => Math.log(1 + Math.exp(v));
  expect(value(discriminatorLoss('hinge', rows(real), rows(fake)))).toBeCloseTo(0.5 / 2 + 1.25 / 2, 6);
  expect(value(generatorLoss('hinge', rows(fake)))).toBeCloseTo(2.75 / 2, 6);
  const expected = (softplus(-2) + softplus(-0.5)) / 2 + (softplus(-3) + softplus(0.25)) / 2;
  expect(value(discriminatorLoss('non-saturating', rows(real), rows(fake)))).toBeCloseTo(expected, 6);
  expect(value(generatorLoss('non-saturating', rows(fake)))).toBeCloseTo((softplus(3) + softplus(-0.25)) / 2, 6);
});
