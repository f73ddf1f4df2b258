/** @file Reports: texts are escaped wherever they stand, pages need nothing from outside, and tags close. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { nestingProblems, outsideReferences, unnamedPictures } from '../../test/support/markup.ts';
import { bars, type LineChart, lineChart } from './chart.ts';
import { figure, inlinePicture, pictureRow } from './figure.ts';
import { escapeText, type Html, html } from './html.ts';
import { commands, details, page, remark } from './page.ts';
import { table } from './table.ts';

const nasty = `</style><script src="https://example.org/x.js">alert('1 & 2')</script>`;
const picture = { data: Float32Array.from({ length: 48 }, (_, i) => i / 47), channels: 3, height: 4, width: 4 };

function chart(text: string): LineChart {
  return {
    alt: text,
    x: { title: text, ticks: [0, 1, 2].map((at) => ({ at, label: text })) },
    y: { title: text, ticks: [0, 1].map((at) => ({ at, label: text })) },
    series: (['first', 'second', 'third', 'reference'] as const).map((tone) => ({
      name: text,
      tone,
      points: [
        [0, 1],
        [2, 0.5],
      ],
    })),
  };
}

/** A page with every kind of block, each holding a text wherever it takes one. */
async function everything(text: string): Promise<string> {
  const image = await inlinePicture(picture, text);
  const content: Html[] = [
    html`<p>${text}</p>`,
    remark(text, text),
    commands([text, text]),
    details(text, table({ caption: text, head: [text, text], rows: [[text, 1]] })),
    figure(pictureRow([{ picture: image, title: text, caption: bars([{ label: text, share: 0.5, text }]) }]), text),
    pictureRow([{ picture: image }], { title: text, columns: 5, narrow: 2 }),
    await lineChart(chart(text)),
  ];
  const sections = ['One', 'Two', 'Three'].map((title) => ({ title: `${title} ${text}`, content }));
  return page({ title: text, lead: text, sections, footer: text });
}

describe('html', () => {
  it('escapes texts in content and attributes, keeps pieces, joins lists, leaves out nothing', () => {
    const inner = html`<b>${'<'}</b>`;
    expect(html`<p title="${'"\'&'}">${[inner, 1, undefined, ['>']]}</p>`.markup).toBe(
      '<p title="&quot;&#39;&amp;"><b>&lt;</b>1&gt;</p>',
    );
  });

  it('lets no text break out, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"']/);
        expect(nestingProblems(html`<p title="${text}">${text}</p>`.markup)).toEqual([]);
      }),
    );
  });
});

describe.each([
  ['plain words', 'Ten small pictures'],
  ['hostile ones', nasty],
])('a page of %s', (_name, text) => {
  it('closes its tags, loads nothing, and names its pictures', async () => {
    const markup = await everything(text);
    expect(nestingProblems(markup)).toEqual([]);
    expect(outsideReferences(markup)).toEqual([]);
    expect(unnamedPictures(markup)).toEqual([]);
    expect(markup).toContain('<!doctype html>\n<html lang="en">');
  });

  it('is the same each time', async () => {
    expect(await everything(text)).toBe(await everything(text));
  });
});

it('the checks of pages find what they look for', () => {
  expect(nestingProblems('<p><b></p></b>')).not.toEqual([]);
  expect(nestingProblems('<p><div></div></p>')).not.toEqual([]);
  expect(nestingProblems('<p class=a></p>')).not.toEqual([]);
  expect(nestingProblems('<a href="#there"></a>')).not.toEqual([]);
  expect(nestingProblems('<p>')).not.toEqual([]);
  expect(nestingProblems('<p>1 < 2</p>')).not.toEqual([]);
  expect(outsideReferences('<img src="https://example.org/a.png"><link rel="stylesheet" href="a.css">')).toHaveLength(
    2,
  );
  expect(outsideReferences('<style>@import "x"; a { background: url(b.png) }</style><script>')).toHaveLength(3);
  expect(unnamedPictures('<img src="data:,"><img src="data:," alt="a"><svg></svg>')).toHaveLength(2);
});

it('an inlined picture is the picture', async () => {
  const { markup } = await inlinePicture(picture, 'four by four');
  const encoded = /base64,([^"]*)"/.exec(markup)![1]!;
  const decoded = await decodePicture(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
  for (const [i, value] of decoded.data.entries())
    expect(Math.abs(value - picture.data[i]!)).toBeLessThan(0.5 / 255 + 1e-6);
});

it('a chart places its points by its axes, in the colour of the page, under its words', async () => {
  const { markup } = await lineChart(chart('axis'));
  // The drawing's frame is 86 to 584 across and 344 to 40 up: y runs from 0 to 1, x from 0 to 2.
  expect(markup).toMatch(/stroke="var\(--first\)"[^>]*><path d="M86,40L584,192"/);
  expect(markup).toMatch(/^<svg [^>]*role="img" aria-label="axis">/);
});

it('a series is shown with or without its line, and with or without marks', async () => {
  const one = async (shown?: 'line' | 'points') => {
    const { series, ...rest } = chart('axis');
    const [first] = series;
    const chosen = { ...rest, series: [{ ...first!, ...(shown === undefined ? {} : { shown }) }] };
    return (await lineChart(chosen)).markup;
  };
  const counts = (markup: string) =>
    [/stroke="var\(--first\)"/g, /<circle/g].map((mark) => markup.match(mark)?.length ?? 0);
  // The legend has one more of each.
  expect([counts(await one()), counts(await one('line')), counts(await one('points'))]).toEqual([
    [2, 3],
    [2, 0],
    [0, 3],
  ]);
});

it('a table sets numbers apart from words', () => {
  const { markup } = table({ head: ['network', 'right', 'said'], rows: [['plain', '97.5 %', 'cube']] });
  expect(markup).toContain('<td class="number">97.5 %</td><td>cube</td>');
  expect(markup).toContain('<th scope="col" class="number">right</th>');
});
