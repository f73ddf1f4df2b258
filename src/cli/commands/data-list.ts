/** @file `pareidolia data list`: the sets that can be loaded, and the forms that can be read. */
import { datasetKinds } from '../../data/kinds.ts';
import type { CliContext } from '../context.ts';
import { knownSets } from '../known-sets.ts';

/** Runs the command. */
export function dataList(this: CliContext, { json }: { readonly json: boolean }): void {
  const sets = Object.entries(knownSets).map(([name, { title, images, terms, from, files }]) => ({
    name,
    title,
    images,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    terms,
    from,
  }));
  const kinds = Object.entries(datasetKinds).map(([word, { argument, brief }]) => ({
    spec: specOf(word, argument),
    brief,
  }));
  if (json) {
    this.process.stdout.write(`${JSON.stringify({ sets, kinds }, null, 2)}\n`);
    return;
  }
  const lines = [
    'Sets that "pareidolia data get NAME" loads:',
    ...sets.map(
      ({ name, images, bytes, terms }) => `  ${name.padEnd(15)}${images}; ${Math.round(bytes / 1e6)} MB; ${terms}`,
    ),
    '',
    'Forms that commands read, by this spec or by a bare path:',
    ...kinds.map(({ spec, brief }) => `  ${spec.padEnd(24)}${brief}`),
  ];
  this.process.stdout.write(`${lines.join('\n')}\n`);
}

/** `cifar10:DIR`, or `shapes[:SIZE]` for one whose argument may be left out. */
function specOf(word: string, argument: string): string {
  return argument.startsWith('[') ? `${word}[:${argument.slice(1)}` : `${word}:${argument}`;
}
