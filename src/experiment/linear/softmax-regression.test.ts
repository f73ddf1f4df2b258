/** @file Softmax regression on labels that follow a known law. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { softmaxRegression } from './softmax-regression.ts';

const { normal } = randomStream(2);
/** Three classes around the corners of a triangle, in features of very different sizes that depend on each other. */
const sample = (label: number) => {
  const [a, b] = [Math.cos(2.1 * label) * 3 + normal(), Math.sin(2.1 * label) * 3 + normal()];
  return Float64Array.of(100 * a + 5, 0.1 * b, 100 * a + 0.1 * b);
};
const labels = Array.from({ length: 300 }, (_, i) => i % 3);

it('finds classes that are apart, whatever the features’ scale', () => {
  const classify = softmaxRegression(labels.map(sample), labels, 3);
  const right = labels.filter((label) => classify(sample(label)) === label).length;
  expect(right / labels.length).toBeGreaterThan(0.93);
});

it('learns a rule that is turned round', () => {
  const classify = softmaxRegression(
    labels.map(sample),
    labels.map((label) => (label + 1) % 3),
    3,
  );
  const right = labels.filter((label) => classify(sample(label)) === (label + 1) % 3).length;
  expect(right / labels.length).toBeGreaterThan(0.93);
});
