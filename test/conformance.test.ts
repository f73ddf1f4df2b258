/** @file The ONNX standard's own node tests: every test of an imported op passes or names its reason. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { nodeTests, runNodeTest } from '../scripts/conformance.ts';
import { hasSharedData } from './support/shared-data.ts';

describe.skipIf(!hasSharedData)('ONNX node tests (skipped: the shared data is not beside the checkout)', () => {
  it('all pass, or are skipped for a stated reason', async () => {
    const device = await openRuntime('cpu');
    const results = [];
    for (const [name, files] of nodeTests()) results.push(await runNodeTest(name, files, device));
    const ran = results.filter((result) => result !== undefined);
    expect(ran.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(ran.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(1260);
    expect(ran.filter(({ outcome, reason }) => outcome === 'skipped' && !reason)).toEqual([]);
  });
});
