/** @file Questions to a guide: gradients of a loss at pictures, or back through random changes of them. */
import { compile, type Program } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { oneHot } from './criterion.ts';
import { drawnSpecs, type Expectation, expectationKey, expected } from './expectation.ts';
import { lossFor } from './loss.ts';
import type { HintQuestion, Slope } from './procedure.ts';
import { drawn, fedAs, isTargeted, ownGradient, type Place, rows, targetOf } from './question-batch.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Hints of one key share a graph. */
export function hintKey({ guide, of, through }: HintQuestion, trial: Trial): string {
  const aim = isTargeted(of, trial) ? 'targeted' : 'untargeted';
  return `hint of ${of.loss} ${aim} through ${through?.transform.key ?? 'nothing'} by ${guide.key}`;
}

const throughName = (name: string) => `through ${name}`;

/** Asks the guide of a batch of hints. */
export async function askGuide(
  victim: Victim,
  first: HintQuestion,
  key: string,
  {
    chunk,
    size,
    pictures,
  }: { readonly chunk: readonly Place[]; readonly size: number; readonly pictures: Float32Array },
  expectation: Expectation | undefined,
): Promise<Slope[]> {
  const { guide, through } = first;
  const { classCount } = victim;
  const program = await hintProgram(victim, first, isTargeted(first.of, chunk[0]!.trial), key, size, expectation);
  const changes = chunk.map(({ query }) => (query.kind === 'hint' ? query.through?.drawn : undefined) ?? {});
  const results = await program.run({
    x: pictures,
    label: rows(chunk, size, ({ trial }) => oneHot(trial.label, classCount)),
    target: rows(chunk, size, (place) => oneHot(targetOf(place), classCount)),
    ...fedAs(throughName, through?.transform.data ?? {}, changes, size),
    ...drawn(chunk, size, expectation),
  });
  const part = (name: string, i: number) => {
    const data = results[name]!.data as Float32Array;
    return data.slice((i * data.length) / size, ((i + 1) * data.length) / size);
  };
  const passes = (guide.passes ?? 1) * (expectation?.draws ?? 1);
  return chunk.map(({ trial }, i) => {
    trial.forwards += passes;
    trial.backwards += passes;
    for (const note of guide.gradientNotes) trial.notes.add(note);
    return {
      scores: part('logits', i),
      excess: Number.NaN,
      fools: false,
      value: part('value', i)[0]!,
      gradient: ownGradient(part('gradient', i), trial),
    };
  });
}

function hintProgram(
  { channels, height, width, classCount }: Victim,
  { guide, of, through }: HintQuestion,
  targeted: boolean,
  key: string,
  size: number,
  expectation: Expectation | undefined,
): Promise<Program> {
  const changes = Object.entries(through?.transform.data ?? {});
  const fed = [
    ...changes.map(([name, spec]) => [throughName(name), spec] as const),
    ...Object.entries(drawnSpecs(expectation)),
  ];
  const row = { shape: [size, classCount], dtype: 'float32' as const };
  const { loss } = lossFor(of.loss, targeted, classCount);
  return compile(
    (inputs) => {
      const { x, label, target } = inputs as Record<'x' | 'label' | 'target', Tensor>;
      const own = Object.fromEntries(changes.map(([name]) => [name, inputs[throughName(name)]!]));
      const seen = through?.transform.apply(x, own) ?? x;
      const logits = guide.logits(seen);
      const value = expectation
        ? expected(expectation, seen, inputs, (changed) => loss({ logits: guide.logits(changed), label, target }))
        : loss({ logits, label, target });
      // Pictures do not touch each other, so the gradient of the sum holds each one's own.
      return { logits, value, gradient: grad(reduceSum(value), [x], { describe: guide.describe })[0]! };
    },
    {
      x: { shape: [size, channels, height, width], dtype: 'float32' },
      label: row,
      target: row,
      ...Object.fromEntries(fed.map(([name, { shape, dtype }]) => [name, { shape: [size, ...shape], dtype }])),
    },
    { device: guide.device, key: `${guide.key} ${key}${expectationKey(expectation)}` },
  );
}
