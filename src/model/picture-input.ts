/** @file Which of a model's inputs takes the picture, and in what shape. */
import type { ModelProto, ValueInfoProto } from 'onnx-buf';
import { dtypeOf, elementTypeName } from '../onnx/file/element-type.ts';
import type { DType } from '../tensor/dtype.ts';
import { isFloat } from '../tensor/dtype.ts';
import { ModelError } from './model-error.ts';
import type { Preprocessing } from './preprocessing.ts';

/** An input of a graph that is no weight: sizes where the file fixes them. */
export interface GraphInput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | undefined)[];
}

/** The input that takes pictures. */
export interface PictureInput extends GraphInput {
  readonly layout: Preprocessing['layout'];
  readonly channels: number;
  /** Undefined where the file leaves the size open. */
  readonly height: number | undefined;
  readonly width: number | undefined;
  /** The batch size that the file fixes, if it does. */
  readonly batch: number | undefined;
}

/** Inputs that are fed, without the weights that old files list among them. */
export function graphInputs(model: ModelProto): GraphInput[] {
  const weights = new Set(model.graph!.initializer.map(({ name }) => name));
  return model.graph!.input.filter(({ name }) => !weights.has(name)).map(inputOf);
}

function inputOf(info: ValueInfoProto): GraphInput {
  const type = info.type?.value;
  if (type?.case !== 'tensorType')
    throw new ModelError(`Input "${info.name}" is no tensor; a model that takes pictures has a tensor input.`);
  const dtype = dtypeOf(type.value.elemType);
  if (dtype === undefined)
    throw new ModelError(`Input "${info.name}" holds ${elementTypeName(type.value.elemType)}, which is not supported.`);
  const shape = (type.value.shape?.dim ?? []).map(({ value }) => {
    const size = value.case === 'dimValue' ? Number(value.value) : undefined;
    return size !== undefined && size > 0 ? size : undefined;
  });
  return { name: info.name, dtype, shape };
}

/** Sizes as people write them: `[N, 3, 224, 224]`. */
export function formatInput({ shape }: GraphInput): string {
  return `[${shape.map((size, axis) => size ?? (axis === 0 ? 'N' : '?')).join(', ')}]`;
}

const isChannels = (size: number | undefined) => size === 1 || size === 3;

/**
 * The input that takes pictures: the only one of four axes with one or three channels first or last.
 * @throws ModelError listing the inputs where there is none, or several
 */
export function findPictureInput(model: ModelProto, layout?: Preprocessing['layout']): PictureInput {
  const inputs = graphInputs(model);
  const candidates = inputs.flatMap((input): PictureInput[] => {
    const { shape, dtype } = input;
    if (shape.length !== 4 || !(isFloat(dtype) || dtype === 'uint8')) return [];
    const first = isChannels(shape[1]);
    const last = isChannels(shape[3]);
    const chosen = layout ?? (last && !(first && shape[3] !== 3) ? 'NHWC' : 'NCHW');
    const [channels, height, width] =
      chosen === 'NHWC' ? [shape[3], shape[1], shape[2]] : [shape[1], shape[2], shape[3]];
    // An open number of channels is taken as three, the only likely one.
    if (channels !== undefined && !isChannels(channels)) return [];
    return [{ ...input, layout: chosen, channels: channels ?? 3, height, width, batch: shape[0] }];
  });
  if (candidates.length === 1 && inputs.length === 1) return candidates[0]!;
  const list = inputs.map((input) => `"${input.name}" ${input.dtype} ${formatInput(input)}`).join(', ') || 'none';
  if (candidates.length === 0) {
    throw new ModelError(
      `Expected a model with a picture input [N, 1 or 3, height, width] (or [N, height, width, 1 or 3]), got inputs: ${list}.`,
    );
  }
  throw new ModelError(
    `Expected a model with one input, a picture; this one has ${inputs.length}: ${list}. Models of several inputs can be differentiated through pareidolia/onnx.`,
  );
}
