/** @file What may be done to a model against artefacts in its gradient: to the gradient alone, or to the network. */
import { loadModel } from '../model/load-model.ts';
import type { Model } from '../model/model.ts';
import { intsOf } from '../onnx/file/ints-of.ts';
import { maxPoolOp, maxPoolWithIndicesOp } from '../tensor/ops/max-pool.ts';
import { input, topologicalOrder } from '../tensor/tensor.ts';
import { withAverageGradient } from './average-gradient.ts';
import { blurDownsampling } from './blur-pool.ts';
import { withBlurredGradient, withNoisyGradient } from './smooth-gradient.ts';
import { SpectrumError } from './spectrum-error.ts';

/** One intervention. */
export type Intervention =
  /** Average pooling's gradient in place of max pooling's. */
  | { readonly kind: 'average' }
  /** Anti-aliased down-sampling with a binomial kernel of 2 to 7 taps. */
  | { readonly kind: 'blurpool'; readonly size: number }
  /** The gradient blurred over 3, 5 or 7 pixels. */
  | { readonly kind: 'blur'; readonly size: number }
  /** The mean gradient over draws of Gaussian noise. */
  | { readonly kind: 'noise'; readonly deviation: number; readonly draws: number };

/** What is tried unless said otherwise; what has no max pooling, or nothing with a stride, does without the first or the second. */
export const usualInterventions: readonly Intervention[] = [
  { kind: 'average' },
  { kind: 'blurpool', size: 3 },
  { kind: 'blurpool', size: 5 },
  { kind: 'blur', size: 3 },
  { kind: 'noise', deviation: 0.05, draws: 8 },
];

/** How an intervention is written: `average`, `blurpool3`, `blur3`, `noise0.05x8`; `none` for the model as it is. */
export function interventionName(one: Intervention | undefined): string {
  if (one === undefined) return 'none';
  if (one.kind === 'average') return one.kind;
  return one.kind === 'noise' ? `noise${one.deviation}x${one.draws}` : `${one.kind}${one.size}`;
}

/** The intervention that a word means; sizes and draws may be left out. @throws SpectrumError */
export function interventionNamed(word: string): Intervention {
  if (word === 'average') return { kind: 'average' };
  const sized = /^(blurpool|blur)(\d*)$/.exec(word);
  if (sized !== null) return { kind: sized[1] as 'blur' | 'blurpool', size: Number(sized[2] || 3) };
  const noise = /^noise(\d*\.?\d+)?(?:x(\d+))?$/.exec(word);
  if (noise !== null) return { kind: 'noise', deviation: Number(noise[1] ?? 0.05), draws: Number(noise[2] ?? 8) };
  throw new SpectrumError(
    `There is no intervention "${word}"; there are average, blurpool2 to blurpool7, blur3, blur5, blur7, noise0.05x8.`,
  );
}

/** Whether an intervention changes the network and with it its answers, or the gradient alone. */
export function changesNetwork({ kind }: Intervention): boolean {
  return kind === 'blurpool';
}

/**
 * Whether the gradient after an intervention can be asked for lines. A blur of it weakens a line and what surrounds it alike, and leaves
 * nothing of either at half a cycle a pixel, so that their ratio says nothing.
 */
export function leavesLines({ kind }: Intervention): boolean {
  return kind !== 'blur';
}

/** Whether a model has what an intervention changes. */
export function applies(model: Model, { kind }: Intervention): boolean {
  if (kind === 'blurpool')
    return model.file.graph!.node.some(
      (node) => (node.opType === 'Conv' || node.opType === 'MaxPool') && intsOf(node, 'strides')?.some((s) => s > 1),
    );
  if (kind !== 'average') return true;
  const picture = input('picture', [1, model.channels, model.height, model.width]);
  return topologicalOrder([model.logits(picture)]).some(
    ({ op }) => op.name === maxPoolOp.name || op.name === maxPoolWithIndicesOp.name,
  );
}

/**
 * The model after an intervention; dispose of it before the model.
 * @throws SpectrumError if the model has nothing that it could change
 */
export async function intervene(model: Model, one: Intervention, { seed = 0 } = {}): Promise<Model> {
  switch (one.kind) {
    case 'average':
      return withAverageGradient(model);
    case 'blur':
      return withBlurredGradient(model, one.size);
    case 'noise':
      return withNoisyGradient(model, { deviation: one.deviation, draws: one.draws, seed });
    case 'blurpool':
      return loadModel(blurDownsampling(model, { size: one.size }).bytes, {
        preprocessing: model.preprocessing,
        ...(model.classNames === undefined ? {} : { classes: model.classNames }),
        height: model.height,
        width: model.width,
        device: model.device,
        name: `${model.name}, ${interventionName(one)}`,
      });
  }
}

/**
 * Measures something of a model after an intervention, or as it is where there is none, and releases what was made for it.
 * @throws SpectrumError if the model has nothing that the intervention could change; what `measure` throws
 */
export async function measuredAfter<T>(
  model: Model,
  one: Intervention | undefined,
  options: { readonly seed?: number },
  measure: (changed: Model) => Promise<T>,
): Promise<T> {
  if (one === undefined) return measure(model);
  await using changed = await intervene(model, one, options);
  return await measure(changed);
}
