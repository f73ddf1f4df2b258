/** @file `pareidolia data get`: load a published data set. */
import { join } from 'node:path';
import { type CliContext, startProgress } from '../context.ts';
import { type DownloadOutcome, download } from '../download.ts';
import { CliError } from '../errors.ts';
import { type KnownSet, knownSets } from '../known-sets.ts';

/** Flags of `data get`. */
export interface DataGetFlags {
  readonly out?: string;
  readonly from?: string;
  readonly json: boolean;
}

const outcomes: Readonly<Record<DownloadOutcome, string>> = {
  present: 'was there, checked',
  loaded: 'loaded, checked',
  resumed: 'completed, checked',
};

/** Runs the command. */
export async function dataGet(this: CliContext, flags: DataGetFlags, name: string): Promise<void> {
  const set = Object.hasOwn(knownSets, name) ? knownSets[name] : undefined;
  if (set === undefined) {
    throw new CliError(`There is no known set "${name}"; choose one of ${Object.keys(knownSets).join(', ')}.`);
  }
  await getSet(this, flags, name, set);
}

/** Loads the files of a set and says how to use it. */
export async function getSet(context: CliContext, flags: DataGetFlags, name: string, set: KnownSet): Promise<void> {
  const { process, signal } = context;
  const from = flags.from ?? set.from;
  if (!URL.canParse(from)) throw new CliError(`Expected the address of a mirror for --from, got "${from}".`);
  const folder = flags.out ?? join('data', name);
  const all = set.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = await startProgress(context, `Loading ${set.title} (${megabytes(all)} MB) from ${from}`);
  const files: { path: string; outcome: DownloadOutcome; bytes: number; md5: string }[] = [];
  let before = 0;
  try {
    for (const file of set.files) {
      const path = join(folder, file.name);
      const url = new URL(file.name, from.endsWith('/') ? from : `${from}/`).href;
      const onProgress = (done: number) =>
        progress.update(`Loading ${set.title}: ${megabytes(before + done)} of ${megabytes(all)} MB`);
      const outcome = await download(url, path, { md5: file.md5, signal, onProgress });
      files.push({ path, outcome, bytes: file.bytes, md5: file.md5 });
      before += file.bytes;
    }
  } catch (error) {
    if (signal.aborted) {
      progress.stop();
      process.stderr.write('What was loaded is kept; run the same again to go on from there.\n');
    }
    throw error;
  } finally {
    progress.stop();
  }
  const spec = `${name}:${folder}`;
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ name, spec, from, files }, null, 2)}\n`
      : `${files.map(({ path, outcome }) => `${path}: ${outcomes[outcome]}`).join('\n')}\nUse it as ${spec} (${set.images}; ${set.terms}).\n`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
