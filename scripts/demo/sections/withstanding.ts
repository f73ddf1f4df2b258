/** @file The section that attacks the robust network in the same way. */
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { html } from '../../../src/report/html.ts';
import type { Section } from '../../../src/report/page.ts';
import type { Findings } from '../findings.ts';
import { answerBars, fooledCount, inline } from '../parts.ts';
import { ofAll, percent, withArticle } from '../words.ts';

/** What training against attacks does, and what it costs. */
export async function withstandingSection(found: Findings): Promise<Section> {
  const { attacks, budget, classNames } = found;
  const [fooled, plain] = [fooledCount(attacks.robust), fooledCount(attacks.standard)];
  const cells = await Promise.all(
    attacks.robust.map(
      async (result): Promise<Cell> => ({
        picture: await inline(
          found,
          result.adversarial,
          `${withArticle(classNames[result.label]!)}${result.success8 ? ', changed by the attack' : ''}`,
        ),
        caption: answerBars(result.after8, result.label),
      }),
    ),
  );
  return {
    title: fooled < plain / 2 ? 'A network that withstands' : 'A network trained to withstand',
    content: [
      html`<p>The robust network is built like the standard one and learned from the same kind of pictures. One thing was different: while it learned, an attack kept changing its pictures, and it had to be right all the same. Here is the attack of the last section, with the same limit of ${budget}, aimed at the robust network.</p>`,
      figure(
        pictureRow(cells, { columns: Math.min(6, cells.length), narrow: 3 }),
        html`The robust network’s answers. It was fooled on ${ofAll(fooled, attacks.robust.length)}; the standard network on ${ofAll(plain, attacks.standard.length)}. ${fooled < attacks.robust.length ? 'Where the attack found nothing, the picture is shown as it was.' : undefined}`,
      ),
      html`<p>This has a price: ${priceOf(found)}</p>`,
    ],
  };
}

function priceOf({ accuracy: { right, count } }: Findings): string {
  const [plain, hardened] = [percent(right.standard, count), percent(right.robust, count)];
  return right.robust < right.standard
    ? `on pictures that nobody attacked, the robust network is right less often, ${hardened} against ${plain}. And its training took longer, since every picture had to be attacked first.`
    : `its training took longer, since every picture had to be attacked first. On pictures that nobody attacked it is right on ${hardened}, the standard network on ${plain}; where pictures are harder, robust networks usually lose some of that, too.`;
}
