/** @file What a model's file does not say and its user, its sidecar or a guess must: preprocessing and class names. */
import type { ModelProto } from 'onnx-buf';
import * as files from '#files';
import type { DType } from '../tensor/dtype.ts';
import { type ClassList, cifar10Names, parseClassList } from './class-names.ts';
import type { LoadOptions } from './load-model.ts';
import type { Origin } from './model.ts';
import { ModelError } from './model-error.ts';
import type { PictureInput } from './picture-input.ts';
import type { Preprocessing } from './preprocessing.ts';
import { metadataKey, parseSidecar, resolvePreprocessing, type Sidecar, sidecarName } from './sidecar.ts';

/** The sidecar beside a model, where there is one. */
export async function readSidecar(path: string | undefined): Promise<Sidecar | undefined> {
  if (path === undefined) return undefined;
  const name = sidecarName(path);
  const bytes = await files.readFileIfPresent(name);
  return bytes === undefined ? undefined : parseSidecar(new TextDecoder().decode(bytes), name);
}

/** What the file's own metadata says in the form of a sidecar, where it was written by us. */
export function readMetadata(file: ModelProto): Sidecar | undefined {
  const text = file.metadataProps.find(({ key }) => key === metadataKey)?.value;
  return text === undefined ? undefined : parseSidecar(text, `The model's metadata "${metadataKey}"`);
}

/** The preprocessing by option, sidecar, the file's metadata or guess, in this order. */
export function choosePreprocessing(
  options: LoadOptions,
  [sidecar, metadata]: readonly [sidecar: Sidecar | undefined, metadata: Sidecar | undefined],
  { channels, layout, dtype }: PictureInput,
  classCount: number,
  height: number,
): { preprocessing: Preprocessing; origin: Origin } {
  if (options.preprocessing !== undefined)
    return { preprocessing: resolvePreprocessing(options.preprocessing, channels, layout), origin: 'option' };
  for (const [origin, source] of [
    ['sidecar', sidecar],
    ['metadata', metadata],
  ] as const) {
    if (source?.preprocessing === undefined) continue;
    const written = source.preprocessing as string | Partial<Preprocessing>;
    return { preprocessing: resolvePreprocessing(written, channels, layout), origin };
  }
  return {
    preprocessing: resolvePreprocessing(guess(dtype, channels, classCount, height), channels, layout),
    origin: 'guess',
  };
}

function guess(dtype: DType, channels: number, classCount: number, height: number): string {
  if (dtype === 'uint8') return 'raw255';
  if (channels === 1) return 'none';
  if (classCount === 10 && height === 32) return 'cifar10';
  return classCount >= 1000 ? 'imagenet' : 'none';
}

/** The classes by option, sidecar, the file's metadata, or where everybody has the same. */
export async function chooseClasses(
  options: LoadOptions,
  sidecar: Sidecar | undefined,
  file: ModelProto,
  classCount: number,
  { channels, height }: { readonly channels: number; readonly height: number },
): Promise<ClassList | undefined> {
  const metadata = file.metadataProps.find(
    ({ key }) => key === 'classes' || key === 'names' || key === 'labels',
  )?.value;
  const list = options.classes ?? sidecar?.classes ?? readMetadata(file)?.classes;
  const given = typeof list === 'string' ? await readClassList(list) : list && { names: list };
  if (given !== undefined) {
    if (given.names.length === classCount) return given;
    throw new ModelError(`${given.names.length} class names for a model of ${classCount} classes.`);
  }
  if (metadata !== undefined) {
    try {
      const classes = parseClassList(metadata);
      if (classes.names.length === classCount) return classes;
    } catch {
      // Metadata is free text: what is no list of names says nothing.
    }
  }
  return channels === 3 && height === 32 && classCount === 10 ? { names: cifar10Names } : undefined;
}

async function readClassList(path: string): Promise<ClassList> {
  const text = new TextDecoder().decode(await files.readFile(path));
  try {
    return parseClassList(text);
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(`${path}: ${error.message}`) : error;
  }
}
