/** @file What is said of the layers that bring lines. */
import { expect, it } from 'vitest';
import { spectrumFindings } from './spectrum-output.ts';

it('names the layer that lines come with, or the two that they come between', () => {
  const lines = { period: 2, layer: 'conv9', index: 8, before: 1.2 };
  const said = (after: string | undefined) =>
    spectrumFindings({ heading: '', summaries: [], notes: [], origins: [{ ...lines, after }] })[0];
  expect(said(undefined)).toBe('Lines of period 2 come with conv9: 8.00 after it, at most 1.20 before.');
  expect(said('conv4')).toContain('come between conv4 (measured without) and conv9');
});
