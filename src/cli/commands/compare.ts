/** @file `pareidolia compare`: how different pictures are by several distances, and what the numbers mean. */
import { extname } from 'node:path';
import { openRuntime } from '#runtime';
import { calibrate } from '../../distance/calibrate.ts';
import { type ComparisonRow, compare, medians } from '../../distance/compare.ts';
import { compareFigure } from '../../distance/compare-figure.ts';
import type { Distance } from '../../distance/distance.ts';
import type { Pair } from '../../distance/measure.ts';
import type { Device } from '../../tensor/op.ts';
import { chosenDistances } from '../chosen-distances.ts';
import {
  type ComparedPair,
  calibrationJson,
  calibrationText,
  foldersJson,
  foldersText,
  pairJson,
  pairText,
} from '../compare-output.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { prepareOutput, writeOutput } from '../output.ts';
import { type PathPairs, pairPaths, readPairs } from '../picture-pairs.ts';
import { listPictures, type PictureFile, readPicture } from '../pictures.ts';

/** Flags of `compare`. */
export interface CompareFlags {
  readonly distance?: readonly string[];
  readonly all: boolean;
  readonly map?: string;
  readonly resize: boolean;
  readonly calibrate?: string;
  readonly device: Device;
  readonly json: boolean;
}

/** Runs the command. */
export async function compareCommand(this: CliContext, flags: CompareFlags, ...paths: string[]): Promise<void> {
  if (flags.calibrate !== undefined) return printCalibration(this, flags, flags.calibrate, paths);
  const [a, b] = paths;
  if (a === undefined || b === undefined || paths.length > 2) {
    throw new CliError(`compare takes two pictures or two folders, got ${paths.length}.`);
  }
  const found = await pairPaths(a, b);
  if (flags.map !== undefined) await checkMap(flags.map, found.folders, [a, b]);
  const distances = await chosenDistances(flags.distance, flags.all);
  const drawn = flags.map === undefined ? undefined : distanceToDraw(flags.distance, distances);
  const compared = await compareAll(this, found, distances, flags, drawn);
  if (flags.map !== undefined) await writeMap(flags.map, compared.first!, compared.pairs[0]!, drawn!);

  const { pairs } = compared;
  const [width, height] = [pairs[0]!.width, pairs[0]!.height];
  if (!found.folders) {
    const result = { pictures: [a, b] as const, width, height, rows: pairs[0]!.rows, map: flags.map };
    this.process.stdout.write(flags.json ? pairJson(result) : pairText(result));
    return;
  }
  if (found.unmatched.length > 0) {
    const { length } = found.unmatched;
    const count = `${length} picture${length === 1 ? ' has' : 's have'}`;
    this.process.stderr.write(`note: ${count} no partner of the same name: ${found.unmatched.join(', ')}\n`);
  }
  const middle = medians(
    distances,
    pairs,
    pairs.map(({ rows }) => rows),
  );
  const result = { folders: [a, b] as const, medians: middle, pairs, unmatched: found.unmatched };
  this.process.stdout.write(flags.json ? foldersJson(result) : foldersText(result));
}

/** Rows of every pair, and the first pair's pictures for the map. */
async function compareAll(
  context: CliContext,
  { pairs: paths }: PathPairs,
  distances: readonly Distance[],
  { resize, device: name }: CompareFlags,
  drawn: Distance | undefined,
): Promise<{ pairs: ComparedPair[]; first: Pair | undefined }> {
  const title = `Comparing ${paths.length === 1 ? 'two pictures' : `${paths.length} pairs of pictures`}`;
  return withProgress(context, title, async (update) => {
    const device = await openRuntime(name);
    const pairs: ComparedPair[] = [];
    let first: Pair | undefined;
    for await (const some of readPairs(paths, resize)) {
      first ??= some[0];
      const rows = await compare(distances, some, {
        device,
        signal: context.signal,
        maps: drawn === undefined ? [] : [drawn.name],
        onProgress: (done, total) => {
          const share = (pairs.length + (some.length * done) / total) / paths.length;
          update(`${Math.floor(100 * share)} %`);
        },
      });
      pairs.push(
        ...some.map(({ x, names }, i) => ({ pictures: names!, width: x.width, height: x.height, rows: rows[i]! })),
      );
    }
    return { pairs, first };
  });
}

async function checkMap(path: string, folders: boolean, inputs: readonly string[]): Promise<void> {
  if (folders) throw new CliError('--map draws one pair of pictures; compare two files.');
  if (extname(path).toLowerCase() !== '.png') {
    throw new CliError(`The map is written as PNG; ${path} is not named .png.`);
  }
  await prepareOutput(path, inputs);
}

/** The first distance that was asked for, or ssim. @throws CliError if it has no map */
function distanceToDraw(specs: readonly string[] | undefined, distances: readonly Distance[]): Distance {
  const usual = specs === undefined || specs.length === 0;
  const drawn = usual ? distances.find(({ name }) => name === 'ssim') : distances[0];
  if (drawn?.map !== undefined) return drawn;
  const others = distances.filter(({ map }) => map !== undefined).map(({ name }) => name);
  const first = others.length === 0 ? 'ssim' : others.join(' or ');
  throw new CliError(`${drawn?.name} says how much pictures differ and not where; draw ${first}, named first.`);
}

async function writeMap(path: string, pair: Pair, { rows }: ComparedPair, { name }: Distance): Promise<void> {
  const row: ComparisonRow = rows.find((one) => one.name === name)!;
  if (row.kind === 'not defined') throw new CliError(row.reason);
  const { value, map } = row;
  const text = { pareidolia: JSON.stringify({ software: 'pareidolia', pictures: pair.names, distance: name, value }) };
  await writeOutput(path, await compareFigure(pair, { ...row, map: map! }, text));
}

async function printCalibration(
  context: CliContext,
  flags: CompareFlags,
  folder: string,
  paths: readonly string[],
): Promise<void> {
  if (paths.length > 0 || flags.map !== undefined) {
    throw new CliError('--calibrate takes a folder of pictures, and neither others to compare nor --map.');
  }
  const files = await listPictures([folder]);
  const distances = await chosenDistances(flags.distance, flags.all || flags.distance === undefined);
  const distancesFound = await withProgress(
    context,
    `Measuring known changes of ${files.length} pictures`,
    async (update) =>
      calibrate(distances, readEach(files), {
        device: await openRuntime(flags.device),
        signal: context.signal,
        onProgress: (done) => update(`${done} done`),
      }),
  );
  const result = { folder, pictures: files.map(({ path }) => path), distances: distancesFound };
  context.process.stdout.write(flags.json ? calibrationJson(result) : calibrationText(result));
}

async function* readEach(files: readonly PictureFile[]) {
  for (const { path } of files) yield await readPicture(path);
}
