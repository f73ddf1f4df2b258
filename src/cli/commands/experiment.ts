/** @file `pareidolia experiment`: the experiments there are, or a run of one. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { openRuntime } from '#runtime';
import { openDataset } from '../../data/open-dataset.ts';
import type { DataKind, Experiment, Scale } from '../../experiment/experiment.ts';
import { intervalInWords } from '../../experiment/experiment-report.ts';
import { experimentNamed, experiments } from '../../experiment/registry.ts';
import { resultFiles, resultNumbers } from '../../experiment/result-files.ts';
import { checkSources, type ExperimentResult, runExperiment, settingsFor } from '../../experiment/run-experiment.ts';
import { nameOf, type SourceRole } from '../../experiment/sources.ts';
import { inWords } from '../../experiment/summary.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { folderStore } from '../folder-store.ts';
import { prepareOutput, writeOutput } from '../output.ts';
import { textTable } from '../text-table.ts';

const modelFlags = ['standard', 'robust', 'second', 'denoiser'] as const satisfies readonly SourceRole[];

/** Flags of `experiment`. */
export interface ExperimentFlags {
  readonly data?: string;
  readonly scale: Scale;
  readonly seeds: number;
  readonly standard?: string;
  readonly robust?: string;
  readonly second?: string;
  readonly denoiser?: string;
  readonly resume: boolean;
  readonly out?: string;
  readonly store?: string;
  readonly threads?: number;
  readonly json: boolean;
}

/** Runs the command. */
export async function experiment(this: CliContext, flags: ExperimentFlags, name: string): Promise<void> {
  if (name === 'list') {
    list(this, flags.json);
    return;
  }
  const chosen = experimentNamed(name);
  const spec = flags.data ?? chosen.usualData;
  const kind = kindOf(spec);
  settingsFor(chosen, flags.scale, kind);
  checkSources(
    chosen,
    modelFlags.filter((role) => flags[role] !== undefined),
  );
  const out =
    flags.out ?? join('experiments', [chosen.name, ...(kind === 'none' ? [] : [kind]), flags.scale].join('-'));
  const store = flags.store ?? join('experiments', 'kept');
  await checkPlaces(out, store, flags.resume);
  const sources = await readSources(flags);
  const device = await openRuntime('cpu', flags.threads === undefined ? {} : { threads: flags.threads });

  const result = await withProgress(this, `${chosen.name} on ${spec}`, (update) =>
    runExperiment(chosen, {
      kind,
      scale: flags.scale,
      seeds: flags.seeds,
      device,
      store: folderStore(store),
      signal: this.signal,
      sources,
      openData: (split) => openData(spec, split),
      onProgress: this.interactive ? update : sparsely((text) => this.process.stderr.write(`${text}\n`)),
    }),
  );
  const options = {
    command: commandOf(chosen, flags),
    data: kind === 'none' ? 'data of its own' : withoutMachine(spec),
  };
  for (const [file, content] of await resultFiles(result, options)) await writeOutput(join(out, file), content);
  this.process.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...resultNumbers(result, options), folder: out }, null, 2)}\n`
      : summaryOf(result, out),
  );
}

function list({ process }: CliContext, json: boolean): void {
  if (json) {
    const rows = experiments.map(({ run: _run, judge: _judge, ...row }) => row);
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const rows = experiments.map(({ name, title, paper, scales }) => [
    name,
    Object.keys(scales.quick).join(' '),
    title,
    paper,
  ]);
  const table = textTable(
    ['name', 'data', 'what it shows', 'after'].map((title) => ({ title })),
    rows,
  );
  process.stdout.write(`${table.join('\n')}\n\n"pareidolia experiment NAME" runs one.\n`);
}

function kindOf(spec: string): DataKind {
  if (spec === 'none') return 'none';
  const [, word] = /^(shapes|cifar10)(?::.*)?$/.exec(spec) ?? [];
  return (word as DataKind | undefined) ?? 'other';
}

/** A part of a set; `cifar10` alone is where `data get` puts it. */
async function openData(spec: string, split: 'train' | 'test') {
  if (spec !== 'cifar10') return openDataset(spec, { split });
  return openDataset('cifar10:data/cifar10', { split }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`${reason} Load it with "pareidolia data get cifar10", or say where it is: --data cifar10:DIR.`);
  });
}

async function checkPlaces(out: string, store: string, resume: boolean): Promise<void> {
  await prepareOutput(join(out, 'results.json'));
  await prepareOutput(join(store, 'key'));
  const there = await readdir(out).catch(() => []);
  if (there.length > 0 && !resume)
    throw new CliError(
      `${out} holds files already: give --resume to replace its results, or choose another folder with -o.`,
    );
}

async function readSources(flags: ExperimentFlags): Promise<Partial<Record<SourceRole, Uint8Array>>> {
  const sources: Partial<Record<SourceRole, Uint8Array>> = {};
  for (const role of modelFlags) {
    const path = flags[role];
    if (path === undefined) continue;
    sources[role] = await readFile(path).catch(() => {
      throw new CliError(`Cannot read ${path}, the ${nameOf(role)}.`);
    });
  }
  return sources;
}

/** Lets a line through every half minute, and whenever what is being done changes. */
function sparsely(say: (text: string) => void): (text: string) => void {
  let [last, at] = ['', 0];
  return (text) => {
    const [title = ''] = text.split(':');
    if (title === last && performance.now() - at < 30_000) return;
    [last, at] = [title, performance.now()];
    say(text);
  };
}

/** The command in the user's words, for reports that others read. */
export function commandOf({ name, usualData }: Pick<Experiment, 'name' | 'usualData'>, flags: ExperimentFlags): string {
  const { data = usualData, scale, seeds } = flags;
  const words = [
    ...(data === usualData ? [] : ['--data', data]),
    ...modelFlags.flatMap((role) => (flags[role] === undefined ? [] : [`--${role}`, flags[role]])),
  ].map((word) => inShell(withoutMachine(word)));
  return ['npx pareidolia experiment', name, ...words, `--scale ${scale} --seeds ${seeds}`].join(' ');
}

/** A spec or path as it was given; of one from the root of a machine's files, which says nothing elsewhere, the last name. */
function withoutMachine(spec: string): string {
  const [, kind = '', places = ''] = /^([a-z][a-z0-9-]+:(?!\/\/))?(.*)$/s.exec(spec) ?? [];
  return (
    kind +
    places
      .split(',')
      .map((place) => (isAbsolute(place) ? basename(place) : place))
      .join(',')
  );
}

function inShell(word: string): string {
  return /^[\w./:,@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function summaryOf(result: ExperimentResult, out: string): string {
  const rows = result.summaries.all.map((summary) => [
    summary.name,
    inWords(summary.mean, summary.unit),
    intervalInWords(summary, summary.overTrials),
    intervalInWords(summary, summary.overSeeds),
  ]);
  const table = textTable(
    ['measure', 'found', 'over trials', 'over seeds'].map((title) => ({ title })),
    rows,
  );
  const verdicts = result.verdicts.map(({ statement, holds }) => `${holds ? 'yes' : 'NO '}  ${statement}`);
  return `${[...table, '', ...verdicts, '', `Report: ${join(out, 'report.html')}`].join('\n')}\n`;
}
