/** @file The section in which networks draw their classes. */
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { type Html, html } from '../../../src/report/html.ts';
import { remark, type Section } from '../../../src/report/page.ts';
import { type ComparedName, comparedNames, type Findings } from '../findings.ts';
import { inline } from '../parts.ts';

/** What each class looks like to each network. */
export async function drawingsSection(found: Findings): Promise<Section> {
  const { drawings, classNames } = found;
  const rows = await Promise.all(comparedNames.map((network) => drawingRow(found, network)));
  const count = classNames.length;
  const own = (network: ComparedName) => drawings[network].filter(({ label, answer }) => answer.label === label).length;
  return {
    title: 'Asked to draw',
    content: [
      html`<p>The attack asked which small change of a picture raises a wrong answer. Now ask instead: starting from grey noise, and with no limit at all, which picture raises “${classNames[0]}” the most? The same search draws what the network looks for.</p>`,
      html`<p>Two mild wishes keep the drawings from being mere speckle, the same for both networks: neighbouring pixels should be alike, and a drawing should still work when it is moved by a pixel or two.</p>`,
      figure(
        rows,
        html`One drawing for each shape, with the same settings for both networks. The standard network recognises ${own('standard')} of its own ${count} drawings, the robust one ${own('robust')} of its own. The second network, which had no part in them, takes ${drawings.recognised.standard} of the standard network’s drawings for the shape that they are meant to be, and ${drawings.recognised.robust} of the robust network’s.`,
      ),
      remark(
        'What to look at:',
        'whose drawings can you recognise? What a network is sensitive to shows in them. Plainly trained networks often draw fine speckle and texture; networks trained against attacks tend to draw what a person would look for as well, outlines and shading.',
      ),
    ],
  };
}

async function drawingRow(found: Findings, network: ComparedName): Promise<Html> {
  const cells = await Promise.all(
    found.drawings[network].map(
      async ({ picture, name, answer }): Promise<Cell> => ({
        picture: await inline(
          found,
          picture,
          `What the ${network} network draws for ${name}; it takes it for ${answer.name}`,
        ),
        caption: name,
      }),
    ),
  );
  return pictureRow(cells, { title: `The ${network} network draws`, columns: 5 });
}
