/** @file Names of classes: reading lists of them, and finding the one that a user means. */
import { classFault } from './faults.ts';
import { ModelError } from './model-error.ts';

/** Classes of a model in order: their names, and identifiers such as WordNet numbers where the list has them. */
export interface ClassList {
  readonly names: readonly string[];
  readonly ids?: readonly string[];
}

/**
 * Classes from a file: a JSON list or object by number, or a line each, with a WordNet number before the name or not.
 * @throws ModelError if it begins as JSON and is none
 */
export function parseClassList(text: string): ClassList {
  const trimmed = text.trim();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) {
    const entries = Object.entries(parseJson(trimmed)).sort(([a], [b]) => Number(a) - Number(b));
    const values: unknown[] = entries.map(([, value]) => value);
    // Keras's list has pairs of a WordNet number and a name.
    const pairs = values.filter((value): value is [unknown, unknown] => Array.isArray(value) && value.length === 2);
    if (pairs.length > 0 && pairs.length === values.length)
      return { names: pairs.map(([, name]) => String(name)), ids: pairs.map(([id]) => String(id)) };
    return { names: values.map(String) };
  }
  const lines = trimmed.split(/\r?\n/).map((line) => /^(n\d{8})?\s*(.*)$/.exec(line.trim())!);
  const names = lines.map((line) => line[2]!);
  return lines.some((line) => line[1] !== undefined) ? { names, ids: lines.map((line) => line[1] ?? '') } : { names };
}

function parseJson(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new ModelError(
      `The class names are not JSON though they begin as JSON does: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** Names that the ten classes of CIFAR-10 have everywhere. */
export const cifar10Names: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/**
 * The class that a name, an identifier or a number means; a name is the exact one, or one of its comma-separated synonyms.
 * @throws ModelError with near matches
 */
export function findClass(wanted: string, classes: ClassList | undefined, count: number): number {
  const names = classes?.names;
  if (/^\d+$/.test(wanted.trim())) {
    const label = Number(wanted);
    const fault = classFault({ classCount: count }, label);
    if (fault === undefined) return label;
    throw new ModelError(fault);
  }
  if (names === undefined) {
    throw new ModelError(
      `Class "${wanted}" cannot be looked up: the model has no class names. Give a number from 0 to ${count - 1}, or names with --classes.`,
    );
  }
  const id = classes?.ids?.indexOf(wanted) ?? -1;
  if (id !== -1) return id;
  const normal = (name: string) => name.toLowerCase().replaceAll('_', ' ').trim();
  const target = normal(wanted);
  const exact = names.findIndex((name) => normal(name) === target);
  if (exact !== -1) return exact;
  const synonyms = names.flatMap((name, label) =>
    name.split(',').some((part) => normal(part) === target) ? [label] : [],
  );
  if (synonyms.length === 1) return synonyms[0]!;
  if (synonyms.length > 1) {
    throw new ModelError(
      `Class "${wanted}" means several: ${synonyms.map((label) => `${label} (${names[label]})`).join(', ')}. Give the number.`,
    );
  }
  const near = names
    .map((name, label) => ({
      name,
      label,
      distance: Math.min(...name.split(',').map((part) => nearness(target, normal(part)))),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5);
  throw new ModelError(
    `Class "${wanted}" is not one of the model's ${count}. Near matches: ${near.map(({ name, label }) => `${name} (${label})`).join('; ')}.`,
  );
}

/** Edit distance, less where one name holds the other. */
function nearness(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length]! / Math.max(a.length, b.length) - (b.includes(a) || a.includes(b) ? 0.5 : 0);
}
