/** @file What is said of the layers that bring lines. */
import { expect, it } from 'vitest';
import type { LineOrigin } from '../spectrum/gradient-spectrum.ts';
import { spectrumFindings } from './spectrum-output.ts';

it('names the layer that lines come with, or the two that they come between', () => {
  const lines = { period: 2, layer: 'conv9', index: 8, before: 1.2 };
  const said = (after: string | undefined) =>
    spectrumFindings({ heading: '', summaries: [], notes: [], origins: [{ ...lines, after }] })[0];
  expect(said(undefined)).toBe('Lines of period 2 come with conv9: 8.00 after it, at most 1.20 before.');
  expect(said('conv4')).toContain('come between conv4 (measured without) and conv9');
});

it('tells of a twin of random weights what brings its lines', () => {
  const lines = { period: 2, layer: 'conv1', index: 20, before: 1, after: undefined };
  const said = (origins: readonly LineOrigin[]) =>
    spectrumFindings({ heading: '', summaries: [], notes: [], origins: [], twin: { layers: [], origins } });
  expect(said([lines])).toEqual([
    'No layer brings lines into its gradient: no index of 2 that is twice that of the layers before.',
    'With random weights: lines of period 2 come with conv1: 20.0 after it, at most 1.00 before.',
  ]);
  expect(said([])[1]).toMatch(/^With random weights: no layer brings lines/);
});
