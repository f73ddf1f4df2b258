/** @file The section that introduces pictures and networks. */
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { html } from '../../../src/report/html.ts';
import type { Section } from '../../../src/report/page.ts';
import { table } from '../../../src/report/table.ts';
import { type Findings, type NetworkName, networkNames } from '../findings.ts';
import { inline } from '../parts.ts';
import { percent, withArticle } from '../words.ts';

const trainedHow: Readonly<Record<NetworkName, string>> = {
  standard: 'on pictures as they are',
  robust: 'on pictures that were attacked while it learned',
  second: 'as the standard one, but built differently',
};

/** Who is who. */
export async function networksSection(found: Findings): Promise<Section> {
  const { accuracy, examples, classNames, shape } = found;
  const cells = await Promise.all(
    examples.map(
      async ({ picture, label }): Promise<Cell> => ({
        picture: await inline(found, picture, `${withArticle(classNames[label]!)} as the set draws it`),
        caption: classNames[label]!,
      }),
    ),
  );
  return {
    title: 'Ten shapes, three networks',
    content: [
      html`<p>Three small neural networks look at pictures of ${shape[2]} by ${shape[1]} pixels and say which of ${classNames.length} shapes they see. A program draws the pictures: each time with another size, colour, light, background and clutter.</p>`,
      figure(
        pictureRow(cells, { columns: 5 }),
        'One picture of each shape, enlarged. The networks see no more than these few pixels.',
      ),
      table({
        head: ['Network', 'How it was trained', `Right on ${accuracy.count} new pictures`],
        rows: networkNames.map((name) => [name, trainedHow[name], percent(accuracy.right[name], accuracy.count)]),
      }),
      html`<p>Guessing would be right on ${percent(1, classNames.length)}. So all three have learned what the shapes look like. Or have they?</p>`,
    ],
  };
}
