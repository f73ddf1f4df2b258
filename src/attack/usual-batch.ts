/** @file How many pictures a run takes unless told, so that large networks do not fill the memory. */
import type { Model } from '../model/model.ts';
import { batchWithin, bytesPerPicture } from './batch-within.ts';

/** Bytes that a run's gradient may take by `bytesPerPicture`. Processes take several times as much: each program keeps what it once needed. */
const room = 512 * 2 ** 20;

/** 16 pictures, or the power of two whose gradient takes half a gigabyte: 4 for MobileNetV2 at 224 pixels, which is also the quicker batch. */
export function usualBatch(model: Model): number {
  return Math.min(16, batchWithin(model, Math.max(room, bytesPerPicture(model))));
}
