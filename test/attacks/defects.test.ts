/**
 * @file Eighteen defects that were found in other libraries of attacks (foolbox, torchattacks, cleverhans, robustness, adv-lib, ART,
 * perceptual-advex, AutoAttack, adversarial.js), each with a test that the defective behaviour fails.
 */
import { describe, expect, it } from 'vitest';
import { apgdCe } from '../../src/attack/apgd.ts';
import { apgdSearch } from '../../src/attack/apgd-search.ts';
import { autoattack } from '../../src/attack/autoattack.ts';
import { autoAttackMembers } from '../../src/attack/autoattack-members.ts';
import { brendelBethge } from '../../src/attack/brendel-bethge.ts';
import { carliniWagner } from '../../src/attack/cw.ts';
import { distanceAttack } from '../../src/attack/distance-attack.ts';
import { ead } from '../../src/attack/ead.ts';
import { estimatedGradient } from '../../src/attack/estimated-gradient.ts';
import { fmn } from '../../src/attack/fmn.ts';
import { hopskipjump } from '../../src/attack/hopskipjump.ts';
import { jsma } from '../../src/attack/jsma.ts';
import { methodNamed } from '../../src/attack/methods.ts';
import { searchAwaiting, smallestShare } from '../../src/attack/nearest-fooling.ts';
import { nes } from '../../src/attack/nes.ts';
import { pgd } from '../../src/attack/pgd.ts';
import type { Answer, Procedure } from '../../src/attack/procedure.ts';
import { projectL2 } from '../../src/attack/projection.ts';
import { spsa } from '../../src/attack/spsa.ts';
import { square } from '../../src/attack/square.ts';
import { type Trial, trialOf } from '../../src/attack/trial.ts';
import { universalPerturbation } from '../../src/attack/universal-perturbation.ts';
import { opaqueModel, type Victim } from '../../src/attack/victim.ts';
import { l2 } from '../../src/distance/lp.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, linearNetwork, maskedNetwork, nearestMeanNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

/** Pictures on the 8-bit grid, away from black and white. */
function pictures(count: number, seed = 1): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
  );
}

/** A victim of scores alone that notes every picture it is asked about, and how many pictures each call held. */
function noting(model: Pick<Victim, 'predict' | 'classCount'>, maxBatch = 1) {
  const asked: Float32Array[][] = [];
  const victim = opaqueModel({
    channels: 3,
    height: 16,
    width: 16,
    classCount: model.classCount,
    maxBatch,
    scores: (pixels, count) => {
      asked.push(Array.from({ length: count }, (_, n) => pixels.slice(n * 768, (n + 1) * 768)));
      return model.predict(pixels, count);
    },
  });
  return { victim, asked };
}

/** A linear classifier that answers 0 for the picture, whose border is so far away in l2. */
function linearAt(image: Float32Array, distance: number) {
  const random = pseudoRandom(31);
  const w = Float64Array.from({ length: 768 }, () => Math.fround(random() - 0.5));
  const base = w.reduce((sum, v, i) => sum + v * image[i]!, 0);
  const length = Math.sqrt(w.reduce((sum, v) => sum + v * v, 0));
  return loadModel(linearNetwork(w, -base - distance * length), { preprocessing: 'none' });
}

/** A row of values as a picture on its way, for procedures that are answered by hand. */
function trialAt(x0: Float32Array): Trial {
  const scores = Float32Array.of(1, 0);
  const before = { scores, probabilities: scores, label: 0 };
  const shape = [1, 1, x0.length] as const;
  const start = { x0, label: 0, target: undefined, shape, classCount: 2, mask: undefined, before };
  return trialOf({ ...start, misclassifiedBefore: false, seed: 0 });
}

/** Runs a procedure to its end on a loss of the k-th question, and returns the points that it asked about. */
function visited<R>(procedure: Procedure<R>, loss: (k: number, x: Float32Array) => [number, number]) {
  const points: Float32Array[] = [];
  let next = procedure.next();
  while (!next.done) {
    const answers = next.value.map(({ x }): Answer & { value: number; gradient: Float32Array } => {
      const [value, slope] = loss(points.length, x);
      points.push(x);
      const scores = Float32Array.of(0, value);
      return { scores, excess: value, fools: false, value, gradient: new Float32Array(x.length).fill(slope) };
    });
    next = procedure.next(answers);
  }
  return { points, returned: next.value };
}

/** Auto-PGD of 100 steps in linf from the lower edge, on losses and signs of slopes by the step. */
function apgdOn(epsilon: number, loss: (k: number) => number, sign: (k: number) => number): number[] {
  const trial = trialAt(Float32Array.of(0.5));
  const ascent = { trial, epsilon, of: { loss: 'cross-entropy' }, steps: 100, draws: 1 } as const;
  const start = Float32Array.of(0.5 - epsilon);
  return visited(apgdSearch(ascent, 'linf', start, 0.75), (k) => [loss(k), sign(k)]).points.map((x) => x[0]! - 0.5);
}

/** Where Auto-PGD goes with a step of one size, as long as it never goes back to its best point. */
function withStep(epsilon: number, eta: number, sign: (k: number) => number, steps: number): number[] {
  const clip = (v: number) => Math.min(epsilon, Math.max(-epsilon, v));
  const d = [-epsilon];
  for (let k = 1; k <= steps; k++) {
    const [at, before] = [d[k - 1]!, d[k - 2] ?? d[k - 1]!];
    const z = clip(at + eta * sign(k - 1));
    const share = k === 1 ? 1 : 0.75;
    d.push(clip(at + share * (z - at) + (1 - share) * (at - before)));
  }
  return d;
}

describe('1. FMN projects onto the l2 ball (foolbox divides a norm by itself, so that it never does)', () => {
  it('a long step ends on the ball, and the search at the border', async () => {
    for (const image of pictures(3, 9)) {
      await using linear = await linearAt(image, 0.4);
      const [result] = await fmn(linear, [image], [0], { norm: 'l2', stepSize: 3, finalSearch: false });
      // The first guess of the border is longer by gamma.
      expect(result!.path[1]!.distance).toBeCloseTo(0.4 * 1.05, 3);
      expect(result!.success).toBe(true);
      expect(result!.distances.l2).toBeLessThan(0.4 * 1.1);
    }
  });

  it('to the nearest point', () => {
    const v = Float32Array.of(3, 0, -4);
    expect(Array.from(projectL2(v, 1))).toEqual([0.6, 0, -0.8].map(Math.fround));
  });
});

/** Attacks whose constant c weighs the loss against the distance. */
const weighing = [
  ['cw', carliniWagner],
  ['ead', ead],
] as const;

describe.each(weighing)(
  '2. Failures of %s (foolbox returns a black picture, which usually is misclassified)',
  (_name, run) => {
    it('are the original, and failures', async () => {
      // Black is of another class; the attack is given no time to find anything.
      const random = pseudoRandom(3);
      const w = Float64Array.from({ length: 768 }, () => Math.fround(random() + 0.5));
      await using linear = await loadModel(linearNetwork(w, -10), { preprocessing: 'none' });
      expect((await linear.predictPlain(new Float32Array(768))).label).toBe(0);
      const images = pictures(3, 15);
      const results = await run(linear, images, [1, 1, 1], { rounds: 1, steps: 2, initialConstant: 1e-6 });
      for (const [i, { success, success8, adversarial, adversarial8, distances: far }] of results.entries()) {
        expect([success, success8, far.l2]).toEqual([false, false, 0]);
        expect([adversarial, adversarial8]).toEqual([images[i], images[i]]);
      }
    });
  },
);

describe.each(weighing)(
  '3. When a round of %s is given up (foolbox: when the sum of the batch has settled)',
  (_name, run) => {
    it('is decided by each picture alone', async () => {
      const images = pictures(6, 16);
      const options = { rounds: 2, steps: 300, initialConstant: 10, finalSearch: false };
      const together = await run(small, images, undefined, options);
      for (const i of [0, 3]) {
        const [alone] = await run(small, [images[i]!], undefined, options);
        expect(alone!.path).toEqual(together[i]!.path);
      }
      const passes = together.map(({ backwards }) => backwards);
      expect(Math.max(...passes)).toBeLessThan(600);
      expect(new Set(passes).size).toBeGreaterThan(2);
    });
  },
);

describe("4. HopSkipJump's steps (foolbox divides by the norm of the whole batch, and shortens a jump without end)", () => {
  const options = { iterations: 4, initialEvaluations: 40, finalSearch: false };

  it('are as long for a picture among others as for it alone', async () => {
    const images = pictures(8, 22);
    const together = await hopskipjump(small, images, undefined, options);
    for (const i of [0, 6]) {
      const [alone] = await hopskipjump(small, [images[i]!], undefined, options);
      expect(alone!.path).toEqual(together[i]!.path);
      expect(alone!.success).toBe(true);
    }
  });

  it('end, also where nothing fools any more', async () => {
    const [image] = pictures(1, 23);
    let asked = 0;
    const fickle = opaqueModel({
      channels: 3,
      height: 16,
      width: 16,
      classCount: 2,
      // Whatever is asked first is adversarial, and then nothing is.
      scores: (pixels) => (asked++ < 60 && pixels.some((value, i) => value !== image![i]) ? [0, 1] : [1, 0]),
    });
    const [result] = await hopskipjump(fickle, [image!], [0], options);
    expect(result!.success).toBe(false);
    expect(asked).toBeGreaterThan(100);
    expect(asked).toBeLessThan(1000);
  });
});

describe("5. Brendel and Bethge's radius (foolbox multiplies it by the number of pictures)", () => {
  it('belongs to a picture', async () => {
    const images = pictures(6, 26);
    const options = { norm: 'l2', steps: 15, finalSearch: false } as const;
    const together = await brendelBethge(small, images, undefined, options);
    for (const i of [0, 4]) {
      const [alone] = await brendelBethge(small, [images[i]!], undefined, options);
      expect(alone!.path).toEqual(together[i]!.path);
      expect(alone!.success).toBe(true);
    }
  });
});

describe('6. Weights of estimated gradients (foolbox sums loss differences over the batch, and is off by 4)', () => {
  it('an estimate along one direction is the derivative itself', () => {
    const estimation = { pairs: 1, radius: 0.01, directions: 'signs', loss: 'margin' } as const;
    const trial = trialAt(Float32Array.of(0.5));
    const { returned } = visited(estimatedGradient(trial.x0, trial, estimation, [0]), (_, x) => [3 * x[0]!, 0]);
    expect(returned[0]).toBeCloseTo(3, 3);
  });

  it('a picture beside which the loss is a thousand times as steep changes nothing', async () => {
    const [calm, wild] = pictures(2, 7) as [Float32Array, Float32Array];
    wild[0] = 1;
    const steep = opaqueModel({
      channels: 3,
      height: 16,
      width: 16,
      classCount: 5,
      maxBatch: 16,
      scores: async (pixels, count) => {
        const scores = await small.predict(pixels, count);
        return scores.map((z, i) => (pixels[Math.floor(i / 5) * 768]! > 0.9 ? 1000 * z : z));
      },
    });
    for (const run of [nes, spsa]) {
      const options = { epsilon: 2 / 255, ...(run === nes ? { queries: 300 } : { steps: 5, samples: 20 }) };
      const [alone] = await run(steep, [calm], undefined, options);
      const [beside] = await run(steep, [calm, wild], undefined, options);
      expect(beside!.path).toEqual(alone!.path);
      expect(alone!.path.length).toBeGreaterThan(4);
    }
  });
});

describe.each(weighing)(
  '7. Negative scores and %s (torchattacks takes the best other score as 0 at least)',
  (_name, run) => {
    it('are scores like others', async () => {
      await using low = await loadModel(smallNetwork(1, -20), { preprocessing: 'none' });
      const images = pictures(2, 17);
      const options = { rounds: 2, steps: 100, initialConstant: 10 };
      const [usual, lower] = [await run(small, images, undefined, options), await run(low, images, undefined, options)];
      for (const [i, { success, distances: far }] of lower.entries()) {
        expect(success).toBe(true);
        expect(Math.abs(far.l2 / usual[i]!.distances.l2 - 1)).toBeLessThan(0.02);
      }
    });
  },
);

describe('8. The inverse of tanh at black and white (torchattacks: infinite, so that these values never move)', () => {
  it('is finite: a picture of black and white is changed all over', async () => {
    const random = pseudoRandom(8);
    const image = Float32Array.from({ length: 768 }, () => Number(random() > 0.5));
    const options = { rounds: 2, steps: 300, initialConstant: 10, rate: 0.05, finalSearch: false };
    const [result] = await carliniWagner(small, [image], undefined, options);
    expect(result!.success).toBe(true);
    expect(result!.distances.l0).toBeGreaterThan(500);
    expect(result!.path.every(({ excess, distance }) => Number.isFinite(excess) && Number.isFinite(distance))).toBe(
      true,
    );
  });
});

describe('9. Momentum, diversity, smoothing (torchattacks divides 0 by 0, takes three channels for granted, keeps no momentum)', () => {
  const epsilon = 16 / 255;

  /** Scores 0 and relu(w . (x - x0) - gap), of pictures [N, C, 8, 8]. */
  async function gatedAt(x0: Float32Array, channels: number, gap: number) {
    const random = pseudoRandom(33);
    const w = x0.map(() => random() - 0.5);
    const b = -w.reduce((sum, v, i) => sum + v * x0[i]!, 0) - gap;
    const graph = new GraphBuilder();
    const floats = (values: ArrayLike<number>, shape: readonly number[]) =>
      graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
    graph.input('picture', 'float32', ['N', channels, 8, 8]);
    const [flat] = graph.node('Flatten', ['picture']);
    const columns = Float64Array.from({ length: 2 * w.length }, (_, at) => (at % 2 === 0 ? 0 : w[Math.floor(at / 2)]!));
    const [linear] = graph.node('Gemm', [flat!, floats(columns, [w.length, 2]), floats([0, b], [2])]);
    graph.node('Relu', [linear!], {}, ['scores']);
    graph.output('scores', 'float32', ['N', 2]);
    return loadModel(graph.encode(18), { preprocessing: 'none' });
  }
  const small8 = (channels: number, seed: number) => {
    const random = pseudoRandom(seed);
    return Float32Array.from({ length: channels * 64 }, () => Math.round(60 + 135 * random()) / 255);
  };

  it('a gradient of 0 does not stop what comes after it', async () => {
    const x0 = small8(3, 5);
    // No slope at the picture itself, but at half of its neighbours.
    await using gated = await gatedAt(x0, 3, 1e-3);
    const [result] = await methodNamed('vmi-fgsm').run(gated, [x0], [0], { epsilon });
    expect(result!.notes.join()).toMatch(/exactly zero/);
    expect(result!.success8).toBe(true);
  });

  it('pictures may be grey', async () => {
    const x0 = small8(1, 6);
    for (const name of ['mi-fgsm', 'di-fgsm', 'ti-fgsm']) {
      // On the open side of the gate, where the other class is in sight.
      await using gated = await gatedAt(x0, 1, -0.1);
      const [result] = await methodNamed(name).run(gated, [x0], [1], {
        epsilon,
        ...(name === 'ti-fgsm' ? { kernel: 3 } : {}),
      });
      expect(result!.misclassifiedBefore).toBe(false);
      expect(result!.path.at(-1)!.distance).toBeGreaterThan(0);
    }
  });

  it('every picture is resized by its own draws', async () => {
    const images = pictures(4, 24);
    const options = { epsilon: 6 / 255, diversity: 1 };
    const together = await methodNamed('di-fgsm').run(small, images, undefined, options);
    for (const i of [0, 3]) {
      const [alone] = await methodNamed('di-fgsm').run(small, [images[i]!], undefined, options);
      expect(alone!.path).toEqual(together[i]!.path);
    }
  });

  it.each(['mi-fgsm', 'di-fgsm', 'ti-fgsm'])('%s keeps its momentum unless told otherwise', async (name) => {
    const run = async (options: object) => {
      const [result] = await methodNamed(name).run(small, pictures(1, 25), undefined, { epsilon, ...options });
      return result!.adversarial;
    };
    expect(await run({})).toEqual(await run({ momentum: 1 }));
    expect(await run({})).not.toEqual(await run({ momentum: 0 }));
  });
});

describe('10. SPSA around the changed picture (cleverhans adds the picture twice)', () => {
  it('asks about pairs on either side of the picture as it is by now', async () => {
    const { victim, asked } = noting(small);
    const x0 = new Float32Array(768).fill(102 / 255);
    const [epsilon, radius] = [3 / 255, 0.01];
    await spsa(victim, [x0], undefined, { epsilon, radius, steps: 6, samples: 4, exhaust: true });
    // One question for the plain answer; then four for each gradient and one for the changed picture.
    let at: Float32Array = x0;
    for (let step = 0; step < 6; step++) {
      const group = asked.slice(1 + 5 * step, 6 + 5 * step).map(([x]) => x!);
      for (const i of [0, 100, 767]) {
        expect((group[0]![i]! + group[1]![i]!) / 2).toBeCloseTo(at[i]!, 5);
        expect((group[2]![i]! + group[3]![i]!) / 2).toBeCloseTo(at[i]!, 5);
        expect(Math.abs(group[0]![i]! - at[i]!)).toBeCloseTo(radius, 5);
      }
      at = group[4]!;
    }
    expect(at).not.toEqual(x0);
  });
});

describe('11. Restarts (robustness keeps the last, not the best)', () => {
  it('the best of all starts is kept', async () => {
    // Random starts and nothing else: each has its own excess.
    const [image] = pictures(1, 26);
    const options = { epsilon: 40 / 255, queries: 1, restarts: 12, exhaust: true } as const;
    const [result] = await square(small, [image!], undefined, options);
    const excesses = result!.path.map(({ excess }) => excess);
    const fooling = excesses.filter((excess) => excess > 0);
    expect(fooling.indexOf(Math.max(...fooling))).not.toBe(0);
    expect(fooling.indexOf(Math.max(...fooling))).toBeLessThan(fooling.length - 1);
    expect(result!.success8).toBe(true);
    expect(await excessOf(result!)).toBeCloseTo(Math.max(...excesses), 4);
  });

  it('a success is never lost by more of them', async () => {
    const images = pictures(6, 5);
    // Steps so small that the random starts decide.
    const of = async (restarts: number) =>
      (await pgd(small, images, undefined, { epsilon: 16 / 255, steps: 1, stepSize: 1e-5, restarts })).map(
        ({ success8 }) => success8,
      );
    const counts: number[] = [];
    let before = images.map(() => false);
    for (const restarts of [1, 2, 4, 8]) {
      const now = await of(restarts);
      expect(before.every((was, i) => !was || now[i]!)).toBe(true);
      counts.push(now.filter(Boolean).length);
      before = now;
    }
    expect(counts[0]).toBeLessThan(images.length);
    expect(counts[3]).toBeGreaterThan(counts[0]!);
  });

  it('they lead to the target', async () => {
    const images = pictures(3, 2);
    const labels: number[] = [];
    for (const image of images) labels.push((await small.predictPlain(image)).label);
    const target = labels.map((label) => (label + 2) % 5);
    for (const run of [pgd, apgdCe]) {
      const results = await run(small, images, labels, { epsilon: 60 / 255, target, restarts: 3 });
      expect(results.map(({ after8 }) => after8.label)).toEqual(target);
    }
  });

  /** How far the best other class leads the label on an outcome's picture. */
  async function excessOf({ adversarial, label }: { adversarial: Float32Array; label: number }): Promise<number> {
    const scores = await small.predict(adversarial, 1);
    return Math.max(...scores.filter((_, k) => k !== label)) - scores[label]!;
  }
});

describe('12. Checkpoints of Auto-PGD (adv-lib compares the best loss with itself)', () => {
  const epsilon = 0.2;
  const random = pseudoRandom(3);
  const signs = Array.from({ length: 101 }, () => (random() < 0.5 ? -1 : 1));
  const sign = (k: number) => signs[k]!;

  it('the step stays as long as the loss rises', () => {
    const points = apgdOn(epsilon, (k) => k, sign);
    const expected = withStep(epsilon, 2 * epsilon, sign, 100);
    for (const [k, x] of points.entries()) expect(x).toBeCloseTo(expected[k]!, 5);
  });

  it('a best loss that is the start itself does not halve the first step, which counts as just halved', () => {
    // A fall at first, then rises that never come back to the start's loss.
    const points = apgdOn(epsilon, (k) => (k === 0 ? 100 : k), sign);
    const expected = withStep(epsilon, 2 * epsilon, sign, 30);
    for (const [k, x] of expected.entries()) expect(points[k]).toBeCloseTo(x, 5);
  });
});

describe("13. FMN's projection (adv-lib's l2 one goes onto the sphere, and clamps)", () => {
  it('leaves alone what lies within the ball', async () => {
    expect(Array.from(projectL2(Float32Array.of(0.3, -1.2), 5))).toEqual([0.3, -1.2].map(Math.fround));
    const [image] = pictures(1, 9);
    await using linear = await linearAt(image!, 2);
    const [result] = await fmn(linear, [image!], [0], { norm: 'l2', stepSize: 1e-4, steps: 4, gamma: 0.2 });
    const [, , short, next] = result!.path.map(({ distance }) => distance);
    // The first step fools, and the ball shrinks past the border at 2. There it grows again, but a step of nearly nothing stays where it is.
    expect(short).toBeLessThan(1.99);
    expect(next).toBeCloseTo(short!, 3);
  });
});

describe('14. AutoAttack (ART has other members, and goes on without one that fails)', () => {
  it('is APGD-CE, APGD-T of nine classes, FAB-T of nine classes and Square', () => {
    const members = autoAttackMembers('standard', 'linf', { steps: 100, queries: 5000 });
    expect(members.map(({ name, targets }) => [name, targets])).toEqual([
      ['apgd-ce', undefined],
      ['apgd-t', 9],
      ['fab-t', 9],
      ['square', undefined],
    ]);
  });

  it('fails where a member cannot run', async () => {
    const { victim } = noting(small);
    await expect(autoattack(victim, pictures(1), undefined, { epsilon: 0.01 })).rejects.toThrow(/no gradients/);
  });
});

describe("15. Defaults (ART's UAP has a budget of 10, its C&W 10 steps, its PGD starts at the picture, its APGD with a step of .1)", () => {
  it('PGD starts at random', async () => {
    const [result] = await pgd(small, pictures(1), undefined, { epsilon: 1 / 255 });
    expect(result!.path[0]!.distance).toBeGreaterThan(0.9 / 255);
  });

  it.each([0.001, 0.05, 0.4])("Auto-PGD's first step crosses a ball of %d", (epsilon) => {
    expect(
      apgdOn(
        epsilon,
        (k) => k,
        () => 1,
      )[1],
    ).toBeCloseTo(epsilon, 6);
    const trial = trialAt(new Float32Array(100).fill(0.5));
    const start = new Float32Array(100).fill(0.5 - epsilon / 10);
    const ascent = { trial, epsilon, of: { loss: 'cross-entropy' }, steps: 2, draws: 1 } as const;
    const { points } = visited(apgdSearch(ascent, 'l2', start, 0.75), (k) => [k, 1]);
    for (const value of points[1]!) expect(value).toBeCloseTo(0.5 + epsilon / 10, 6);
  });
});

describe("15. Defaults (ART's C&W takes 10 steps)", () => {
  it("Carlini and Wagner's rounds have ten thousand, in as many tenths of which they may be given up", async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const [result] = await carliniWagner(constant, pictures(1), undefined, { rounds: 1 });
    expect(result!.backwards).toBeGreaterThan(1000);
  });
});

describe("15. Defaults (the budget of ART's universal perturbation is 10 for pixels from 0 to 1)", () => {
  it('such a budget is refused, with what was meant', async () => {
    const crafting = universalPerturbation(small, pictures(2), undefined, { epsilon: 10 });
    await expect(crafting).rejects.toThrow('Did you mean 10/255?');
  });
});

describe('16. Bisection to a bound (perceptual-advex returns the last point tried, which may violate it)', () => {
  it('the end of a bisection is a point that was found good', async () => {
    const random = pseudoRandom(6);
    let badEnds = 0;
    for (let i = 0; i < 50; i++) {
      let last = true;
      const border = random();
      const share = await searchAwaiting(smallestShare(), async (tried) => {
        last = tried >= border;
        return last;
      });
      expect(share).toBeGreaterThanOrEqual(border);
      expect(share - border).toBeLessThanOrEqual(2 ** -12 + 1e-7);
      badEnds += Number(!last);
    }
    // So that the last one tried was another now and then.
    expect(badEnds).toBeGreaterThan(10);
  });

  it('an attack within a budget ends within it, in float and in 8 bits', async () => {
    const images = pictures(2, 8);
    const smallest = await distanceAttack(small, images, undefined, { distance: l2, steps: 60 });
    for (const factor of [1.01, 1.5]) {
      for (const [i, image] of images.entries()) {
        const budget = factor * smallest[i]!.measured!.l2!;
        const [result] = await distanceAttack(small, [image], undefined, { distance: l2, budget, steps: 60 });
        for (const measured of [result!.measured, result!.measured8])
          if (measured !== undefined) expect(measured.l2).toBeLessThanOrEqual(budget * (1 + 1e-5));
        expect(result!.success).toBe(true);
      }
    }
  }, 60_000);
});

describe("17. AutoAttack's own (one window of Square for the batch, the loss before the first, a clock for a seed, printed flags)", () => {
  it('Square draws windows for each picture', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const images = pictures(2, 11);
    const windowsOf = async (chosen: readonly Float32Array[]) => {
      const { victim, asked } = noting(constant, 2);
      await square(victim, chosen, undefined, { epsilon: 8 / 255, queries: 30, p: 0.05 });
      return asked.slice(chosen.length).map((xs) => xs.map(placesChanged));
    };
    // What a query changes of the start: nothing was kept, since the scores never rise.
    let starts: Float32Array[] = [];
    const placesChanged = (x: Float32Array, i: number) => {
      if (starts[i] === undefined) starts[i] = x;
      return Array.from(x.keys())
        .filter((at) => x[at] !== starts[i]![at])
        .map((at) => at % 256)
        .filter((at, n, all) => all.indexOf(at) === n)
        .sort((a, b) => a - b)
        .join();
    };
    const both = await windowsOf(images);
    starts = [];
    const alone = await windowsOf([images[1]!]);
    expect(alone.map(([window]) => window)).toEqual(both.map(([, window]) => window));
    expect(both.slice(1).filter(([a, b]) => a === b).length).toBeLessThan(10);
  });

  it('a fall from the start to the first point of Auto-PGD is no rise', () => {
    // Sixteen rises among twenty-two; seventeen would keep the step.
    const epsilon = 0.2;
    const sign = (k: number) => (k % 2 === 0 ? 1 : -1);
    const loss = (k: number) => (k === 0 ? 5 : k <= 17 ? 0.1 * k : 1 - 0.1 * k);
    const points = apgdOn(epsilon, loss, sign);
    const kept = withStep(epsilon, 2 * epsilon, sign, 24);
    for (let k = 0; k <= 22; k++) expect(points[k]).toBeCloseTo(kept[k]!, 5);
    // Back at the best, the start, with half the step: from the lower edge to the middle, and a quarter of the last change.
    expect(points[23]).not.toBeCloseTo(kept[23]!, 3);
    expect(points[23]).toBeCloseTo(-epsilon + 0.75 * epsilon + 0.25 * (-epsilon - points[21]!), 5);
  });

  it('is the same again without a seed, and its flags are data', async () => {
    const images = pictures(3, 13);
    const run = () => autoattack(small, images, undefined, { epsilon: 4 / 255, steps: 5, queries: 50 });
    expect(await run()).toEqual(await run());
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    const image = new Float32Array(768).fill(125 / 255);
    const [result] = await autoattack(masked, [image], [0], { epsilon: 16 / 255, steps: 2 });
    expect(result!.notes.filter((note) => note.includes('gradients may be masked')).length).toBe(1);
  });
});

describe('18. Carlini and Wagner in adversarial.js (its constants are ignored, the last point is returned, tanh is inverted at 1)', () => {
  it('the nearest point is returned, not the last', async () => {
    const images = pictures(2, 19);
    const options = { rounds: 3, steps: 100, initialConstant: 10, finalSearch: false };
    let isLast = 0;
    for (const result of await carliniWagner(small, images, undefined, options)) {
      const fooling = result.path.filter(({ excess }) => excess > 0).map(({ distance }) => distance);
      // Rounded pictures come at the end of the path.
      expect(result.distances.l2).toBeLessThanOrEqual(Math.min(...fooling) * (1 + 1e-6));
      isLast += Number(result.path.findLast(({ excess }) => excess > 0)!.distance === result.distances.l2);
    }
    expect(isLast).toBe(0);
  });

  it('the learning rate and the constant count', async () => {
    const [image] = pictures(1, 20);
    const run = async (options: object) => {
      const [result] = await carliniWagner(small, [image!], undefined, { rounds: 1, steps: 20, ...options });
      return result!.path.map(({ distance }) => distance);
    };
    const [slow, fast] = [
      await run({ rate: 0.001, initialConstant: 1 }),
      await run({ rate: 0.01, initialConstant: 1 }),
    ];
    expect(fast[1]! / slow[1]!).toBeCloseTo(10, 0);
    const [weak, strong] = [await run({ initialConstant: 1e-4 }), await run({ initialConstant: 100 })];
    expect(strong[15]!).toBeGreaterThan(2 * weak[15]!);
  });
});

describe('18. Saliency maps in adversarial.js (ten classes taken for granted, a map of all pairs of values)', () => {
  it('lead to the thirteenth of fourteen classes, and to one of three', async () => {
    for (const [classes, target] of [
      [14, 12],
      [3, 2],
    ] as const) {
      const random = pseudoRandom(classes);
      const means = Array.from({ length: classes }, () =>
        Float64Array.from({ length: 768 }, () => 0.4 + 0.2 * random()),
      );
      await using nearest = await loadModel(nearestMeanNetwork(means), { preprocessing: 'none' });
      const x = Float32Array.from(means[1]!, (v, i) => Math.round(255 * (v + 0.3 * (means[target]![i]! - v))) / 255);
      const [result] = await jsma(nearest, [x], [1], { epsilon: 200, target });
      expect([result!.success8, result!.after8.label]).toEqual([true, target]);
    }
  });

  it('hold no map of all pairs: a picture of fifty thousand values is changed in four', async () => {
    const [channels, side] = [3, 128];
    const size = channels * side * side;
    // Five values count for much more than the others; four of them suffice.
    const w = new Float64Array(2 * size).fill(0);
    for (let i = 0; i < size; i++) w[2 * i + 1] = i % 10_000 === 7 ? 5 : 0.001;
    const graph = new GraphBuilder();
    const floats = (values: ArrayLike<number>, shape: readonly number[]) =>
      graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
    graph.input('picture', 'float32', ['N', channels, side, side]);
    const [flat] = graph.node('Flatten', ['picture']);
    const base = (5 * 5 + 0.001 * (size - 5)) * 0.5;
    graph.node('Gemm', [flat!, floats(w, [size, 2]), floats([0, -base - 9], [2])], {}, ['scores']);
    graph.output('scores', 'float32', ['N', 2]);
    await using large = await loadModel(graph.encode(18), { preprocessing: 'none' });
    const x0 = new Float32Array(size).fill(0.5);
    const [result] = await jsma(large, [x0], [0], { epsilon: 4 });
    expect([result!.success, result!.distances.l0]).toEqual([true, 4]);
    for (const [i, value] of result!.adversarial.entries()) if (value !== 0.5) expect(i % 10_000).toBe(7);
  });
});
