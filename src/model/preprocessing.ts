/** @file What a network wants instead of pixels in [0, 1]: layout, channel order, range, mean and deviation. */
import { div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { resize } from '../tensor/ops/resize.ts';
import { flip, slice } from '../tensor/ops/slice.ts';
import { transpose } from '../tensor/ops/transpose.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';

/** From pixels in [0, 1] to a network's input: (pixel * range - mean) / std, in its channel order and layout. */
export interface Preprocessing {
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** What a white pixel is before mean and std: 1 or 255. */
  readonly range: number;
  /** Per channel, in the network's channel order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Shorter side that pictures are resized to before the middle is cropped; the network's own size unless given. */
  readonly resizeTo?: number;
}

/** Preprocessings by the names that people know them under. */
export const presets: Readonly<Record<string, Omit<Preprocessing, 'layout'>>> = {
  imagenet: { channels: 'rgb', range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  cifar10: { channels: 'rgb', range: 1, mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  'caffe-bgr': { channels: 'bgr', range: 255, mean: [104, 117, 123], std: [1, 1, 1] },
  tf: { channels: 'rgb', range: 255, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  raw255: { channels: 'rgb', range: 255, mean: [0, 0, 0], std: [1, 1, 1] },
  none: { channels: 'rgb', range: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  mnist: { channels: 'grey', range: 1, mean: [0.1307], std: [0.3081] },
};

/** A preset for a number of channels: those for colour average their constants for grey. */
export function presetFor(name: string, channels: number, layout: Preprocessing['layout']): Preprocessing | undefined {
  const preset = presets[name];
  if (preset === undefined) return undefined;
  if (preset.mean.length === channels) return { layout, ...preset };
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const filled = (values: readonly number[]) => new Array<number>(channels).fill(average(values));
  return {
    layout,
    ...preset,
    channels: channels === 1 ? 'grey' : 'rgb',
    mean: filled(preset.mean),
    std: filled(preset.std),
  };
}

/** Pixels [N, C, H, W] in [0, 1] as the network's input of spatial size [height, width], in the graph. */
export function preprocess(x: Tensor, p: Preprocessing, [height, width]: readonly [number, number]): Tensor {
  const sized = fitTo(x, height, width, p.resizeTo);
  const ordered = p.channels === 'bgr' ? flip(sized, [1]) : sized;
  const perChannel = (values: readonly number[]) => constant(values, [1, values.length, 1, 1]);
  const ranged = mul(ordered, p.range);
  const centred = p.mean.every((m) => m === 0) ? ranged : sub(ranged, perChannel(p.mean));
  const scaled = p.std.every((s) => s === 1) ? centred : div(centred, perChannel(p.std));
  return p.layout === 'NHWC' ? transpose(scaled, [0, 2, 3, 1]) : scaled;
}

/** Resizes the shorter side and crops the middle, differentiably, where pixels come in another size than the network's. */
function fitTo(x: Tensor, height: number, width: number, resizeTo?: number): Tensor {
  const [h, w] = x.shape.slice(2) as [number, number];
  if (h === height && w === width) return x;
  const factor = resizeTo === undefined ? Math.max(height / h, width / w) : resizeTo / Math.min(h, w);
  const sizes = [Math.max(height, Math.round(h * factor)), Math.max(width, Math.round(w * factor))];
  const resized = resize(x, { axes: [2, 3], sizes, mode: 'linear', antialias: true, excludeOutside: true });
  const starts = [Math.floor((sizes[0]! - height) / 2), Math.floor((sizes[1]! - width) / 2)];
  return slice(resized, { axes: [2, 3], starts, ends: [starts[0]! + height, starts[1]! + width] });
}

/** The same on the host, for running the plain model: pixels [C, H, W] of the network's own size. */
export function preprocessOnHost(
  pixels: Float32Array,
  p: Preprocessing,
  [height, width]: readonly [number, number],
): Float32Array {
  const channels = p.mean.length;
  const area = height * width;
  const result = new Float32Array(pixels.length);
  for (let c = 0; c < channels; c++) {
    const from = p.channels === 'bgr' ? channels - 1 - c : c;
    for (let i = 0; i < area; i++) {
      const value = (Math.fround(pixels[from * area + i]! * p.range) - p.mean[c]!) / p.std[c]!;
      result[p.layout === 'NHWC' ? i * channels + c : c * area + i] = value;
    }
  }
  return result;
}

/** A preprocessing in a few words. */
export function describePreprocessing(p: Preprocessing): string {
  const name = Object.keys(presets).find((key) => {
    const preset = presetFor(key, p.mean.length, p.layout)!;
    return (
      preset.channels === p.channels &&
      preset.range === p.range &&
      preset.mean.join() === p.mean.join() &&
      preset.std.join() === p.std.join()
    );
  });
  const numbers = (values: readonly number[]) =>
    new Set(values).size === 1 ? String(values[0]) : `(${values.join(', ')})`;
  const formula = `${p.layout} ${p.channels.toUpperCase()} 0..${p.range}, mean ${numbers(p.mean)}, std ${numbers(p.std)}`;
  return name === undefined ? formula : `${name}: ${formula}`;
}
