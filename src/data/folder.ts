/** @file Files by path below one root, wherever they lie: on a disk, in an archive, chosen in a page. What readers read from. */
import { DataError } from './dataset.ts';

/** Files by path. Paths have slashes and no leading one. */
export interface Folder {
  /** What it is called in messages. */
  readonly name: string;
  /** Paths of all files below in order; hidden ones are left out, a folder that holds none ends with a slash. */
  list(): Promise<readonly string[]>;
  has(path: string): Promise<boolean>;
  /** @throws DataError if it cannot be read. */
  read(path: string): Promise<Uint8Array>;
}

/** A folder of what is at hand: each path with its bytes, or what reads them. */
export function folderOf(name: string, entries: ReadonlyMap<string, Uint8Array | (() => Promise<Uint8Array>)>): Folder {
  const paths = [...entries.keys()].filter(isShown).sort();
  return {
    name,
    list: async () => paths,
    has: async (path) => entries.has(normalize(path)),
    read: async (path) => {
      const entry = entries.get(normalize(path));
      if (entry === undefined) throw new DataError(`Cannot read ${path} in ${name}: there is no such file.`);
      return typeof entry === 'function' ? entry() : entry;
    },
  };
}

/** A folder of files that a user chose in a page (`<input type="file" webkitdirectory>`). */
export function folderOfFiles(name: string, files: Iterable<File>): Folder {
  const entries = new Map<string, () => Promise<Uint8Array>>();
  for (const file of files) {
    const path = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath;
    entries.set(path, async () => new Uint8Array(await file.arrayBuffer()));
  }
  return folderOf(name, entries);
}

/** Path of the file of a name that lies nearest to the root. */
export function findFile(paths: readonly string[], name: string): string | undefined {
  return paths
    .filter((path) => path === name || path.endsWith(`/${name}`))
    .sort((a, b) => a.split('/').length - b.split('/').length)[0];
}

/** A part of a folder as a folder of its own. */
export function subfolder(folder: Folder, prefix: string): Folder {
  return {
    name: `${folder.name}/${prefix}`,
    list: async () =>
      (await folder.list())
        .filter((path) => path.startsWith(`${prefix}/`) && path.length > prefix.length + 1)
        .map((path) => path.slice(prefix.length + 1)),
    has: (path) => folder.has(`${prefix}/${path}`),
    read: (path) => folder.read(`${prefix}/${path}`),
  };
}

/** Whether a path is worth listing: no hidden file and nothing that macOS adds to archives. */
export function isShown(path: string): boolean {
  return !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

/** A path without `.` and `..`. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[\\/]/)) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
