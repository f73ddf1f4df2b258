/** @file Splits CSV text into rows: RFC 4180, with any of three separators. */
import { DataError } from '../dataset.ts';

/** A row of a table, and the line of the text on which it starts (from 1). */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Rows of CSV text, empty lines left out; the separator (comma, semicolon, tab) is the one that the first line has most of. */
export function parseCsv(text: string, name: string): CsvRow[] {
  const plain = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(plain);
  const rows: CsvRow[] = [];
  let [line, start, at] = [1, 1, 0];
  let fields: string[] = [];
  while (at < plain.length) {
    let field = '';
    if (plain[at] === '"') {
      const opened = line;
      for (at++; ; at++) {
        if (at >= plain.length) throw new DataError(`${name}, line ${opened}: a quote is opened and never closed.`);
        if (plain[at] === '\n') line++;
        if (plain[at] !== '"') field += plain[at];
        else if (plain[at + 1] === '"') field += plain[at++];
        else break;
      }
      at++;
      if (at < plain.length && plain[at] !== separator && plain[at] !== '\n' && plain[at] !== '\r') {
        throw new DataError(
          `${name}, line ${line}: expected "${separator}" after a closing quote, got "${plain[at]}".`,
        );
      }
    } else {
      const from = at;
      while (at < plain.length && plain[at] !== separator && plain[at] !== '\n' && plain[at] !== '\r') at++;
      field = plain.slice(from, at).trim();
    }
    fields.push(field);
    if (plain[at] === separator) {
      at++;
      if (at < plain.length) continue;
      fields.push('');
    }
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: start, fields });
    fields = [];
    at += plain[at] === '\r' && plain[at + 1] === '\n' ? 2 : 1;
    start = ++line;
  }
  return rows;
}

function separatorOf(text: string): string {
  const [first = ''] = text.replaceAll(/"[^"]*"/g, '').split(/\r?\n/, 1);
  const counts = [',', ';', '\t'].map((separator) => [first.split(separator).length, separator] as const);
  return counts.reduce((best, next) => (next[0] > best[0] ? next : best))[1];
}
