/** @file The demo's page: what was found, for a reader who never heard of it. Every number in it comes from the findings. */
import { html } from '../../src/report/html.ts';
import { page } from '../../src/report/page.ts';
import type { Findings } from './findings.ts';
import { attackSection } from './sections/attack.ts';
import { limitsSection, nextSection } from './sections/closing.ts';
import { drawingsSection } from './sections/drawings.ts';
import { howMuchSection } from './sections/how-much.ts';
import { networksSection } from './sections/networks.ts';
import { rulersSection } from './sections/rulers.ts';
import { transferSection } from './sections/transfer.ts';
import { viewsSection } from './sections/views.ts';
import { walkSection } from './sections/walk.ts';
import { withstandingSection } from './sections/withstanding.ts';

/** A page about the findings, complete in itself. */
export async function tellStory(findings: Findings): Promise<string> {
  return page({
    title: 'The picture stayed the same. The answer did not.',
    lead: 'How a change that you hardly see makes a neural network see something else, what it takes to withstand that, and what networks draw when they are asked for a shape.',
    sections: [
      await networksSection(findings),
      await attackSection(findings),
      await withstandingSection(findings),
      await howMuchSection(findings),
      await rulersSection(findings),
      await viewsSection(findings),
      transferSection(findings),
      await drawingsSection(findings),
      await walkSection(findings),
      limitsSection,
      nextSection,
    ],
    footer: html`Made on your machine by <code>npm run demo</code> of Pareidolia; nothing on this page was loaded from elsewhere. Networks ran on ${findings.device}.`,
  });
}
