/** @file A table of picture paths and labels. */
import { parseCsv } from '../archive/csv.ts';
import { DataError, type Dataset } from '../dataset.ts';
import type { Folder } from '../folder.ts';
import { readClassList } from './class-list.ts';
import { isPicture, readPicture } from './image-folder.ts';

/** How a table is read. */
export interface CsvOptions {
  /** The classes in order. Otherwise: classes.json or classes.txt beside the table, or the labels it has. */
  readonly classNames?: readonly string[];
}

/** Headings that columns go by. */
const pathHeadings = ['path', 'file', 'filename', 'file_name', 'filepath', 'image', 'image_path', 'img'];
const labelHeadings = ['label', 'class', 'classname', 'class_name', 'target', 'category', 'y'];

/** A label is a mistake from here on where no list of classes says how many there are. */
const maxClasses = 100_000;

/**
 * The pictures that a table lists, in its order: paths relative to the table, labels by number or by name. The columns are found by
 * their headings (`path`, `file` … and `label`, `class` …); without headings they are the first two.
 * @throws DataError with its line for a row that does not fit: a column missing, an unknown label, a picture that is not there.
 */
export async function readCsv(folder: Folder, file: string, options: CsvOptions = {}): Promise<Dataset> {
  const name = `${folder.name}/${file}`;
  const rows = parseCsv(new TextDecoder().decode(await folder.read(file)), name);
  if (rows.length === 0) throw new DataError(`${name} is empty.`);
  const { pathColumn, labelColumn, hasHeadings } = columnsOf(rows[0]!.fields, name);
  const images = rows.slice(hasHeadings ? 1 : 0).map(({ line, fields }) => {
    const [path, word] = [fields[pathColumn], fields[labelColumn]];
    if (path === undefined || word === undefined || path === '' || word === '') {
      throw new DataError(`${name}, line ${line}: expected a path and a label, got "${fields.join(', ')}".`);
    }
    return { line, path, word };
  });
  if (images.length === 0) throw new DataError(`${name} lists no picture, only headings.`);
  const words = images.map(({ word }) => word);
  const areNumbers = words.every((word) => /^\d+$/.test(word));
  const found = () => (areNumbers ? counted(words, images, name) : [...new Set(words)].sort());
  const classes =
    (options.classNames === undefined ? await readClassList(folder) : undefined) ??
    (options.classNames ?? found()).map((each) => ({ folder: each, name: each }));
  const classNames = classes.map((each) => each.name);
  const places = new Map(classes.flatMap((each, i) => [each.name, each.folder].map((word) => [word, i] as const)));
  const labels = images.map(({ line, word }) => {
    const label = places.get(word) ?? (areNumbers && Number(word) < classNames.length ? Number(word) : undefined);
    if (label !== undefined) return label;
    const known = `${classNames.slice(0, 12).join(', ')}${classNames.length > 12 ? ' …' : ''}`;
    throw new DataError(
      `${name}, line ${line}: label "${word}" is none of the ${classNames.length} classes (${known}), nor a number below ${classNames.length}.`,
    );
  });
  for (const { line, path } of images) {
    if (!(await folder.has(path))) throw new DataError(`${name}, line ${line}: there is no picture ${path}.`);
  }
  return {
    name,
    length: images.length,
    classNames,
    image: (i) => readPicture(folder, images[i]!.path),
    label: (i) => labels[i]!,
  };
}

/** The first row is one of headings unless its first field that could be a path is a picture's. */
function columnsOf(
  first: readonly string[],
  name: string,
): { pathColumn: number; labelColumn: number; hasHeadings: boolean } {
  if (first.length < 2) throw new DataError(`${name}: expected two columns, path and label, got "${first.join()}".`);
  if (first.some(isPicture)) return { pathColumn: 0, labelColumn: 1, hasHeadings: false };
  const find = (headings: readonly string[]) => first.findIndex((field) => headings.includes(field.toLowerCase()));
  const [pathColumn, labelColumn] = [find(pathHeadings), find(labelHeadings)];
  if (pathColumn >= 0 && labelColumn >= 0) return { pathColumn, labelColumn, hasHeadings: true };
  if (first.length === 2) return { pathColumn: 0, labelColumn: 1, hasHeadings: true };
  throw new DataError(`${name}: expected headings "path" and "label" among ${first.join(', ')}.`);
}

/** Names of classes that are only numbered. */
function counted(words: readonly string[], images: readonly { readonly line: number }[], name: string): string[] {
  const highest = words.reduce((best, word) => Math.max(best, Number(word)), 0);
  if (highest < maxClasses) return Array.from({ length: highest + 1 }, (_, i) => String(i));
  const { line } = images[words.findIndex((word) => Number(word) === highest)]!;
  throw new DataError(`${name}, line ${line}: label ${highest} is no class number; expected 0, 1, 2 ….`);
}
