/** @file The section that walks from an attack to a drawing. */
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { type Html, html } from '../../../src/report/html.ts';
import { remark, type Section } from '../../../src/report/page.ts';
import { type ComparedName, comparedNames, type Findings } from '../findings.ts';
import { inline } from '../parts.ts';
import { percent, withArticle } from '../words.ts';

/** One search with more and more room. */
export async function walkSection(found: Findings): Promise<Section> {
  const { walk, classNames } = found;
  const [from, to] = [classNames[walk.start.label]!, classNames[walk.target]!];
  const rows = await Promise.all(comparedNames.map((network) => walkRow(found, network)));
  const [standard, robust] = comparedNames.map((network) => {
    const first = walk.stops[network].findIndex(({ answer }) => answer.label === walk.target);
    return first === -1 ? walk.budgets.length : first;
  }) as [number, number];
  return {
    title: 'From attack to drawing',
    content: [
      html`<p>Attack and drawing are one search with less or more room. Start at ${withArticle(from)}, raise the answer “${to}”, and let every number move a little, further, as far as it likes.</p>`,
      figure(
        rows,
        html`Over each picture: how far its numbers may be from the start, of 255. Under it: what the network answers and how sure it is.`,
      ),
      remark(
        'What to look at:',
        standard < robust
          ? html`the left end is an attack, the right end a drawing, and nothing but the room differs. The standard network already answers “${to}” when the picture has hardly changed. For the robust network the picture has to change before the answer does.`
          : 'the left end is an attack, the right end a drawing, and nothing but the room differs. Compare how much the picture has changed where the answer turns.',
      ),
      html`<p>Hence the name of this project: pareidolia is to see a face in a cloud.</p>`,
    ],
  };
}

async function walkRow(found: Findings, network: ComparedName): Promise<Html> {
  const { walk, classNames } = found;
  const [from, to] = [classNames[walk.start.label]!, classNames[walk.target]!];
  const stops = walk.stops[network].map(async ({ picture, answer }, i): Promise<Cell> => {
    const room = walk.budgets[i]! >= 255 ? 'no limit' : `up to ${walk.budgets[i]!}`;
    const alt = `The ${from} on the ${network} network’s way to ${withArticle(to)}, numbers changed: ${room}`;
    return {
      title: room,
      picture: await inline(found, picture, alt),
      caption: html`“${answer.name}” ${percent(answer.probability, 1)}`,
    };
  });
  const start: Cell = {
    title: 'start',
    picture: await inline(found, walk.start.picture, `The original: ${withArticle(from)}`),
    caption: from,
  };
  return pictureRow([start, ...(await Promise.all(stops))], { title: `With the ${network} network` });
}
