/** @file The section that shows an attack on the standard network. */
import type { AttackResult } from '../../../src/attack/result.ts';
import { figure, pictureRow } from '../../../src/report/figure.ts';
import { type Html, html } from '../../../src/report/html.ts';
import { remark, type Section } from '../../../src/report/page.ts';
import type { Findings } from '../findings.ts';
import { answerBars, fooledCount, inline, shownLarge } from '../parts.ts';
import { ofAll, withArticle } from '../words.ts';

/** A small change, and another answer. */
export async function attackSection(found: Findings): Promise<Section> {
  const { attacks, budget } = found;
  const results = attacks.standard;
  const rows = await Promise.all(results.slice(0, shownLarge).map((result) => attackRow(found, result)));
  return {
    title: 'A change you hardly see',
    content: [
      html`<p>A pixel is three numbers, how red, green and blue it is, each from 0 to 255. Say that every number may change by at most ${budget}. Which of all these small changes does the most harm?</p>`,
      html`<p>The network itself gives it away. For every single number one can compute whether a little more or a little less of it makes the right answer less likely. To move all of them a little in the harmful direction, and again, and again, without ever leaving the limit, is called an <strong>attack</strong>. It knows nothing of shapes.</p>`,
      figure(
        rows,
        'Under each picture stands what the standard network answers and how sure it is; green is the right answer. The pictures are the first ones that all three networks get right, one of a shape, not chosen for effect.',
      ),
      remark(
        'What to look at:',
        'compare left and right. To you they show the same shape. Then compare the answers under them.',
      ),
      html`<p>The standard network was fooled on ${ofAll(fooledCount(results), results.length)} pictures that were tried. Each changed picture was rounded to whole numbers, as an ordinary image file holds them, and shown afresh to the untouched network: what you see is exactly what it saw.</p>`,
    ],
  };
}

async function attackRow(found: Findings, result: AttackResult): Promise<Html> {
  const factor = Math.max(1, Math.floor(128 / found.budget));
  const name = found.classNames[result.label]!;
  return pictureRow([
    {
      title: 'The original',
      picture: await inline(found, result.original, `The original: ${withArticle(name)}`),
      caption: answerBars(result.before, result.label),
    },
    {
      title: `The change, ${factor} times stronger`,
      picture: await inline(found, amplified(result, factor), 'The change alone, around grey'),
      caption: result.success8 ? undefined : 'No change within the limit was found.',
    },
    {
      title: 'Original plus change',
      picture: await inline(found, result.adversarial, `The changed picture: to the eye still ${withArticle(name)}`),
      caption: answerBars(result.after8, result.label),
    },
  ]);
}

/** The change of a picture, made stronger around grey. */
function amplified({ original, adversarial }: AttackResult, factor: number): Float32Array {
  return original.map((value, i) => Math.min(1, Math.max(0, 0.5 + factor * (adversarial[i]! - value))));
}
