/** @file The section that measures the same picture's changes by several distances. */
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { html } from '../../../src/report/html.ts';
import { remark, type Section } from '../../../src/report/page.ts';
import { table } from '../../../src/report/table.ts';
import type { Change, Findings } from '../findings.ts';
import { inline } from '../parts.ts';
import { percent, withArticle } from '../words.ts';

const nameOf: Readonly<Record<Change['kind'], string>> = {
  linf: 'attack 1',
  l2: 'attack 2',
  l1: 'attack 3',
  noise: 'random',
  shift: 'moved by one pixel',
};

/** What distances say, and what they do not. */
export async function rulersSection(found: Findings): Promise<Section> {
  const { original, list } = found.changes;
  const name = found.classNames[original.label]!;
  const values = original.picture.length;
  const cells: Cell[] = [
    {
      title: 'original',
      picture: await inline(found, original.picture, `The original: ${withArticle(name)}`),
      caption: html`“${name}”`,
    },
    ...(await Promise.all(
      list.map(
        async ({ kind, picture, answer }): Promise<Cell> => ({
          title: nameOf[kind],
          picture: await inline(found, picture, `The ${name}, changed: ${nameOf[kind]}`),
          caption: html`“${answer.name}”`,
        }),
      ),
    )),
  ];
  const shift = list.find(({ kind }) => kind === 'shift')!;
  const shiftIsFarthest = list.every(({ distances }) => distances.l2 <= shift.distances.l2);
  return {
    title: 'What does “small” mean?',
    content: [
      html`<p>So far a change was small if no single number moved far. That is one ruler of many. Here one picture is changed in several ways. Each of the three attacks on the standard network keeps another ruler’s number small: the first the largest move, the second the straight-line distance, the third the sum of all moves.</p>`,
      figure(
        pictureRow(cells, { columns: cells.length, narrow: 3 }),
        'Under each picture: the standard network’s answer.',
      ),
      table({
        head: ['Change', 'largest move', 'straight-line distance', 'sum of moves', 'numbers moved', 'signal to noise'],
        rows: list.map(({ kind, distances: { linf, l2, l1, l0 }, psnr }) => [
          nameOf[kind],
          `${Math.round(255 * linf)}`,
          l2.toFixed(2),
          l1.toFixed(1),
          percent(l0, values),
          `${psnr.toFixed(1)}\u00a0dB`,
        ]),
      }),
      html`<ul>
<li><strong>Largest move</strong> (written l∞): how far the most changed number went, of 255.</li>
<li><strong>Straight-line distance</strong> (l2): all moves squared, added up, and the root of it. Here and in the next, numbers count from 0 to 1.</li>
<li><strong>Sum of moves</strong> (l1) and <strong>numbers moved</strong> (l0): how much moved in all, and in how many of the ${values} places.</li>
<li><strong>Signal to noise</strong> (PSNR): the straight-line distance in decibels. More is closer.</li>
</ul>`,
      remark(
        'What to look at:',
        shiftIsFarthest
          ? 'the last row. Moving the whole picture by one pixel is nothing to the eye, and yet by straight-line distance it is the largest change of all. These rulers add up numbers; they do not see.'
          : 'the rulers disagree about which change is the largest. They add up numbers; they do not see.',
      ),
    ],
  };
}
