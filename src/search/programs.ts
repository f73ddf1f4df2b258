/** @file A search problem compiled for a batch size: a step (forward, gradient, update, projection) and a look (forward alone). */
import { compile, type Program, type Specs } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { type GradientOptions, grad } from '../tensor/grad.ts';
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { overLargest, reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Batch, Objective, Problem } from './problem.ts';

/** Names of a program's inputs and outputs that belong to z, its value and its gradient's length. */
const zName = 'z';
const nextName = 'next z';
const statePrefix = 'state ';
const nextStatePrefix = 'next state ';

/** Names under which a program returns what the search itself reads. */
export const valueName = 'value';
export const gradientName = 'gradient norm';

/** The compiled forms of a problem on a device. */
export interface Programs {
  /** One step for a batch: inputs z, state and data; outputs next z, next state, value, gradient norm and the objective's outputs. */
  step(batch: number): Promise<Program>;
  /** Value and outputs at z, without a gradient. */
  look(batch: number): Promise<Program>;
}

function specsOf(problem: Problem, batch: number, withState: boolean): Specs {
  const specs: Record<string, { shape: readonly number[]; dtype: 'float32' | Specs[string]['dtype'] }> = {
    [zName]: { shape: [batch, ...problem.shape], dtype: 'float32' },
  };
  for (const [name, { shape, dtype }] of Object.entries(problem.data))
    specs[name] = { shape: [batch, ...shape], dtype };
  if (withState) {
    for (const [name, shape] of Object.entries(problem.rule.state ?? {}))
      specs[statePrefix + name] = { shape: [batch, ...shape], dtype: 'float32' };
  }
  return specs;
}

/** Name under which a step returns how much every place of the picture counts, where the problem asks for it. */
export const pictureGradientName = 'picture gradient';

/** J(f(T(g(z)))) - penalty(g(z)) with what the host wants to see, and the picture g(z). */
function evaluate(problem: Problem, z: Tensor, data: Batch): Objective & { readonly x: Tensor } {
  const x = problem.parameterise?.(z, data) ?? z;
  const objective = problem.objective(problem.transform?.(x, data) ?? x, data);
  const penalty = problem.penalty?.(x, data, z);
  return { ...objective, x, value: penalty === undefined ? objective.value : sub(objective.value, penalty) };
}

/** Length of each sample's gradient, [N], also where its squares are too small for float32. */
function lengthOf(gradient: Tensor): Tensor {
  const axes = gradient.shape.map((_, axis) => axis).slice(1);
  const { scaled, largest } = overLargest(gradient, axes);
  return mul(reduceL2(scaled, { axes }), reshape(largest, [gradient.shape[0]!]));
}

/** Compiles a problem's graphs as they are asked for. */
export function programsOf(problem: Problem, device: DeviceRuntime, options: GradientOptions = {}): Programs {
  return {
    look: (batch) =>
      compile(
        (inputs) => {
          const { value, outputs = {} } = evaluate(problem, inputs[zName]!, inputs);
          return { ...outputs, [valueName]: value };
        },
        specsOf(problem, batch, false),
        { device, key: `${problem.key} look` },
      ),
    step: (batch) =>
      compile(
        (inputs) => {
          const z = inputs[zName]!;
          const { value, outputs = {}, x } = evaluate(problem, z, inputs);
          // Samples do not touch each other, so the gradient of the sum holds each one's own.
          const wanted = problem.seesPictureGradient ? [z, x] : [z];
          const rules = problem.gradientRules === undefined ? {} : { ruleOf: problem.gradientRules(inputs) };
          const [gradient, pictureGradient] = grad(reduceSum(value), wanted, { ...options, ...rules }) as [
            Tensor,
            Tensor?,
          ];
          const stateNames = Object.keys(problem.rule.state ?? {});
          const state = Object.fromEntries(stateNames.map((name) => [name, inputs[statePrefix + name]!]));
          const next = problem.rule.next({ z, gradient, state, data: inputs });
          const allowed = problem.project?.(next.z, inputs) ?? next.z;
          return {
            ...outputs,
            ...(pictureGradient === undefined
              ? {}
              : { [pictureGradientName]: reduceSum(abs(pictureGradient), { axes: [1] }) }),
            ...Object.fromEntries(stateNames.map((name) => [nextStatePrefix + name, next.state![name]!])),
            [nextName]: allowed,
            [valueName]: value,
            [gradientName]: lengthOf(gradient),
          };
        },
        specsOf(problem, batch, true),
        { device, key: `${problem.key} step` },
      ),
  };
}

export { nextName, nextStatePrefix, statePrefix, zName };
