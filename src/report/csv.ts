/** @file Tables as CSV (RFC 4180). */

/** What a cell may hold; undefined is an empty one. */
export type CsvCell = string | number | boolean | undefined;

/** Rows as text, the first of them the head; what has commas, quotes or line breaks is quoted. */
export function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return `${rows.map((row) => row.map(cellText).join(',')).join('\n')}\n`;
}

function cellText(cell: CsvCell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
