/** @file Where model files come from; Node and the browser each have one behind `#files`. */

/** Reads files that belong together: a model, its sidecar, its external data. */
export interface FileReader {
  /** The file's bytes. @throws Error with a sentence if it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** The file's bytes, or undefined where there is none. */
  readFileIfPresent(path: string): Promise<Uint8Array | undefined>;
  /** Writes a file whole, or leaves what was there and throws. Node only. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** A file that lies beside another. */
  beside(path: string, name: string): string;
}
