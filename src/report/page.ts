/** @file A report as one HTML file that needs nothing else: no script, no font, no address to load from. */
import { type Content, type Html, html } from './html.ts';
import { style } from './style.ts';

/** A part of a report under a heading of its own. */
export interface Section {
  readonly title: string;
  readonly content: Content;
}

/** What a report consists of. */
export interface Page {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly lead?: Content;
  readonly sections: readonly Section[];
  readonly footer?: Content;
}

/** The page's address of a section. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

/** The rule that makes a browser refuse whatever is not in the file itself. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/**
 * The HTML file of a report.
 * @example
 * await writeFile('report.html', page({ title: 'Robustness', sections: [{ title: 'Pictures', content: paragraphs }] }));
 */
export function page({ title, lead, sections, footer }: Page): string {
  const contents = html`<nav aria-label="Contents"><ol>${sections.map(
    (section) => html`<li><a href="#${anchorOf(section.title)}">${section.title}</a></li>`,
  )}</ol></nav>`;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${lead === undefined ? undefined : html`<p class="lead">${lead}</p>`}
${sections.length > 2 ? contents : undefined}
</header>
<main>
${sections.map(
  (section) => html`<section id="${anchorOf(section.title)}">
<h2>${section.title}</h2>
${section.content}
</section>
`,
)}</main>
${footer === undefined ? undefined : html`<footer>${footer}</footer>`}
</body>
</html>
`.markup
  }`;
}

/** A box that stands out of the text, with a word before it: what to look at, a warning, a caveat. */
export function remark(label: string, content: Content): Html {
  return html`<p class="remark"><strong>${label}</strong> ${content}</p>`;
}

/** Lines to be typed, as they are. */
export function commands(lines: readonly string[]): Html {
  return html`<pre><code>${lines.join('\n')}</code></pre>`;
}

/** Something that is read on demand. */
export function details(summary: string, content: Content): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}
