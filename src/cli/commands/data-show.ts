/** @file `pareidolia data show`: what a data set holds, and a sheet of its images. */
import { extname } from 'node:path';
import { contactSheet } from '../../data/contact-sheet.ts';
import type { Split } from '../../data/dataset.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { type DatasetSummary, summarize } from '../../data/summary.ts';
import { type CliContext, startProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { prepareOutput, writeOutput } from '../output.ts';

/** Flags of `data show`. */
export interface DataShowFlags {
  readonly split?: Split;
  readonly limit: number;
  readonly badImages: 'fail' | 'skip';
  readonly emptyClasses: 'fail' | 'keep';
  readonly out?: string;
  readonly seed: number;
  readonly json: boolean;
}

/** Classes that are listed one by one. */
const mostListed = 40;

/** Runs the command. */
export async function dataShow(this: CliContext, flags: DataShowFlags, spec: string): Promise<void> {
  const { split, limit, badImages, emptyClasses, out, seed } = flags;
  if (out !== undefined && extname(out).toLowerCase() !== '.png') {
    throw new CliError(`The sheet is written as PNG; ${out} is not named .png.`);
  }
  if (out !== undefined) await prepareOutput(out);
  const progress = await startProgress(this, `Reading ${spec}`);
  let summary: DatasetSummary;
  try {
    const set = await openDataset(spec, { emptyClasses, ...(split === undefined ? {} : { split }) });
    const onProgress = (done: number, total: number) => {
      if (done % 50 === 0) progress.update(`Reading ${set.name}: ${done} of ${total} images`);
    };
    summary = await summarize(set, { limit, seed, badImages, signal: this.signal, onProgress });
    if (out !== undefined) await writeOutput(out, await contactSheet(set, { seed, badImages, signal: this.signal }));
  } finally {
    progress.stop();
  }
  this.process.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...summary, ...(out === undefined ? {} : { sheet: out }) }, null, 2)}\n`
      : asText(summary, out),
  );
}

function asText(summary: DatasetSummary, sheet: string | undefined): string {
  const { name, length, classes, read, sizes, mean, std, skipped } = summary;
  const row = (key: string, value: string) => `${key.padEnd(10)}${value}`;
  const count = (n: number) => n.toLocaleString('en');
  const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join('  ');
  const over = read < length ? ` over ${count(read)} of its images` : '';
  const [first, ...others] = sizes;
  const widest = Math.max(...classes.map((each) => each.name.length));
  const listed = classes.slice(0, mostListed);
  const counts = classes.map((each) => each.images);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const each = least === most ? `${count(most)} each` : `${count(least)} to ${count(most)}`;
  return `${[
    row('set', name),
    row('images', `${count(length)} in ${classes.length} classes of ${each}`),
    ...(first === undefined
      ? []
      : [
          row(
            'size',
            `${first.width} x ${first.height}${others.length === 0 ? '' : ` and ${others.length} others`}, ${mean.length === 1 ? 'grey' : 'RGB'}`,
          ),
          row('mean', `${numbers(mean)}${over}`),
          row('std', numbers(std)),
        ]),
    ...(skipped.length === 0
      ? []
      : [row('skipped', `${count(skipped.length)} that cannot be read:`), ...skipped.map((reason) => `  ${reason}`)]),
    ...(sheet === undefined ? [] : [row('sheet', sheet)]),
    '',
    ...listed.map(({ name: label, images }) => `  ${label.padEnd(widest)}  ${count(images).padStart(7)}`),
    ...(listed.length < classes.length ? [`  … ${classes.length - listed.length} more (all with --json)`] : []),
  ].join('\n')}\n`;
}
