/** @file A drawing's elements as markup: numbers to a hundredth, texts escaped or as outlines. */
import { svgText, textWidth } from '#image-text';
import { type Content, Html } from './html.ts';

/** What texts take from the elements around them. */
interface Type {
  readonly size: number;
  readonly fill: string;
  readonly anchor: string;
}

const outer: Type = { size: 16, fill: '#000000', anchor: 'start' };

/** What stands within an element. Words for readers of single parts are left out: a drawing speaks by its own. */
export function innerMarkup(element: Element): Content {
  return [...element.children].map((child) => markupOf(child, (text) => elementMarkup(text, text.textContent ?? '')));
}

/** The same with outlines in place of texts, for files that are shown where a font may be missing. */
export function outlinedMarkup(element: Element): Content {
  const within = typeOf(element, outer);
  return [...element.children].map((child) => markupOf(child, outlines, within));
}

function markupOf(element: Element, textMarkup: (text: Element, type: Type) => Content, around = outer): Content {
  const type = typeOf(element, around);
  if (element.localName === 'style') return undefined;
  if (element.localName === 'text') return textMarkup(element, type);
  return elementMarkup(
    element,
    [...element.children].map((child) => markupOf(child, textMarkup, type)),
  );
}

/** Names come from the library that made the element; values and content are escaped. */
function elementMarkup({ localName, attributes }: Element, content: Content): Html {
  const kept = [...attributes].filter(({ name }) => !name.startsWith('aria-'));
  const written = kept.map(({ name, value }) => Html.of([` ${name}="`, '"'], [inHundredths(value)]));
  return Html.of([`<${localName}`, '>', `</${localName}>`], [written, content]);
}

function inHundredths(value: string): string {
  return value.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
}

function typeOf(element: Element, around: Type): Type {
  const own = (name: string) => element.getAttribute(name);
  return {
    size: Number(own('font-size') ?? around.size),
    fill: own('fill') ?? around.fill,
    anchor: own('text-anchor') ?? around.anchor,
  };
}

/** A line of text, moved and turned as it was. */
function outlines(element: Element, { size, fill, anchor }: Type): Html {
  const text = element.textContent ?? '';
  const before = { start: 0, middle: 0.5, end: 1 }[anchor] ?? 0;
  const pixels = (name: string) => {
    const value = element.getAttribute(name) ?? '0';
    return Number.parseFloat(value) * (value.endsWith('em') ? size : 1);
  };
  const drawn = svgText(text, pixels('x') - before * textWidth(text, size), pixels('y'), size, { fill });
  const transform = element.getAttribute('transform');
  return Html.of(['<g transform="', `">${drawn}</g>`], [inHundredths(transform ?? 'translate(0,0)')]);
}
