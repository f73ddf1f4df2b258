/** @file The sidecar `model.pareidolia.json`: what a model's own file does not say of how it is used. */
import * as z from 'zod';
import { ModelError } from './model-error.ts';
import { type Preprocessing, presetFor, presets } from './preprocessing.ts';

const numbers = z.array(z.number().check(z.refine((value) => Number.isFinite(value), 'a finite number')));

const constants = z.strictObject({
  layout: z.optional(z.enum(['NCHW', 'NHWC'])),
  channels: z.optional(z.enum(['rgb', 'bgr', 'grey'])),
  range: z.optional(z.number().check(z.positive())),
  mean: z.optional(numbers),
  std: z.optional(numbers),
  resizeTo: z.optional(z.int().check(z.positive())),
});

const schema = z.strictObject({
  preprocessing: z.optional(z.union([z.enum(Object.keys(presets) as [string, ...string[]]), constants])),
  classes: z.optional(z.array(z.string())),
  output: z.optional(z.string()),
  notes: z.optional(z.record(z.string(), z.unknown())),
});

/** What a sidecar holds. */
export type Sidecar = z.infer<typeof schema>;

/** Key of a file's metadata that holds what a sidecar would. */
export const metadataKey = 'pareidolia';

/** Where a model's sidecar lies: `net.onnx` has `net.pareidolia.json`. */
export function sidecarName(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.pareidolia.json`;
}

/** Reads a sidecar's text. @throws ModelError naming what is wrong in it. */
export function parseSidecar(text: string, name: string): Sidecar {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ModelError(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new ModelError(`${name} does not describe a model: ${inOneLine(result.error)}.`);
}

function inOneLine(error: z.core.$ZodError): string {
  return z.prettifyError(error).replaceAll('\n', ' ');
}

/** A preprocessing written as a preset's name or in parts; what is missing is taken as pixels in [0, 1]. */
export function resolvePreprocessing(
  written: string | Partial<Preprocessing>,
  channels: number,
  layout: Preprocessing['layout'],
): Preprocessing {
  if (typeof written === 'string') {
    const preset = presetFor(written, channels, layout);
    if (preset !== undefined) return preset;
    throw new ModelError(`Preprocessing "${written}" is not known; use one of ${Object.keys(presets).join(', ')}.`);
  }
  const checked = constants.safeParse(written);
  if (!checked.success) throw new ModelError(`Preprocessing as given cannot be used: ${inOneLine(checked.error)}.`);
  const result = { ...presetFor('none', channels, layout)!, ...written };
  const wrong = (['mean', 'std'] as const).find((key) => result[key].length !== channels);
  if (wrong !== undefined) {
    throw new ModelError(`Preprocessing: ${wrong} has ${result[wrong].length} numbers for ${channels} channels.`);
  }
  if (result.std.some((s) => s === 0)) throw new ModelError('Preprocessing: a std of 0 would divide by zero.');
  return result;
}
