/** @file A training's whole state as a file, from which it goes on to the same result. */
import * as z from 'zod';
import { decodeTensors, encodeTensors } from '../data/archive/safetensors.ts';
import { DataError } from '../data/dataset.ts';

/** Numbers of one epoch. */
export interface EpochRecord {
  readonly epoch: number;
  readonly learningRate: number;
  readonly seconds: number;
  /** Means over the epoch's batches. */
  readonly train: Readonly<Record<string, number>>;
  /** On the held-out pictures, where there are any. */
  readonly validation?: Readonly<Record<string, number>> | undefined;
}

/** Where a training stands. */
export interface TrainingState {
  /** Epoch that is being trained, from 0, and the steps of it that are done. */
  readonly epoch: number;
  readonly step: number;
  /** Sums of the epoch's metrics so far. */
  readonly sums: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly history: readonly EpochRecord[];
  /** Parameters, statistics, averages and what the optimiser remembers, by name. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
  /** The best state so far by the task's goal. */
  readonly best?: { readonly epoch: number; readonly value: number } | undefined;
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** What messages call it. */
  readonly name: string;
  /** The bytes last written; undefined where there are none. */
  read(): Promise<Uint8Array | undefined>;
  /** Keeps the bytes whole, or leaves those of before in place and throws. */
  write(bytes: Uint8Array): Promise<void>;
}

const numbers = z.record(z.string(), z.number());
const schema = z.object({
  configuration: z.string(),
  epoch: z.number(),
  step: z.number(),
  sums: numbers,
  seconds: z.number(),
  history: z.array(
    z.object({
      epoch: z.number(),
      learningRate: z.number(),
      seconds: z.number(),
      train: numbers,
      validation: z.optional(numbers),
    }),
  ),
  best: z.optional(z.object({ epoch: z.number(), value: z.number() })),
});

/** A state as a checkpoint's bytes. `configuration` tells this training from another. */
export function encodeCheckpoint({ vectors, ...rest }: TrainingState, configuration: string): Uint8Array {
  const tensors = Object.fromEntries(
    Object.entries(vectors).map(([name, data]) => [name, { data, shape: [data.length] }]),
  );
  return encodeTensors({ tensors, metadata: { pareidolia: JSON.stringify({ configuration, ...rest }) } });
}

/**
 * Reads a checkpoint.
 * @throws DataError if the bytes are no checkpoint, or one of a training with another configuration
 */
export function decodeCheckpoint(bytes: Uint8Array, configuration: string, name: string): TrainingState {
  const { tensors, metadata } = decodeTensors(bytes, name);
  const parsed = schema.safeParse(parseJson(metadata.pareidolia));
  if (!parsed.success) throw new DataError(`${name} holds no training state; delete it to start anew.`);
  const { configuration: theirs, ...state } = parsed.data;
  if (theirs !== configuration) {
    throw new DataError(
      `${name} belongs to a training with other settings (${differences(theirs, configuration)}): give it the same settings, or delete it to start anew.`,
    );
  }
  return { ...state, vectors: Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data])) };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Settings that differ, named with both values. */
function differences(theirs: string, ours: string): string {
  const [a, b] = [parseJson(theirs), parseJson(ours)] as [Record<string, unknown>?, Record<string, unknown>?];
  const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  const show = (value: unknown) => (value === undefined ? 'unset' : JSON.stringify(value));
  const list = keys
    .filter((key) => show(a?.[key]) !== show(b?.[key]))
    .map((key) => `${key} ${show(a?.[key])} there, ${show(b?.[key])} here`);
  return list.join('; ');
}
