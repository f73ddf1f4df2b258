/** @file What `pareidolia compare` prints: tables for people, JSON for programs. */
import type { CalibratedDistance } from '../distance/calibrate.ts';
import type { ComparisonRow, MedianRow } from '../distance/compare.ts';
import { shortNumber } from '../distance/compare-figure.ts';
import { distortions } from '../distance/distortions.ts';
import { distanceColumns, distanceTable, plainRow, reasonLines, reasonsOf } from './distance-rows.ts';
import { type Column, textTable } from './text-table.ts';

/** A pair's rows. */
export interface ComparedPair {
  readonly pictures: readonly [string, string];
  readonly width: number;
  readonly height: number;
  readonly rows: readonly ComparisonRow[];
}

/** Two folders' comparison. */
export interface ComparedFolders {
  readonly folders: readonly [string, string];
  readonly medians: readonly MedianRow[];
  readonly pairs: readonly ComparedPair[];
  readonly unmatched: readonly string[];
}

/** What known changes measure on a folder's pictures. */
export interface CalibratedFolder {
  readonly folder: string;
  readonly pictures: readonly string[];
  readonly distances: readonly CalibratedDistance[];
}

/** In the place of a reading where there is none. */
const unread = 'not calibrated: see --calibrate';

const lines = (list: readonly string[]) => `${list.join('\n')}\n`;

/** Sentences after a table, with an empty line before them. */
const after = (sentences: readonly string[]) => (sentences.length === 0 ? [] : ['', ...sentences]);

/** A pair's table. */
export function pairText({ pictures: [a, b], width, height, rows, map }: ComparedPair & { map: string | undefined }) {
  return lines([
    `${a} and ${b}, ${width} x ${height} pixels`,
    '',
    ...distanceTable(rows, unread),
    ...after(reasonLines(reasonsOf(rows))),
    ...after(map === undefined ? [] : [`written: ${map}`]),
  ]);
}

/** A table of medians. */
export function foldersText({ folders: [a, b], medians, pairs }: ComparedFolders): string {
  const count = pairs.length;
  const part = (measured: number) => (measured === count ? '' : ` (over ${measured} of ${count} pairs)`);
  return lines([
    `${count} pair${count === 1 ? '' : 's'} of ${a} and ${b}: medians`,
    '',
    ...textTable(
      distanceColumns,
      medians
        .filter((row) => row.pairs > 0)
        .map((row) => [row.name, shortNumber(row.value), row.better, `${row.reading ?? unread}${part(row.pairs)}`]),
    ),
    ...after(reasonLines(medians.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))),
  ]);
}

/** A table of known changes. */
export function calibrationText({ folder, pictures, distances }: CalibratedFolder): string {
  const count = pictures.length;
  return lines([
    `Values of known changes, medians over ${count} picture${count === 1 ? '' : 's'} of ${folder}`,
    '',
    ...textTable(
      [{ title: 'distance' }, ...distortions.map(({ name }): Column => ({ title: name, align: 'right' }))],
      distances
        .filter(({ steps }) => steps.length > 0)
        .map(({ name, steps }) => [name, ...steps.map(({ value }) => shortNumber(value))]),
    ),
    ...after(reasonLines(distances.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))),
  ]);
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

function plainPair({ pictures, width, height, rows }: ComparedPair): object {
  return { pictures, width, height, distances: rows.map(plainRow) };
}

/** A pair as JSON. */
export function pairJson({ map, ...pair }: ComparedPair & { map: string | undefined }): string {
  return json({ ...plainPair(pair), ...(map === undefined ? {} : { map }) });
}

/** Two folders as JSON, every pair with its numbers. */
export function foldersJson({ folders, medians, pairs, unmatched }: ComparedFolders): string {
  const rows = medians.map(({ brief: _brief, ...row }) => row);
  return json({ folders, medians: rows, pairs: pairs.map(plainPair), unmatched });
}

/** Known changes as JSON. */
export function calibrationJson(result: CalibratedFolder): string {
  return json(result);
}
