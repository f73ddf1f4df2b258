/** @file Parts that several sections of the demo's page use. */
import type { AttackResult, Prediction } from '../../src/attack/result.ts';
import { type Bar, bars } from '../../src/report/chart.ts';
import { inlinePicture } from '../../src/report/figure.ts';
import type { Html } from '../../src/report/html.ts';
import type { Findings } from './findings.ts';
import { percent } from './words.ts';

/** Attacked pictures that are shown large. */
export const shownLarge = 3;

/** Pixels of the findings' size as part of the page. */
export function inline({ shape: [channels, height, width] }: Findings, data: Float32Array, alt: string): Promise<Html> {
  return inlinePicture({ data, channels, height, width }, alt);
}

/** What a network answers, as bars: its best answers, the right one in green, a wrong one at the top in red. */
export function answerBars({ top }: Prediction, label: number, count = 2): Html {
  return bars(
    top.slice(0, count).map(
      (ranked, i): Bar => ({
        label: ranked.name,
        share: ranked.probability,
        text: percent(ranked.probability, 1),
        tone: ranked.label === label ? 'third' : i === 0 ? 'first' : 'reference',
      }),
    ),
  );
}

/** How many attacks changed the answer. */
export function fooledCount(results: readonly AttackResult[]): number {
  return results.filter(({ success8 }) => success8).length;
}
