import { describe, expect, it } from 'vitest';
import { logOdds, scoreLoss } from './log-odds.ts';

describe('log odds', () => {
  it('are log(p / (1 - p)) of the softmax, for any shift of the scores', () => {
    const scores = [2, -1, 0.5, 1];
    const total = scores.reduce((sum, z) => sum + Math.exp(z), 0);
    for (const shift of [0, 80, -80])
      for (const k of scores.keys()) {
        const p = Math.exp(scores[k]!) / total;
        expect(
          logOdds(
            Float32Array.from(scores, (z) => z + shift),
            k,
          ),
        ).toBeCloseTo(Math.log(p / (1 - p)), 4);
      }
  });

  it('tell pictures apart whose probability rounds to 1', () => {
    expect(logOdds(Float32Array.of(60, 0), 0)).toBeGreaterThan(logOdds(Float32Array.of(59, 0), 0));
  });

  it('fall as a loss away from the label, and rise towards the target', () => {
    const answer = { scores: Float32Array.of(1, 3), excess: 7 };
    expect(scoreLoss('cross-entropy', answer, { label: 0, target: undefined })).toBeCloseTo(2, 6);
    expect(scoreLoss('cross-entropy', answer, { label: 1, target: 0 })).toBeCloseTo(-2, 6);
    expect(scoreLoss('margin', answer, { label: 0, target: undefined })).toBe(7);
  });
});
