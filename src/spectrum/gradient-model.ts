/** @file A model with the answers of another and a gradient of its own, for whatever takes a model. */
import type { Model, TracedModel } from '../model/model.ts';
import { isFloat } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** How a gradient differs. */
export interface GradientChange {
  /** Short words for it, unique among a model's changes: part of the model's name and key. */
  readonly name: string;
  /** Values of the network at pictures x, with the gradient that they are to have; `at` gives the same values at other pictures. */
  readonly change: (values: readonly Tensor[], x: Tensor, at: (x: Tensor) => readonly Tensor[]) => readonly Tensor[];
}

/** The same model with another gradient. Its own programs are released with it; the model that it was made of stays open. */
export function withGradient(model: Model, { name, change }: GradientChange): Model {
  const key = `${model.key} ${name}`;
  const { device } = model;
  return {
    ...model,
    key,
    name: `${model.name}, ${name}`,
    gradientNotes: [...model.gradientNotes, `Gradients are not the network's own: ${name}.`],
    logits: (x) => change([model.logits(x)], x, (other) => [model.logits(other)])[0]!,
    trace(x): TracedModel {
      const traced = model.trace(x);
      const names = [...traced.values.keys()].filter((value) => isFloat(traced.values.get(value)!.dtype));
      const listOf = ({ logits, values }: TracedModel) => [logits, ...names.map((value) => values.get(value)!)];
      const [logits, ...changed] = change(listOf(traced), x, (other) => listOf(model.trace(other)));
      const byName = new Map([...traced.values, ...names.map((value, i) => [value, changed[i]!] as const)]);
      const byTensor = new Map(names.map((value, i) => [traced.values.get(value)!, changed[i]!] as const));
      return {
        ...traced,
        logits: logits!,
        values: byName,
        outputs: traced.outputs.map((y) => byTensor.get(y) ?? y),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const [programKey, program] of device.programs) {
        if (!programKey.startsWith(`${key} `)) continue;
        device.programs.delete(programKey);
        await (await program).release();
      }
    },
  };
}
