/** @file The bridge on networks whose answer is known: linear ones, where every link can be computed, and numbers built by hand. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { usualBatch } from '../src/attack/usual-batch.ts';
import { bridge, highShareOf } from '../src/bridge/bridge.ts';
import type { SeenDose } from '../src/bridge/compare-doses.ts';
import { bootstrap } from '../src/bridge/interval.ts';
import { linearityOf } from '../src/bridge/linearity.ts';
import type { LinkName } from '../src/bridge/link.ts';
import type { DoseReactions, PatternReactions } from '../src/bridge/measure-doses.ts';
import { dosed, ofUnitStrength, strengthOf } from '../src/bridge/pattern.ts';
import { phaseScrambled } from '../src/bridge/phase-scramble.ts';
import { verdictOf } from '../src/bridge/verdict.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';
import { compile } from '../src/runtime/compile.ts';
import { fourierBasis } from '../src/spectrum/fourier-basis.ts';
import { coefficients } from '../src/tensor/fourier.ts';
import { relu } from '../src/tensor/ops/activation.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { unitNamed } from '../src/visualize/unit-named.ts';
import { pseudoRandom } from './random.ts';
import { linearNetwork, smallNetwork } from './support/network.ts';

const random = pseudoRandom(3);
const side = 16;
const shape = { height: side, width: side };
/** Smooth pictures far from black and white. */
const pictures = Array.from({ length: 12 }, () => {
  const [low, across] = [fourierBasis(1, 0, side, side), fourierBasis(0, 1, side, side)];
  const [a, b, c] = [random(), random(), random()];
  return Float32Array.from(
    { length: 3 * side * side },
    (_, i) => 0.4 + 0.2 * c + 0.5 * (a * low[i % 256]! + b * across[i % 256]!),
  );
});
const board = fourierBasis(side / 2, side / 2, side, side);
const weights = Float64Array.from({ length: 768 }, (_, i) => board[i % 256]! * (1 + 0.2 * random()));
const distances = distanceRegistry.filter(({ name }) => ['ssim', 'l2', 'gmsd'].includes(name));

/** Noise without a chequerboard in it. */
function withTexture(picture: Float32Array): Float32Array {
  const noise = Float32Array.from({ length: 768 }, () => 0.5 * (random() - 0.5));
  for (let c = 0; c < 3; c++) {
    const plane = noise.subarray(256 * c, 256 * (c + 1));
    const share = plane.reduce((sum, value, i) => sum + value * board[i]!, 0);
    plane.forEach((value, i) => {
      plane[i] = value - share * board[i]!;
    });
  }
  return picture.map((value, i) => value + noise[i]!);
}

async function linear(bias: number) {
  return loadModel(linearNetwork(weights, bias), { preprocessing: 'none' });
}

describe('a linear unit', () => {
  it('has R² 1, no γ, adds up, and is odd, along every pattern', async () => {
    await using model = await linear(-0.4);
    const found = await bridge(model, pictures, unitNamed(model, '1'), { closely: 4 });
    // Nothing of the unit is left in memory.
    expect([...model.device.programs.keys()].filter((key) => key.startsWith('bridge'))).toEqual([]);
    expect(found.patterns.length).toBeGreaterThan(8);
    for (const { pattern, linearity } of found.patterns) {
      expect(linearity.breaksAt, pattern.name).toBeUndefined();
      for (const { value } of linearity.r2) expect(value, pattern.name).toBeCloseTo(1, 3);
      expect(linearity.oddness, pattern.name).toBeCloseTo(1, 3);
    }
    const [ascent] = found.patterns;
    expect(ascent!.linearity.additivity).toBeCloseTo(1, 3);
    // The unit's response is half of w . x + b, which steepest ascent raises by half of |w| a step.
    const length = Math.hypot(...weights);
    for (const { dose, gamma, raised } of found.localLinearity) {
      expect(gamma.value).toBeLessThan(1e-4);
      expect(raised.value).toBeCloseTo((length * dose * Math.sqrt(768)) / 2, 3);
    }
  });

  it('holds every link where its weights are a chequerboard and its bias is small, if pictures have a texture to hide it', async () => {
    await using model = await linear(-0.4);
    const unit = unitNamed(model, '1');
    const { patterns, cleanResponses } = await bridge(model, pictures, unit, { distances, notice: 12 });
    const [{ links, reactions, pattern }] = patterns as [(typeof patterns)[0]];
    const verdicts = (hidden: string) => [
      ['high frequency', 'held'],
      // 95 % of the pictures are more than a dozen can be sure of.
      ['answers alone', 'open'],
      ['adds up', 'held'],
      ['hidden', hidden],
      ['fools', 'held'],
    ];
    expect(links.map(({ name, is }) => [name, is])).toEqual(verdicts('failed'));
    const textured = await bridge(model, pictures.map(withTexture), unit, { distances, notice: 12 });
    expect(textured.patterns[0]!.links.map(({ name, is }) => [name, is])).toEqual(verdicts('held'));
    // What the dose gains is half of the product of weights and pattern.
    const at = reactions.doses.find(({ dose }) => dose === 8 / 255)!;
    const product = (pattern.of as Float32Array).reduce((sum, value, i) => sum + value * weights[i]!, 0);
    expect(at.gained[0]).toBeCloseTo((product * 8) / 255 / 2, 3);
    expect(cleanResponses.every((response) => response < 0)).toBe(true);
  });

  it('does not fool where the bias is large, and is no high frequency where its weights are smooth', async () => {
    await using far = await linear(-40);
    const { patterns: stubborn } = await bridge(far, pictures, unitNamed(far, '1'));
    expect(is(stubborn[0]!.links, 'fools')).toBe('failed');
    expect(is(stubborn[0]!.links, 'hidden')).toBe('unknown');
    const wave = fourierBasis(1, 2, side, side);
    const smooth = linearNetwork(
      Float64Array.from({ length: 768 }, (_, i) => wave[i % 256]!),
      -3,
    );
    await using low = await loadModel(smooth, { preprocessing: 'none' });
    const { patterns } = await bridge(low, pictures, unitNamed(low, '1'));
    expect(is(patterns[0]!.links, 'high frequency')).toBe('failed');
  });
});

const is = (links: readonly { name: LinkName; is: string }[], name: LinkName) =>
  links.find((link) => link.name === name)!.is;

/** Reactions of ten pictures to doses of both signs, from what a dose gains in a picture, is predicted to, and gains on grey. */
function reactionsOf(gain: (dose: number) => number, grey: (dose: number) => number, slope = 1): PatternReactions {
  const doses = [-2, -1, 1, 2].map((dose): DoseReactions => {
    const many = <T>(value: T) => Array.from({ length: 10 }, () => value);
    const alone = { grey: [grey(dose)], black: [], mean: [] };
    return {
      dose,
      gained: many(gain(dose)),
      predicted: many(slope * dose),
      fooled: many(gain(dose) > 1),
      led: many(false),
      alone,
      aloneGained: alone,
    };
  });
  const places = Array.from({ length: 10 }, (_, i) => i);
  return { pattern: { name: 'by hand', of: new Float32Array(1) }, places, doses };
}

const seen = (inPicture: number, onGrey: number): SeenDose[] => {
  const many = (value: number) => Array.from({ length: 10 }, () => value);
  return [
    {
      distance: 'x',
      inPicture: many(inPicture),
      onGrey: many(onGrey),
      levelInPicture: many(inPicture),
      levelOnGrey: many(onGrey),
    },
  ];
};

describe('a verdict', () => {
  const source = {
    reactions: reactionsOf(
      (dose) => 2 * dose,
      (dose) => 2 * dose,
    ),
    highShares: [0.9],
    cleanResponses: Array.from({ length: 80 }, (_, i) => i / 1000),
    seen: seen(4, 40),
    control: Array.from({ length: 10 }, () => false),
    unitIsClass: true,
    dose: 2,
    notice: 8,
  };
  const all = (changed: Partial<typeof source>) => verdictOf({ ...source, ...changed }).map((link) => link.is);

  it('holds all links where all hold, and falls where one does not', () => {
    expect(all({})).toEqual(['held', 'held', 'held', 'held', 'held']);
    expect(all({ highShares: [0.2] })[0]).toBe('failed');
    expect(all({ cleanResponses: Array.from({ length: 80 }, () => 9) })[1]).toBe('failed');
    // All of a few: no proof of 95 %. Four pictures prove nothing.
    expect(all({ cleanResponses: [0, 0.1, 0.2, 0.3, 0.4, 0.5] })[1]).toBe('open');
    expect(all({ cleanResponses: [9, 9, 9, 9] })[1]).toBe('open');
    const loud = reactionsOf(
      (dose) => 0.2 * dose,
      (dose) => 2 * dose,
    );
    expect(all({ reactions: loud })).toEqual(['held', 'held', 'failed', 'held', 'failed']);
    expect(all({ reactions: reactionsOf(Number, (dose) => -dose) })[2]).toBe('unknown');
    // An attack of each picture's own: much in the picture, next to nothing on grey.
    expect(
      all({
        reactions: reactionsOf(
          (dose) => 13.5 * dose,
          (dose) => 0.9 * dose,
        ),
      })[2],
    ).toBe('failed');
    // Both signs raise the response: what is added is no more than that something is.
    expect(
      all({
        reactions: reactionsOf(
          (dose) => 2 * Math.abs(dose),
          (dose) => 2 * dose,
        ),
      })[2],
    ).toBe('failed');
    expect(all({ control: Array.from({ length: 10 }, () => true) })[4]).toBe('failed');
    expect(all({ seen: seen(20, 40) })[3]).toBe('failed');
    expect(all({ seen: seen(4, 5) })[3]).toBe('failed');
    expect(all({ seen: [] })[3]).toBe('unknown');
    // A norm measures the same whatever lies under the change, so it tells of no hiding.
    expect(all({ seen: seen(9, 9) })[3]).toBe('unknown');
    expect(all({ seen: [...seen(9, 9), ...seen(4, 40), ...seen(9, 9)] })[3]).toBe('held');
  });

  it('is open where the pictures are divided', () => {
    const halves = source.reactions.doses.map((one) => ({ ...one, fooled: one.fooled.map((_, i) => i % 2 === 0) }));
    expect(all({ reactions: { ...source.reactions, doses: halves } })[4]).toBe('open');
  });
});

describe('linearity', () => {
  it('says where the prediction breaks, how much of it adds, and how odd it is', () => {
    // Gains 1 and 4 where the slope says 1 and 2; even gains where the sign does not matter.
    const curved = linearityOf(
      reactionsOf(
        (dose) => Math.sign(dose) * dose * dose,
        (dose) => dose,
      ),
      2,
    );
    expect(curved.r2.map(({ value }) => value)).toEqual([1, 1 - 8 / 34]);
    expect(curved.breaksAt).toBe(2);
    expect(curved.additivity).toBeCloseTo(1 - 4 / 17, 12);
    expect(curved.oddness).toBe(1);
    const even = linearityOf(
      reactionsOf((dose) => dose * dose, Number),
      2,
    );
    expect(even.oddness).toBe(0);
    expect(even.r2[1]!.value).toBeLessThan(0);
  });
});

describe('patterns', () => {
  it('with scrambled phases are real, and keep every magnitude and their mean', async () => {
    const planes = Float32Array.from({ length: 3 * 12 * 10 }, () => random() - 0.3);
    const scrambled = phaseScrambled(planes, 12, 10, 5);
    const specs = { x: { shape: [2, 3, 12, 10], dtype: 'float32' } } as const;
    const program = await compile(({ x }) => ({ spectrum: coefficients(x!) }), specs, {
      device: await openRuntime('cpu'),
    });
    const { spectrum } = await program.run({ x: Float32Array.from([...planes, ...scrambled]) });
    const values = spectrum!.data as Float32Array;
    // Energy of a frequency and its mirror images: squares of the products of cosines and sines that share it.
    const at = (picture: number, c: number, row: number, column: number) =>
      values[((picture * 3 + c) * 12 + row) * 10 + column]!;
    const energy = (picture: number, c: number, ky: number, kx: number) => {
      const rows = ky === 0 || ky === 6 ? [ky] : [ky, 6 + ky];
      const columns = kx === 0 || kx === 5 ? [kx] : [kx, 5 + kx];
      return rows.flatMap((row) => columns.map((column) => at(picture, c, row, column) ** 2)).reduce((a, b) => a + b);
    };
    for (let c = 0; c < 3; c++)
      for (let ky = 0; ky <= 6; ky++)
        for (let kx = 0; kx <= 5; kx++) expect(energy(1, c, ky, kx)).toBeCloseTo(energy(0, c, ky, kx), 5);
    const mean = (x: Float32Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(mean(scrambled)).toBeCloseTo(mean(planes), 6);
    expect(scrambled).not.toEqual(planes);
    expect(phaseScrambled(planes, 12, 10, 6)).not.toEqual(scrambled);
  });

  it('have one strength, stay in range, and know their high share', async () => {
    const values = Float32Array.from({ length: 768 }, () => 4 * random() - 1);
    expect(strengthOf(ofUnitStrength(values, 'rms', 'it'), 'rms')).toBeCloseTo(1, 6);
    expect(strengthOf(ofUnitStrength(values, 'linf', 'it'), 'linf')).toBeCloseTo(1, 6);
    expect(() => ofUnitStrength(new Float32Array(4), 'rms', 'It')).toThrow('It is 0 everywhere');
    expect(Array.from(dosed(Float32Array.of(0.1, 0.9), Float32Array.of(-1, 1), 0.5))).toEqual([0, 1]);
    expect(highShareOf(board, shape)).toBeCloseTo(1, 6);
    expect(highShareOf(fourierBasis(1, 1, side, side), shape)).toBeCloseTo(0, 6);
    expect(highShareOf(new Float32Array(256).fill(0.7), shape)).toBe(0);
    await using model = await linear(-0.4);
    const { patterns } = await bridge(model, pictures.slice(0, 9), unitNamed(model, '1'), { strength: 'linf' });
    for (const { pattern } of patterns)
      for (const one of pattern.of instanceof Float32Array ? [pattern.of] : pattern.of)
        expect(strengthOf(one, 'linf'), pattern.name).toBeCloseTo(1, 5);
  });
});

it.each([
  ['of a layer', 'Conv#1:2', false],
  ['of a class, whose universal perturbation is among them', '2', true],
])('gives the same again, whatever the batch, for units %s', async (_, name, isClass) => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const unit = unitNamed(model, name);
  const run = (batch: number) => bridge(model, pictures.slice(0, 5), unit, { batch, doses: [8 / 255], distances });
  const [a, b] = [await run(4), await run(1)];
  for (const [i, { pattern, reactions }] of a.patterns.entries()) {
    expect(b.patterns[i]!.pattern.name).toBe(pattern.name);
    const [x, y] = [reactions, b.patterns[i]!.reactions].map(({ doses }) => doses.flatMap(({ gained }) => gained));
    for (const [k, value] of x!.entries()) expect(y![k], pattern.name).toBeCloseTo(value, 4);
  }
  expect(a.patterns.some(({ pattern }) => pattern.name === 'universal')).toBe(isClass);
});

it('takes 16 pictures in a run, and as many of a large network as half a gigabyte holds', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  expect(usualBatch(model)).toBe(16);
  const layers = (count: number): Model => ({
    ...model,
    height: 1024,
    width: 1024,
    logits: (x) =>
      reduceSum(
        Array.from({ length: count }, () => 0).reduce((y) => relu(y), x),
        { axes: [1, 2, 3] },
      ),
  });
  // Every value takes 3 x 2^20 numbers of 4 bytes, and as much for its gradient: 24 MB. The picture is one, the layers are others.
  expect([4, 5, 20, 30].map((count) => usualBatch(layers(count)))).toEqual([4, 2, 1, 1]);
});

it('refuses what it cannot measure', async () => {
  await using model = await linear(40);
  const unit = unitNamed(model, '1');
  await expect(bridge(model, pictures, unit)).rejects.toThrow('takes every picture for class 1 already');
  await expect(bridge(model, [], unit)).rejects.toThrow('needs pictures, got none');
  await expect(bridge(model, pictures, unit, { dose: 0.5 })).rejects.toThrow(/one of the doses/);
  await expect(bridge(model, pictures, unit, { doses: [0] })).rejects.toThrow('Doses lie above 0');
  await expect(bridge(model, pictures, unit, { closely: 0 })).rejects.toThrow('at least 1');
});

it('resamples pictures for its intervals', () => {
  const numbers = Array.from({ length: 400 }, () => random());
  const mean = (places: readonly number[]) => places.reduce((sum, i) => sum + numbers[i]!, 0) / places.length;
  const { value, low, high } = bootstrap(numbers.length, mean);
  // The deviation of a mean of 400 uniform numbers is 0.0144.
  expect((high - low) / 2).toBeCloseTo(1.96 * 0.0144, 2);
  expect(low < value && value < high).toBe(true);
  expect(bootstrap(5, () => 3)).toEqual({ value: 3, low: 3, high: 3 });
});
