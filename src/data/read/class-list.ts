/** @file The classes of a set in their order, as a file beside the pictures lists them. */
import { z } from 'zod';
import { DataError } from '../dataset.ts';
import type { Folder } from '../folder.ts';

/** A class: the folder or word that stands for it in the files, and its name. */
export interface ListedClass {
  readonly folder: string;
  readonly name: string;
}

const schema = z
  .array(z.union([z.string().min(1), z.strictObject({ folder: z.string().min(1), name: z.string() })]))
  .min(1);

/**
 * Classes from classes.json (`["cat", "dog"]`, or `{"folder": "n02123045", "name": "tabby"}` for one whose folder has another
 * name) or classes.txt (one a line); undefined without such a file.
 * @throws DataError if the file is not of that form, or names a class twice.
 */
export async function readClassList(folder: Folder): Promise<ListedClass[] | undefined> {
  const file = (await folder.has('classes.json')) ? 'classes.json' : 'classes.txt';
  if (!(await folder.has(file))) return undefined;
  const text = new TextDecoder().decode(await folder.read(file)).replace(/^\uFEFF/, '');
  const entries = file === 'classes.json' ? parseJson(text, `${folder.name}/${file}`) : linesOf(text);
  const classes = entries.map((entry) => (typeof entry === 'string' ? { folder: entry, name: entry } : entry));
  const seen = new Set<string>();
  for (const each of classes) {
    if (seen.has(each.folder)) throw new DataError(`${folder.name}/${file} lists ${each.folder} twice.`);
    seen.add(each.folder);
  }
  if (classes.length === 0) throw new DataError(`${folder.name}/${file} lists no class.`);
  return classes;
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function parseJson(text: string, name: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DataError(
    `${name} does not list classes as ["cat", "dog"]: ${z.prettifyError(result.error).split('\n')[0]}.`,
  );
}
