/** @file Batch normalisation with the batch's or with given statistics, as loops over channels. */
import type { Reference } from './types.ts';

const batchNormTraining: Reference = ([x, scale, bias], attrs) => {
  const [n, c, ...rest] = x!.shape as [number, number, ...number[]];
  const positions = rest.reduce((product, size) => product * size, 1);
  const y = new Float64Array(x!.data.length);
  for (let channel = 0; channel < c; channel++) {
    const at: number[] = [];
    for (let i = 0; i < n; i++) for (let p = 0; p < positions; p++) at.push((i * c + channel) * positions + p);
    const mean = at.reduce((sum, i) => sum + x!.data[i]!, 0) / at.length;
    const variance = at.reduce((sum, i) => sum + (x!.data[i]! - mean) ** 2, 0) / at.length;
    for (const i of at) {
      y[i] =
        ((x!.data[i]! - mean) / Math.sqrt(variance + Number(attrs.epsilon))) * scale!.data[channel]! +
        bias!.data[channel]!;
    }
  }
  return y;
};

const batchNormNode: Reference = ([x, scale, bias, mean, variance], attrs) => {
  const positions = x!.shape.slice(2).reduce((product, size) => product * size, 1);
  return x!.data.map((value, i) => {
    const c = Math.floor(i / positions) % x!.shape[1]!;
    const normal = (value - mean!.data[c]!) / Math.sqrt(variance!.data[c]! + Number(attrs.epsilon));
    return normal * scale!.data[c]! + bias!.data[c]!;
  });
};

/** References by op name. */
export const references: Readonly<Record<string, Reference>> = { batchNormTraining, batchNormNode };
