/** @file What a self-contained page must be: tags that close where they should, and nothing loaded from elsewhere. */

const empty = new Set(['meta', 'link', 'img', 'br', 'hr', 'input']);

/** Elements that a paragraph cannot hold: a browser would end it there. */
const blocks = new Set(['p', 'div', 'ul', 'ol', 'table', 'figure', 'section', 'pre', 'h1', 'h2', 'details']);

/** What is wrong with the nesting of a page's tags, one sentence each. */
export function nestingProblems(page: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const text = page.replace(/<!doctype html>/i, '').replace(/<style>[\s\S]*?<\/style>/g, '');
  for (const [tag, slash, name = '', attributes = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi)) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) problems.push(`${tag} closes <${last}>.`);
    } else {
      if (/\s[\w-]+=(?!")/.test(attributes.replace(/"[^"]*"/g, '""')))
        problems.push(`${tag} has a value without quotes.`);
      if (open.includes('p') && blocks.has(name)) problems.push(`${tag} lies in a paragraph.`);
      if (!empty.has(name) && !attributes.endsWith('/')) open.push(name);
    }
  }
  if (open.length > 0) problems.push(`<${open.join('>, <')}> stay open.`);
  const loose = text.replace(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?>/gi, '').match(/[<>]/);
  if (loose !== null) problems.push(`A bare ${loose[0]} stands in the text.`);
  const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`The id ${id} is given twice.`);
  for (const [, id] of text.matchAll(/href="#([^"]*)"/g))
    if (!ids.includes(id!)) problems.push(`#${id} leads nowhere.`);
  return problems;
}

/** What a page would load from elsewhere, or run. */
export function outsideReferences(page: string): string[] {
  const patterns = [
    /<script\b[^>]*>/gi,
    /\son[a-z]+="[^"]*"/gi,
    /\s(?:src|srcset|poster|data)="(?!data:)[^"]*"/gi,
    /<link\b[^>]*href="(?!data:)[^"]*"/gi,
    /@import[^;]*/gi,
    /url\((?!["']?data:)[^)]*\)/gi,
    /<(?:iframe|object|embed|base)\b[^>]*>/gi,
  ];
  return patterns.flatMap((pattern) => [...page.matchAll(pattern)].map(([found]) => found));
}

/** Pictures of a page without words for who does not see them. */
export function unnamedPictures(page: string): string[] {
  const pictures = [...page.matchAll(/<(?:img|svg)\b[^>]*>/g)].map(([tag]) => tag);
  return pictures.filter((tag) => !/\s(?:alt|aria-label)="[^"]+"/.test(tag) && !tag.includes('aria-hidden="true"'));
}
