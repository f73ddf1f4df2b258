/** @file Tables of a report. */
import { type Content, type Html, html } from './html.ts';

/** A table: the first column names its rows. */
export interface Table {
  readonly caption?: Content;
  readonly head: readonly Content[];
  readonly rows: readonly (readonly Content[])[];
}

/** The table; its numbers stand on the right, and it scrolls by itself where the screen is too narrow. */
export function table({ caption, head, rows }: Table): Html {
  const cell = (content: Content, column: number) =>
    column === 0
      ? html`<th scope="row">${content}</th>`
      : html`<td${isNumeric(content) ? html` class="number"` : undefined}>${content}</td>`;
  const numeric = (column: number) => rows.length > 0 && rows.every((row) => isNumeric(row[column]));
  return html`<div class="scroll"><table>${caption === undefined ? undefined : html`<caption>${caption}</caption>`}<thead><tr>${head.map(
    (content, column) =>
      html`<th scope="col"${column > 0 && numeric(column) ? html` class="number"` : undefined}>${content}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`;
}

/** Whether a cell holds a number, perhaps with its unit, or a dash in the place of one: 3, 12.5 %, 8/255, –. */
function isNumeric(content: Content): boolean {
  return (
    typeof content === 'number' ||
    content === '–' ||
    (typeof content === 'string' && /^[<>≥≤−-]?\s?\d[\d.,]*(\s?\S{1,5})?$/.test(content))
  );
}
