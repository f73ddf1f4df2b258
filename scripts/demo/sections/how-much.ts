/** @file The section that lets the budget grow: the curve, and the smallest change for each picture. */

import { type LineChart, lineChart } from '../../../src/report/chart.ts';
import { type Cell, figure, pictureRow } from '../../../src/report/figure.ts';
import { type Html, html } from '../../../src/report/html.ts';
import { details, remark, type Section } from '../../../src/report/page.ts';
import { table } from '../../../src/report/table.ts';
import { type ComparedName, comparedNames, type Findings } from '../findings.ts';
import { inline, shownLarge } from '../parts.ts';
import { median, percent, withArticle } from '../words.ts';

/** Budgets that stand under the curve; there is no room for all. */
const labelled = new Set([0, 1, 2, 4, 8, 16, 32]);

/** How much change fools whom. */
export async function howMuchSection(found: Findings): Promise<Section> {
  const { curve, smallest, budget, attacks } = found;
  const { budgets, right, count } = curve;
  const at = budgets.indexOf(budget);
  const most = budgets.at(-1)!;
  const [standard, robust] = comparedNames.map((name) =>
    median(smallest[name].map((one) => one?.budget ?? Number.POSITIVE_INFINITY)),
  ) as [number, number];
  const amount = (middle: number) => (Number.isFinite(middle) ? `${middle} of 255` : `more than ${most} of 255`);
  const rows = await Promise.all(attacks.standard.slice(0, shownLarge).map((_, i) => smallestRow(found, i)));
  return {
    title: 'How much change does it take?',
    content: [
      html`<p>Allow more and more change, and count how often the networks are still right. Perhaps any change of some size confuses a network? The dotted line answers that: every number moves just as far, but up or down at random.</p>`,
      figure(
        [await lineChart(chartOf(found)), details('The numbers', numbersOf(found))],
        html`${count} pictures, attacked with each limit. With changes of up to ${budget}, the attack leaves the standard network right on ${percent(right.standard[at]!, count)} of them and the robust network on ${percent(right.robust[at]!, count)}. Random changes of that size leave the standard network right on ${percent(right.noise[at]!, count)}: it is their direction that makes changes harmful, not their size.`,
      ),
      html`<p>Picture by picture one can search for the smallest change that turns the answer. Half of the ${smallest.standard.length} pictures need no more than ${amount(standard)} for the standard network; for the robust one that is ${amount(robust)}.</p>`,
      figure(rows, 'The smallest change that was found to fool each network, and the answer that it leads to.'),
      remark(
        'What to look at:',
        robust >= 2 * standard
          ? 'what fools the standard network is hard to see at all. Where the robust network needs much more, the change can be seen, and often it is no speckle: edges vanish, parts are added.'
          : 'the two networks need changes of much the same size.',
      ),
    ],
  };
}

function chartOf({ curve: { budgets, right, count }, budget }: Findings): LineChart {
  const at = budgets.indexOf(budget);
  // Small budgets are where it happens: the axis gives each doubling the same room, from 2 on.
  const place = (value: number) => Math.log2(1 + value / 2);
  const share = (list: readonly number[]) =>
    list.map((n, i): readonly [number, number] => [place(budgets[i]!), (100 * n) / count]);
  return {
    alt: `Share of ${count} pictures answered rightly, falling as larger changes are allowed. At ${budget} of 255: standard network attacked ${percent(right.standard[at]!, count)}, robust network attacked ${percent(right.robust[at]!, count)}, standard network with random change ${percent(right.noise[at]!, count)}.`,
    x: {
      title: 'largest change of a number, of 255',
      ticks: budgets
        .filter((value) => labelled.has(value))
        .map((value) => ({ at: place(value), label: String(value) })),
    },
    y: {
      title: 'right answers',
      ticks: [0, 25, 50, 75, 100].map((value) => ({ at: value, label: `${value}\u00a0%` })),
    },
    series: [
      { name: 'standard network, attacked', tone: 'first', points: share(right.standard) },
      { name: 'robust network, attacked', tone: 'second', points: share(right.robust) },
      { name: 'standard network, random change', tone: 'reference', points: share(right.noise) },
    ],
  };
}

function numbersOf({ curve: { budgets, right, count } }: Findings): Html {
  return table({
    head: ['Largest change', 'standard, attacked', 'robust, attacked', 'standard, random change'],
    rows: budgets.map((value, i) => [
      `${value} of 255`,
      ...(['standard', 'robust', 'noise'] as const).map((name) => percent(right[name][i]!, count)),
    ]),
  });
}

async function smallestRow(found: Findings, i: number): Promise<Html> {
  const { original, label } = found.attacks.standard[i]!;
  const name = found.classNames[label]!;
  return pictureRow([
    {
      title: 'The original',
      picture: await inline(found, original, `The original: ${withArticle(name)}`),
      caption: name,
    },
    ...(await Promise.all(comparedNames.map((network) => smallestCell(found, network, i)))),
  ]);
}

async function smallestCell(found: Findings, network: ComparedName, i: number): Promise<Cell> {
  const { original, label } = found.attacks.standard[i]!;
  const name = found.classNames[label]!;
  const most = found.curve.budgets.at(-1)!;
  const smallest = found.smallest[network][i];
  const title = `Fools the ${network} one`;
  if (smallest === undefined) {
    const picture = await inline(found, original, `The ${name}, unchanged`);
    return { title, picture, caption: html`<strong>nothing</strong> up to ${most} of 255` };
  }
  const { budget, result } = smallest;
  const alt = `The ${name} with changes of up to ${budget} of 255, which the ${network} network takes for ${withArticle(result.after8.name)}`;
  return {
    title,
    picture: await inline(found, result.adversarial, alt),
    caption: html`<strong>${budget} of 255</strong>: “${result.after8.name}”`,
  };
}
