/** @file The section in which distances made after the eye look at an attack, beside a picture that was only stored badly. */
import type { MeasuredRow } from '../../../src/distance/compare.ts';
import { shortNumber } from '../../../src/distance/compare-figure.ts';
import { type Notice, noisePhrase, whoNotices } from '../../../src/distance/notice.ts';
import { figure, pictureRow } from '../../../src/report/figure.ts';
import { type Html, html } from '../../../src/report/html.ts';
import { remark, type Section } from '../../../src/report/page.ts';
import { table } from '../../../src/report/table.ts';
import type { Findings, View } from '../findings.ts';
import { answerBars, inline } from '../parts.ts';
import { withArticle } from '../words.ts';

/** What each is called and looks at; others go by their own names. */
const known: Readonly<Record<string, { readonly title: string; readonly looksAt: string }>> = {
  linf: { title: 'Largest move', looksAt: 'the number that moved most, as above' },
  l2: { title: 'Straight line', looksAt: 'all moves squared, as above' },
  ssim: { title: 'SSIM', looksAt: 'light, contrast and structure, place by place' },
  gmsd: { title: 'GMSD', looksAt: 'edges, and how unevenly they suffer' },
  haarpsi: { title: 'HaarPSI', looksAt: 'fine and coarse patterns, and colours' },
  ciede2000: { title: 'CIEDE2000', looksAt: 'the colour of each pixel, as people tell colours apart' },
  lpips: { title: 'LPIPS', looksAt: 'what the layers of another network make of both pictures' },
};

/** One distance's words on both pictures. */
interface Pair {
  readonly attacked: MeasuredRow;
  readonly compressed: MeasuredRow;
}

/** Who sees how much of an attack. */
export async function viewsSection(found: Findings): Promise<Section> {
  const { original, quality, attacked, compressed } = found.views;
  const name = found.classNames[original.label]!;
  const pairs = attacked.rows.flatMap((row, k): Pair[] => {
    const other = compressed.rows[k]!;
    return row.kind === 'measured' && other.kind === 'measured' ? [{ attacked: row, compressed: other }] : [];
  });
  const cell = async (title: string, picture: Float32Array, alt: string, answer: Html) => ({
    title,
    picture: await inline(found, picture, alt),
    caption: answer,
  });
  return {
    title: 'What do rulers see that were made after the eye?',
    content: [
      html`<p>Much thought went into rulers that agree with people: they look at edges, at patterns, at colours as the eye tells them apart, or at what a network that knows pictures makes of both. Here some of them look at an attack. Beside it stands a change that everybody knows: the picture stored as a JPEG file of quality ${quality}, which is quite low.</p>`,
      figure(
        pictureRow([
          await cell(
            'original',
            original.picture,
            `The original: ${withArticle(name)}`,
            html`the right answer: “${name}”`,
          ),
          await cell(
            `attacked, up to ${found.budget} of 255`,
            attacked.picture,
            `The ${name}, attacked`,
            answerBars(attacked.answer, original.label),
          ),
          await cell(
            `JPEG at quality ${quality}`,
            compressed.picture,
            `The ${name} as JPEG leaves it`,
            answerBars(compressed.answer, original.label),
          ),
        ]),
        'Under the changed pictures: what the standard network answers.',
      ),
      table({
        caption:
          'How much the picture changed. The words name a known change of photos of this size that measures the same; in brackets stands the number itself. Of SSIM and HaarPSI, more is more alike.',
        head: ['Ruler', 'the attack', `JPEG at quality ${quality}`, 'larger'],
        rows: pairs.map((pair) => [
          titleOf(pair.attacked.name),
          worded(pair.attacked),
          worded(pair.compressed),
          isAttackLarger(pair) ? 'attack' : 'JPEG',
        ]),
      }),
      html`<ul>${pairs.map(({ attacked: { name: distance, brief } }) => {
        return html`<li><strong>${titleOf(distance)}</strong>: ${known[baseName(distance)]?.looksAt ?? brief}.</li>`;
      })}</ul>`,
      ...noticed(found, attacked),
      remark('What to look at:', conclusion(found, pairs)),
    ],
  };
}

/** `ms-ssim enlarged 6x` is `ms-ssim` to a reader. */
const baseName = (name: string) => name.replace(/ enlarged .*$/, '');

const titleOf = (name: string) => known[baseName(name)]?.title ?? name;

function worded({ value, reading }: MeasuredRow): string {
  const number = shortNumber(Number(value.toPrecision(3)));
  return reading === undefined ? number : `${reading} (${number})`;
}

const isAttackLarger = ({ attacked, compressed }: Pair) => attacked.distance > compressed.distance;

/** Who notices the attack most and least. */
function noticed({ shape: [, height, width], budget }: Findings, { rows }: View): Html[] {
  const found = whoNotices(rows, Math.sqrt(height * width));
  if (found === undefined) return [];
  const first = ({ distances }: Notice) => html`<strong>${titleOf(distances[0]!)}</strong>`;
  const { most, least } = found;
  return [
    html`<p>To rank rulers one needs one kind of change for all. Take noise, numbers moved up and down at random, of some size out of 255, on photos: ${first(most)} puts this attack at ${noisePhrase(most)}, ${first(least)} at ${noisePhrase(least)}. The attack itself was held back by the largest move alone, ${budget} of 255.</p>`,
  ];
}

function conclusion({ classNames, views: { original, attacked, compressed } }: Findings, pairs: readonly Pair[]) {
  const larger = pairs.filter((pair) => !isAttackLarger(pair)).length;
  const counted = `${larger === pairs.length ? `all ${larger}` : `${larger} of the ${pairs.length}`} rulers call JPEG the larger change`;
  const isWrong = ({ answer }: View) => answer.label !== original.label;
  const right = classNames[original.label]!;
  if (isWrong(attacked) && !isWrong(compressed)) {
    return `${counted}, and yet the network still answers “${right}” to it, and “${attacked.answer.name}” to the attack. These rulers were made to foretell what people notice. What a network answers does not follow from it.`;
  }
  return `${counted}. The network answers “${attacked.answer.name}” to the attack and “${compressed.answer.name}” to JPEG, where “${right}” is right. These rulers were made to foretell what people notice, not what a network answers.`;
}
