/** @file What a unit answers to pictures, with the class scores beside it and the slope of the answer, in batches. */
import { usualBatch } from '../attack/usual-batch.ts';
import type { Model } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import { compile, type Program } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { see } from '../visualize/see.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';

/** What the network says of a picture. */
export interface Reaction {
  /** The unit's response: for a class its score less the mean of all scores, which no shift of all of them changes. */
  readonly response: number;
  /** The class that the model answers; -1 where a score is not a number. */
  readonly answer: number;
}

/** A reaction with its gradient, [C, H, W]. */
export interface SlopedReaction extends Reaction {
  readonly gradient: Float32Array;
}

/** Asks a model about a unit. */
export interface Responder {
  readonly model: Model;
  readonly unit: NamedUnit;
  readonly batch: number;
  readonly signal: AbortSignal | undefined;
  /** The unit's response to pictures [N, C, H, W], as an expression: [N]. */
  expression(x: Tensor): Tensor;
  /** Reactions to pictures [C, H, W], in their order. */
  react(pictures: readonly Float32Array[]): Promise<Reaction[]>;
  /** The same with gradients. */
  slopes(pictures: readonly Float32Array[]): Promise<SlopedReaction[]>;
}

/** A responder for a unit of a model. Programs are kept with the model's device. */
export function responderOf(
  model: Model,
  unit: NamedUnit,
  { batch = usualBatch(model), signal }: { readonly batch?: number; readonly signal?: AbortSignal } = {},
): Responder {
  const size = Math.min(batch, model.maxBatch);
  const shape = [size, model.channels, model.height, model.width];
  const specs = { x: { shape, dtype: 'float32' } } as const;
  const expression = (x: Tensor) => responseOf(model, unit, x);
  const key = `bridge ${model.key} ${unit.objective.key}`;
  const program = (withGradient: boolean): Promise<Program> =>
    compile(
      ({ x }) => {
        const response = expression(x!);
        const seen = { response, logits: model.logits(x!) };
        return withGradient ? { ...seen, gradient: grad(reduceSum(response), [x!])[0]! } : seen;
      },
      specs,
      { device: model.device, key: `${key} ${withGradient}` },
    );
  const ask = async (pictures: readonly Float32Array[], withGradient: boolean): Promise<SlopedReaction[]> => {
    const { run } = await program(withGradient);
    const length = model.channels * model.height * model.width;
    const reactions: SlopedReaction[] = [];
    for (let at = 0; at < pictures.length; at += size) {
      signal?.throwIfAborted();
      const some = pictures.slice(at, at + size);
      const x = new Float32Array(size * length);
      // Places that are left over repeat the first picture: a batch has one size.
      for (let i = 0; i < size; i++) x.set(some[i] ?? some[0]!, i * length);
      const results = await run({ x });
      const part = (name: string, i: number) => {
        const { data } = results[name]!;
        const each = data.length / size;
        return (data as Float32Array).slice(i * each, (i + 1) * each);
      };
      for (const i of some.keys())
        reactions.push({
          response: part('response', i)[0]!,
          answer: topClass(part('logits', i)),
          gradient: withGradient ? part('gradient', i) : new Float32Array(0),
        });
    }
    return reactions;
  };
  return {
    model,
    unit,
    batch: size,
    signal,
    expression,
    react: (pictures) => ask(pictures, false),
    slopes: (pictures) => ask(pictures, true),
  };
}

function responseOf(model: Model, unit: NamedUnit, x: Tensor): Tensor {
  const seen = see(model, x, x, { group: 1, viewCount: 1 });
  const value = unit.objective.value(seen);
  return unit.label === undefined ? value : sub(value, reduceMean(seen.logits, { axes: [1] }));
}
