/** @file The cells of a long map, or a table's attacks, on disk, so that an interrupted command goes on where it stopped. */
import { readFile, rm } from 'node:fs/promises';
import { CliError } from './errors.ts';
import { writeOutput } from './output.ts';

/** Cells of one map on their way. */
export interface SavedCells<Cell> {
  /** Those that an earlier run has measured. */
  readonly known: readonly Cell[];
  add(cell: Cell): void;
  /** Waits until all are on disk. */
  save(): Promise<void>;
  /** Removes the file: the map is done. */
  remove(): Promise<void>;
}

/**
 * Opens the state beside an output.
 * @param key tells the run from any other
 * @param every cells are written after so many new ones, and when the command ends; 25 unless given
 * @throws CliError if the file holds the cells of another run
 */
export async function openCells<Cell>(
  path: string,
  key: string,
  fresh: boolean,
  every = 25,
): Promise<SavedCells<Cell>> {
  const text = fresh ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  const known = text === undefined ? [] : cellsOf<Cell>(path, text, key);
  const cells = [...known];
  let writing: Promise<void> = Promise.resolve();
  const save = () => {
    const state = JSON.stringify({ key, cells });
    writing = writing.then(() => writeOutput(path, state));
    return writing;
  };
  return {
    known,
    add(cell) {
      cells.push(cell);
      // A write that fails is told by the last one.
      if (cells.length % every === 0) save().catch(() => {});
    },
    save,
    remove: async () => {
      await writing.catch(() => {});
      await rm(path, { force: true });
    },
  };
}

function cellsOf<Cell>(path: string, text: string, key: string): Cell[] {
  let state: { key?: unknown; cells?: unknown };
  try {
    state = JSON.parse(text);
  } catch {
    throw new CliError(`${path} is no state of a run; begin anew with --fresh.`);
  }
  if (state.key === key && Array.isArray(state.cells)) return state.cells;
  throw new CliError(
    `${path} is the state of another run (${String(state.key)}); begin anew with --fresh, or choose another --out.`,
  );
}
