/** @file Drawings by scales: points, ticks and bands in their places; files without texts. */
import { describe, expect, it } from 'vitest';
import { textWidth } from '#image-text';
import { innerMarkup, outlinedMarkup } from './drawing-markup.ts';
import { html } from './html.ts';
import { type Axis, type Plotted, plot } from './plot.ts';
import { plotFigureSvg } from './plot-figure.ts';

const colours = { ink: '#111111', soft: '#555555', grid: '#cccccc' };
const frame = { width: 400, height: 300, fontSize: 10, colours };
const [left, top] = [86, 40];
const look = { colour: '#aa0000', symbol: 'circle', radius: 3 } as const;
const x: Axis = { title: 'across', domain: [0, 4] };

function line(points: readonly (readonly [number, number])[], y: Axis, rest: Partial<Plotted> = {}): Plotted {
  return { x, y, lines: [{ look, points, shown: 'line' }], ...rest };
}

async function markupOf(plotted: Plotted): Promise<string> {
  return html`${innerMarkup(await plot(plotted, frame))}`.markup;
}

/** Places of a path, as shares of the frame, from its lower left. */
function places(markup: string, before: RegExp): number[][] {
  const [, path] = new RegExp(`${before.source}[^>]*><path d="([^"]*)"`).exec(markup)!;
  return [...path!.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, px, py]) => [
    (Number(px) - left) / 400,
    (top + 300 - Number(py)) / 300,
  ]);
}

/** Words at the upright axis with how high they stand. */
function ticks(markup: string): Map<string, number> {
  const found = markup.matchAll(/<text transform="translate\(86,([\d.]+)\)" y="0.32em">([^<]*)</g);
  return new Map([...found].map(([, py, text]) => [text!, (top + 300 - Number(py)) / 300]));
}

function near(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]) {
  expect(found).toHaveLength(expected.length);
  for (const [i, point] of found.entries())
    for (const [c, value] of point.entries()) expect(value).toBeCloseTo(expected[i]![c]!, 4);
}

describe('scales', () => {
  it('a linear axis with ends places points between them', async () => {
    const markup = await markupOf(
      line(
        [
          [0, 2],
          [1, 6],
          [4, 3],
        ],
        { title: 'up', domain: [2, 6] },
      ),
    );
    near(places(markup, /stroke="#aa0000"/), [
      [0, 0],
      [0.25, 1],
      [1, 0.25],
    ]);
  });

  it('a logarithmic axis gives equal ratios equal room, between powers of ten, with lines at these alone', async () => {
    const points = [0.02, 0.2, 2, 20].map((value, i) => [i, value] as const);
    const markup = await markupOf(line(points, { title: 'up', scale: 'log' }));
    const heights = places(markup, /stroke="#aa0000"/).map(([, up]) => up!);
    for (const [i, height] of heights.entries()) expect(height).toBeCloseTo((Math.log10(2) + i) / 4, 3);
    const at = ticks(markup);
    for (const [i, text] of ['0.01', '0.1', '1', '10', '100'].entries()) expect(at.get(text)).toBeCloseTo(i / 4, 4);
    expect(markup.match(/<line /g)).toHaveLength(5);
  });

  it.each([
    ['a point at 0', { title: 'up', scale: 'log' }, 0, 'The axis "up" is logarithmic and has no place for 0;'],
    ['an end below 0', { title: 'up', scale: 'log', domain: [-1, 2] }, 1, 'has no place for -1;'],
    ['an axis from 0', { title: 'up', scale: 'log', zero: true }, 1, 'cannot reach 0'],
    ['no ticks', { title: 'up', ticks: [] }, 1, 'The axis "up" has an empty list of ticks.'],
  ] as const)('refuses %s', async (_, y, value, sentence) => {
    await expect(
      markupOf(
        line(
          [
            [0, 1],
            [1, value],
          ],
          y,
        ),
      ),
    ).rejects.toThrow(sentence);
  });

  it('an axis without ends goes on to round numbers, and to 0 where asked', async () => {
    const points = [
      [0, 0.31],
      [4, 0.93],
    ] as const;
    expect([...ticks(await markupOf(line(points, { title: 'up' }))).keys()]).toEqual([
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
      '1.0',
    ]);
    const from0 = ticks(await markupOf(line(points, { title: 'up', zero: true, share: true })));
    expect([...from0]).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [`${100 * share}\u00a0%`, expect.closeTo(share, 4)]),
    );
  });

  it('given ticks are where and what they say, and end the axis', async () => {
    const own = [0, 1, 3, 4].map((at) => ({ at, label: `<${at}>` }));
    const markup = await markupOf(line([[0, 1]], { title: 'a\nb', ticks: own }));
    expect([...ticks(markup)]).toEqual(own.map(({ at }) => [`&lt;${at}&gt;`, expect.closeTo(at / 4, 4)]));
    expect(markup).toContain('>a b</text>');
  });

  it('a band lies between its lines', async () => {
    const band = [
      [0, 0, 1],
      [4, 0.5, 0.75],
    ] as const;
    const markup = await markupOf(line([], { title: 'up', domain: [0, 1] }, { band }));
    near(places(markup, /fill-opacity="0.12"/), [
      [0, 1],
      [1, 0.75],
      [1, 0.5],
      [0, 0],
    ]);
  });

  it('nothing to draw is a frame', async () => {
    const markup = await markupOf(line([], { title: 'up' }));
    expect(markup).toContain('>up</text>');
    expect(markup).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('texts as outlines', () => {
  it('stand where the texts stood: ends, middles and starts, in their colour', async () => {
    const title = 'WWW';
    const element = await plot(line([], { title, domain: [0, 1] }), frame);
    const outlined = html`${outlinedMarkup(element)}`.markup;
    expect(outlined).not.toMatch(/<text|<tspan/);
    const spans = [...outlined.matchAll(/<g transform="([^"]*)"><path fill="([^"]*)" d="([^"]*)"/g)].map(
      ([, transform, fill, path]) => {
        const xs = [...path!.matchAll(/[ML](-?[\d.]+)/g)].map(([, value]) => Number(value));
        return { transform, fill, from: Math.min(...xs), to: Math.max(...xs) };
      },
    );
    const own = spans.filter(({ fill }) => fill === colours.soft);
    const across = own.find(({ transform }) => transform === 'translate(86,340)')!;
    // The first tick of the level axis is in the middle of its place; digits have a little room on both sides.
    expect(Math.abs(across.from + across.to)).toBeLessThan(1);
    expect(across.to).toBeLessThan(textWidth('0.0', 10) / 2 + 0.1);
    const upright = own.filter(({ transform, to }) => transform!.startsWith('translate(86,') && to <= 0);
    expect(upright.length).toBeGreaterThan(3);
    const started = own.find(({ transform, from, to }) => transform === 'translate(86,40)' && from >= 0 && to > 20)!;
    expect(started.to - started.from).toBeLessThanOrEqual(textWidth(title, 10));
  });
});

it('a figure as a file has no texts, its words for who does not see it, and is the same twice', async () => {
  const figure = {
    heading: 'Over "all" & <more>',
    panels: [{ title: 'one', plotted: line([[0, 1]], { title: 'up' }) }, { plotted: line([[1, 1]], { title: 'up' }) }],
    size: { width: 200, height: 100 },
    keys: [{ name: 'a name', look }],
    bandName: 'a band',
    notes: ['A note.'],
  };
  const svg = await plotFigureSvg(figure);
  expect(svg).toContain('role="img" aria-label="Over &quot;all&quot; &amp; &lt;more&gt;"');
  expect(svg).not.toMatch(/<text|<style|NaN|undefined/);
  expect(await plotFigureSvg(figure)).toBe(svg);
  expect(await plotFigureSvg({ ...figure, alt: 'Other words.' })).toContain('aria-label="Other words."');
});
