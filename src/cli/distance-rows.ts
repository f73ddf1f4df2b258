/** @file What distances say of two pictures, as a table for people and as plain objects for JSON. */
import type { ComparisonRow } from '../distance/compare.ts';
import { shortNumber } from '../distance/compare-figure.ts';
import { type Notice, noisePhrase, whoNotices } from '../distance/notice.ts';
import { type Column, textTable } from './text-table.ts';

/** Columns of distances. */
export const distanceColumns: readonly Column[] = [
  { title: 'distance' },
  { title: 'value', align: 'right' },
  { title: 'better' },
  { title: 'reading on photos' },
];

/** Lines of a table with the distances that have a value. @param unread what stands where there is no reading */
export function distanceTable(rows: readonly ComparisonRow[], unread: string): string[] {
  const known = rows.flatMap((row) => (row.kind === 'measured' ? [row] : []));
  return textTable(
    distanceColumns,
    known.map(({ name, value, better, reading }) => [name, shortNumber(value), better, reading ?? unread]),
  );
}

/** Why distances have no value, each sentence once. */
export function reasonLines(reasons: readonly string[]): string[] {
  return [...new Set(reasons)].map((one) => `not measured: ${one}`);
}

/** Reasons of the rows that have no value. */
export const reasonsOf = (rows: readonly ComparisonRow[]) =>
  rows.flatMap((row) => (row.kind === 'not defined' ? [row.reason] : []));

/** A row as JSON has it. */
export function plainRow(row: ComparisonRow): object {
  if (row.kind === 'not defined') return { name: row.name, notDefined: row.reason };
  const { name, value, distance, better, reading } = row;
  return { name, value, distance, better, ...(reading === undefined ? {} : { reading }) };
}

/** Names that a line has room for. */
const mostNames = 3;

/** One line on who notices a change most and who least; none where that cannot be said. */
export function noticeLines(rows: readonly ComparisonRow[], side: number): string[] {
  const found = whoNotices(rows, side);
  if (found === undefined) return [];
  const { most, least } = found;
  return [
    `By the noise that measures the same on photos, ${clauseOf(most)} the most (${noisePhrase(most)}), ${clauseOf(least)} the least (${noisePhrase(least)}).`,
  ];
}

/** `l2 notices`, `l2 and rmse notice`. */
function clauseOf({ distances }: Notice): string {
  const shown = distances.length <= mostNames + 1 ? distances : distances.slice(0, mostNames);
  const more = distances.length - shown.length;
  const list = more > 0 ? [...shown, `${more} more`] : shown;
  const all = list.length === 1 ? list[0]! : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return `${all} notice${list.length === 1 ? 's' : ''}`;
}
