/** @file Adam against its closed forms and against PyTorch's numbers. */
import { expect, it } from 'vitest';
import { adam } from './adam.ts';

it('the first step is the sign of the gradient, however small', () => {
  const step = adam(4).next(Float32Array.of(3, -0.02, 0, 1e-3));
  for (const [i, value] of [1, -1, 0, 1].entries()) expect(step[i]).toBeCloseTo(value, 4);
});

it('a steady gradient gives steps of 1', () => {
  const memory = adam(2);
  for (let i = 0; i < 50; i++) {
    const step = memory.next(Float32Array.of(5, -0.3));
    expect(step[0]).toBeCloseTo(1, 6);
    expect(step[1]).toBeCloseTo(-1, 6);
  }
});

it("descends as PyTorch's Adam does", () => {
  // torch.optim.Adam([x], lr=0.1) on (x0 - 1)^2 + 10 (x1 + 2)^4 from (0, 0): x after 1, 10 and 40 steps (PyTorch 1.13).
  const seen: number[][] = [];
  let [a, b] = [0, 0];
  const memory = adam(2);
  for (let i = 1; i <= 40; i++) {
    const step = memory.next(Float32Array.of(2 * (a - 1), 40 * (b + 2) ** 3));
    a -= 0.1 * step[0]!;
    b -= 0.1 * step[1]!;
    if ([1, 10, 40].includes(i)) seen.push([a, b]);
  }
  const pytorch = [
    [0.1, -0.1],
    [0.9237508, -0.9115298],
    [0.8992154, -1.8276739],
  ];
  for (const [i, value] of pytorch.flat().entries()) expect(seen.flat()[i]).toBeCloseTo(value, 5);
});

it('one memory knows nothing of another, and gradients are left as they were', () => {
  const gradient = Float32Array.of(1, 2);
  const [first, second] = [adam(2), adam(2)];
  first.next(Float32Array.of(-7, 4));
  const [fresh, again] = [second.next(gradient), adam(2).next(gradient)];
  expect(fresh).toEqual(again);
  expect(gradient).toEqual(Float32Array.of(1, 2));
});

it('the metric is what the mean was divided by', () => {
  const memory = adam(1);
  memory.next(Float32Array.of(3));
  memory.next(Float32Array.of(4));
  const square = (0.999 * 0.001 * 9 + 0.001 * 16) / (1 - 0.999 ** 2);
  expect(memory.metric[0]).toBeCloseTo(Math.sqrt(square), 5);
});
