/** @file Worth of linear features against sampled adversaries, and both constructions where the answer is known. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { containment, ensembleOf, ledAcross, worthOf } from './linear-feature.ts';
import { dot } from './minimum-norm.ts';

// Direction 0 is useful and varies much; 1 to 20 are each hardly useful and vary little; 21 is of no use at all.
const { normal } = randomStream(5);
const y = Float64Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 1 : -1));
const rows = Array.from(y, (own) =>
  Float64Array.from({ length: 22 }, (_, j) =>
    j === 0 ? own + normal() : 0.01 * ((j < 21 ? 0.15 * own : 0) + normal()),
  ),
);
const unit = (j: number) => Float64Array.from({ length: 22 }, (_, i) => Number(i === j));
const data = { rows, y };

it('usefulness and robustness are those of the definition', () => {
  const { usefulness, robustness, robustUsefulness } = worthOf(unit(0), data, 0.3);
  expect(usefulness).toBeCloseTo(1 / Math.SQRT2, 1);
  expect(robustness).toBeCloseTo(Math.SQRT2, 1);
  const moved = ledAcross(unit(0), data, 0.3);
  const kept = moved.rows.reduce((sum, row, i) => sum + (y[i]! * row[0]!) / rows.length, 0) / robustness;
  expect(robustUsefulness).toBeCloseTo(kept, 10);
});

it('no change of the same length leaves less', () => {
  const a = Float64Array.from({ length: 22 }, normal);
  const { robustUsefulness, robustness } = worthOf(a, data, 0.3);
  const length = Math.sqrt(dot(a, a));
  for (let k = 0; k < 50; k++) {
    const w = Float64Array.from({ length: 22 }, normal);
    const { rows: moved } = ledAcross(w, data, 0.3);
    const left = moved.reduce((sum, row, i) => sum + (y[i]! * dot(a, row)) / moved.length, 0) / (length * robustness);
    expect(left).toBeGreaterThan(robustUsefulness);
  }
});

it('useless brittle features make a useful brittle one together', () => {
  const members = Array.from({ length: 20 }, (_, j) => unit(j + 1));
  for (const member of members) expect(worthOf(member, data, 0).usefulness).toBeLessThan(0.25);
  const { usefulness, robustUsefulness } = worthOf(ensembleOf(members, data), data, 0.1);
  expect(usefulness).toBeGreaterThan(0.45);
  expect(robustUsefulness).toBeLessThan(0);
});

it('a containment is useful and brittle, and points to the old label of pictures that were led across', () => {
  const built = containment(unit(21), unit(0), 0.05);
  const { usefulness, robustUsefulness } = worthOf(built, data, 0.1);
  expect(usefulness).toBeGreaterThan(0.6);
  expect(robustUsefulness).toBeLessThan(0);
  const members = Array.from({ length: 20 }, (_, j) => unit(j + 1));
  const ensemble = ensembleOf(members, data);
  const across = ledAcross(ensemble, data, 0.1);
  expect(worthOf(built, across, 0).usefulness).toBeLessThan(-0.5);
  expect(worthOf(ensemble, across, 0).usefulness).toBeGreaterThan(0.5);
});

it('a direction in which pictures do not vary is worth nothing', () => {
  const flat = { rows: [Float64Array.of(1, 0), Float64Array.of(-1, 0)], y: Float64Array.of(1, -1) };
  const nothing = { usefulness: 0, reach: 0, robustUsefulness: Number.NEGATIVE_INFINITY, robustness: 0 };
  expect(worthOf(Float64Array.of(0, 1), flat, 0.1)).toEqual(nothing);
});

it('how sure the usefulness is cannot be told from a single picture', () => {
  expect(worthOf(unit(0), { rows: rows.slice(0, 1), y: y.slice(0, 1) }, 0.3).reach).toBeNaN();
  expect(worthOf(unit(0), data, 0.3).reach).toBeCloseTo(1.96 * Math.sqrt(0.5 / 4000), 3);
});
