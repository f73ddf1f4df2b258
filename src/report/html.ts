/** @file Pieces of HTML, written as templates that escape every text put into them. */

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A finished piece of HTML. Only `html` makes one, so a string is always text. */
export class Html {
  readonly markup: string;
  private constructor(markup: string) {
    this.markup = markup;
  }
  static of(strings: readonly string[], values: readonly Content[]): Html {
    return new Html(strings.map((string, i) => (i === 0 ? '' : render(values[i - 1])) + string).join(''));
  }
}

/** What may be put into a template: pieces as they are, text and numbers escaped, lists one after another, nothing. */
export type Content = Html | string | number | undefined | readonly Content[];

/** Text as it stands in HTML, also between quotes of an attribute. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

function render(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(String(value));
}

/**
 * A piece of HTML from a template. Attributes that take a value need quotes around it.
 * @example
 * html`<p title="${title}">${names.map((name) => html`<b>${name}</b> `)}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return Html.of(strings, values);
}
