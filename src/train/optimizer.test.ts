import { describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { compile } from '../runtime/compile.ts';
import { type OptimizerOptions, optimizerOf } from './optimizer.ts';

/**
 * Parameters after four steps from (0.5, -1, 2) at a rate of 0.1, with the gradient (0.3, -0.2, 0.1) t + 0.1 p at step t = 1 to 4:
 * computed with PyTorch 1.13 in float64 (torch.optim.SGD, Adam, AdamW with the same settings).
 */
const cases: readonly {
  readonly name: string;
  readonly options: OptimizerOptions;
  readonly expected: readonly number[];
}[] = [
  { name: 'sgd', options: { kind: 'sgd', momentum: 0 }, expected: [0.183283035, -0.76258603, 1.82218703] },
  {
    name: 'sgd with momentum',
    options: { kind: 'sgd', nesterov: false, weightDecay: 0.05 },
    expected: [-0.1143112796875, -0.502028605625, 1.552045585],
  },
  {
    name: 'sgd in the form of Nesterov',
    options: { kind: 'sgd', weightDecay: 0.05 },
    expected: [-0.3653356376560937, -0.3067355910543125, 1.3915263318834998],
  },
  {
    name: 'adam',
    options: { kind: 'adam', beta1: 0.8, beta2: 0.99, weightDecay: 0.05 },
    expected: [0.099076551887751, -0.5966772278264664, 1.5954337996045058],
  },
  {
    name: 'adamw',
    options: { kind: 'adamw', beta1: 0.8, beta2: 0.99, weightDecay: 0.05 },
    expected: [0.0928828660772957, -0.5808336265549982, 1.558580938175008],
  },
];

/** p after four steps of a rule, run as its own graph. */
async function afterFourSteps(options: OptimizerOptions, decay: readonly number[]): Promise<Float32Array> {
  const device = await openRuntime('cpu');
  const optimizer = optimizerOf(options);
  const vector = { shape: [3], dtype: 'float32' } as const;
  const scalar = { shape: [], dtype: 'float32' } as const;
  const scalars = Object.keys(optimizer.scalars(1));
  const program = await compile(
    (inputs) => {
      const state = Object.fromEntries(optimizer.slots.map((slot) => [slot, inputs[slot]!]));
      const { p, g, lr, decay: mask } = inputs as Required<typeof inputs>;
      const next = optimizer.update({ p: p!, g: g!, lr: lr!, decay: mask!, state, scalars: inputs });
      return { p: next.p, ...next.state };
    },
    Object.fromEntries([
      ...['p', 'g', 'decay', ...optimizer.slots].map((name) => [name, vector]),
      ...['lr', ...scalars].map((name) => [name, scalar]),
    ]),
    { device },
  );
  let p: Float32Array = Float32Array.of(0.5, -1, 2);
  let state: Record<string, Float32Array> = Object.fromEntries(
    optimizer.slots.map((slot) => [slot, new Float32Array(3)]),
  );
  for (let t = 1; t <= 4; t++) {
    const g = p.map((value, i) => [0.3, -0.2, 0.1][i]! * t + 0.1 * value);
    const results = await program.run({ p, g, decay, lr: 0.1, ...state, ...optimizer.scalars(t) });
    p = results.p!.data as Float32Array;
    state = Object.fromEntries(optimizer.slots.map((slot) => [slot, results[slot]!.data as Float32Array]));
  }
  return p;
}

describe('update rules', () => {
  test.each(cases)('$name moves parameters as PyTorch does', async ({ options, expected }) => {
    const p = await afterFourSteps(options, [1, 1, 1]);
    p.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
  });

  test('weight decay leaves alone the parameters that are marked', async () => {
    const [marked, plain] = [{ kind: 'sgd', weightDecay: 0.5 }, { kind: 'sgd' }] as const;
    const p = await afterFourSteps(marked, [1, 0, 0]);
    const q = await afterFourSteps(plain, [1, 1, 1]);
    expect([...p.slice(1)]).toEqual([...q.slice(1)]);
    expect(Math.abs(p[0]! - q[0]!)).toBeGreaterThan(0.01);
  });
});
