/** @file The section that shows pictures made for one network to the others. */
import { html } from '../../../src/report/html.ts';
import type { Section } from '../../../src/report/page.ts';
import { table } from '../../../src/report/table.ts';
import { type Findings, networkNames } from '../findings.ts';
import { percent } from '../words.ts';

/** Whether what fools one fools another. */
export function transferSection({ transfer: { made, count }, budget }: Findings): Section {
  const sources = [...networkNames, 'noise'] as const;
  const rows = sources
    .filter((source) => made[source].count > 0)
    .map((source) => [
      source === 'noise' ? 'at random' : `for the ${source} one`,
      made[source].count,
      ...networkNames.map((network) =>
        network === source ? '–' : percent(made[source].fooled[network], made[source].count),
      ),
    ]);
  return {
    title: 'Made for one network, shown to another',
    content: [
      html`<p>An attack has to look into the network that it attacks. Is a network safe, then, if nobody can look inside? Take ${count} pictures that all three networks get right. Attack each network, keep the changed pictures that fooled it, and show them to the other two, which had no part in making them.</p>`,
      table({
        caption: html`How many of the changed pictures each network gets wrong. Changes of up to ${budget} of 255. Where a dash stands, it is all of them: only pictures that fooled the network that they were made for were kept.`,
        head: ['Changed', 'pictures', 'standard wrong', 'robust wrong', 'second wrong'],
        rows,
      }),
      html`<p>${verdict(made)}</p>`,
    ],
  };
}

function verdict({ standard, noise }: Findings['transfer']['made']): string {
  const random = percent(noise.fooled.second, noise.count);
  if (standard.count === 0) return 'No picture fooled the standard network, so there is nothing to carry over.';
  const carried = percent(standard.fooled.second, standard.count);
  const more = standard.fooled.second / standard.count - noise.fooled.second / noise.count;
  return more > 0.05
    ? `Of the pictures made for the standard network, ${carried} also fool the second one, which is built differently and never took part; random changes of the same size fool it on ${random}. What the attack found is not a quirk of one network alone, and keeping a network secret does not make it safe.`
    : `Of the pictures made for the standard network, ${carried} also fool the second one, which is built differently; random changes of the same size fool it on ${random}. Between these two networks little carries over; between large ones it often does.`;
}
