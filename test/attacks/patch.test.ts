/** @file Adversarial patches: where they lie, what their gradient is, how often they fool, and what they are held against. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { adversarialPatch, type PatchOptions } from '../../src/attack/adversarial-patch.ts';
import { composed, drawPlacement, patchMask, thetaOf } from '../../src/attack/patch-placement.ts';
import { pastePatch, patchRgba } from '../../src/attack/patch-rates.ts';
import { nonPrintability, usualColours } from '../../src/attack/printability.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { randomStream } from '../../src/random/random-stream.ts';
import { grad } from '../../src/tensor/grad.ts';
import { hostTensor } from '../../src/tensor/host.ts';
import { mul } from '../../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../../src/tensor/ops/reduce.ts';
import { input } from '../../src/tensor/tensor.ts';
import { brightnessAndContrast } from '../../src/transform/brightness-and-contrast.ts';
import { pseudoRandom } from '../random.ts';
import { interpret } from '../reference/interpret.ts';

const device = await openRuntime('cpu');
const model = await loadModel('zoo:shapes-standard', { device });
async function pictures(split: 'train' | 'test', count: number) {
  const set = shapes({ split });
  const images: Float32Array[] = [];
  for (let i = 0; i < count; i++) images.push((await set.image(i)).data);
  return { images, labels: images.map((_, i) => set.label(i)) };
}
const crafting = await pictures('train', 24);
const heldOut = await pictures('test', 12);
const train = (options: PatchOptions) =>
  adversarialPatch(model, crafting.images, crafting.labels, { draws: 2, ...options });

describe('a patch in a picture', () => {
  const [height, width, side] = [12, 15, 7];
  const random = pseudoRandom(4);
  const noise = (count: number) => Float64Array.from({ length: count }, () => random());
  const placement = { angle: 25, scale: 0.6, right: 0.12, down: -0.08 };
  const tensors = {
    x: input('x', [1, 2, height, width]),
    patch: input('patch', [1, 2, side, side]),
    mask: input('mask', [1, 1, side, side]),
    theta: input('theta', [1, 2, 3]),
  };
  const feeds = {
    x: hostTensor(noise(2 * height * width), [1, 2, height, width]),
    patch: hostTensor(noise(2 * side * side), [1, 2, side, side]),
    mask: hostTensor(patchMask('circle', side), [1, 1, side, side]),
    theta: hostTensor(thetaOf(placement, [height, width], side), [1, 2, 3]),
  };
  const y = composed(tensors.x, tensors.patch, tensors.mask, tensors.theta);

  it('is what bilinear sampling by plain loops gives: turned, scaled by the shorter side, moved from the middle', () => {
    const [value] = interpret([y], feeds);
    const radians = (25 * Math.PI) / 180;
    const step = side / (0.6 * height);
    const sampled = (of: (row: number, column: number) => number, v: number, u: number) => {
      let sum = 0;
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++)
          sum += Math.max(0, 1 - Math.abs(v - row)) * Math.max(0, 1 - Math.abs(u - column)) * of(row, column);
      return sum;
    };
    const maskAt = (row: number, column: number) => feeds.mask.data[row * side + column]!;
    value!.data.forEach((found, i) => {
      const [c, row, column] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      const [down, right] = [row + 0.5 - height / 2 + 0.08 * height, column + 0.5 - width / 2 - 0.12 * width];
      const v = step * (right * Math.sin(radians) + down * Math.cos(radians)) + side / 2 - 0.5;
      const u = step * (right * Math.cos(radians) - down * Math.sin(radians)) + side / 2 - 0.5;
      const patchAt = (a: number, b: number) => feeds.patch.data[(c * side + a) * side + b]! * maskAt(a, b);
      expect(found).toBeCloseTo(feeds.x.data[i]! * (1 - sampled(maskAt, v, u)) + sampled(patchAt, v, u), 6);
    });
  });

  it('has the gradient of central differences', () => {
    const dy = hostTensor(noise(2 * height * width), [1, 2, height, width]);
    const sum = reduceSum(mul(y, input('dy', dy.shape)));
    const [gradient] = interpret([grad(sum, [tensors.patch])[0]!], { ...feeds, dy });
    const along = (at: number, step: number) => {
      const patch = { ...feeds.patch, data: feeds.patch.data.with(at, feeds.patch.data[at]! + step) };
      return interpret([sum], { ...feeds, patch, dy })[0]!.data[0]!;
    };
    for (let at = 0; at < 2 * side * side; at += 5)
      expect(gradient!.data[at]).toBeCloseTo((along(at, 1e-3) - along(at, -1e-3)) / 2e-3, 6);
  });

  it('has its own pixels where these are the size of the picture, and nothing else is touched', async () => {
    const picture = { data: Float32Array.from(noise(192)), channels: 3, height: 8, width: 8 };
    const patch = { data: Float32Array.from(noise(48)), channels: 3, height: 4, width: 4 };
    const place = { angle: 0, scale: 0.5, right: 0.25, down: -0.25 };
    const { data } = await pastePatch(picture, patch, patchMask('square', 4), place);
    data.forEach((value, i) => {
      const [c, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
      const inside = row < 4 && column >= 4;
      const expected = inside ? patch.data[(c * 4 + row) * 4 + column - 4]! : picture.data[i]!;
      expect(value).toBeCloseTo(expected, 5);
    });
  });

  it.each(['circle', 'square'] as const)(
    'a %s lies inside the picture at every draw, and goes everywhere in it',
    (shape) => {
      const stream = randomStream(6);
      const seen = { right: new Set<number>(), down: new Set<number>() };
      for (let i = 0; i < 300; i++) {
        const drawn = drawPlacement({ angle: [-45, 45], scale: [0.2, 0.5] }, shape, [20, 40], stream);
        const half = (drawn.scale * 20) / 2;
        const turn = (drawn.angle * Math.PI) / 180;
        const reach = shape === 'circle' ? half : half * (Math.abs(Math.cos(turn)) + Math.abs(Math.sin(turn)));
        expect(Math.abs(drawn.right) * 40 + reach).toBeLessThanOrEqual(20 + 1e-9);
        expect(Math.abs(drawn.down) * 20 + reach).toBeLessThanOrEqual(10 + 1e-9);
        seen.right.add(Math.round(drawn.right * 10));
        seen.down.add(Math.round(drawn.down * 10));
      }
      expect(seen.right.size).toBeGreaterThanOrEqual(7);
      expect(seen.down.size).toBeGreaterThanOrEqual(5);
    },
  );

  it('has the outline that was asked for, and its bytes say so', () => {
    const circle = patchMask('circle', 20);
    expect([circle[0], circle[10 * 20 + 10]]).toEqual([0, 1]);
    expect(circle[10 * 20]).toBeGreaterThan(0.9);
    expect(circle.reduce((sum, value) => sum + value, 0) / 400).toBeCloseTo(Math.PI / 4, 1);
    const rgba = patchRgba(
      { data: Float32Array.of(1, 0, 0.5, 1, 0, 0.2), channels: 3, height: 1, width: 2 },
      Float32Array.of(1, 0.5),
    );
    expect(Array.from(rgba)).toEqual([255, 128, 0, 255, 0, 255, 51, 128]);
  });
});

describe('printability', () => {
  const colours = [
    [0.2, 0.2, 0.2],
    [0.9, 0.1, 0.4],
  ] as const;
  const patch = input('patch', [1, 3, 1, 2]);

  it('is the mean distance to the nearest colour, and pulls towards it', () => {
    // One pixel a little beside the second colour, one a little beside the first.
    const feeds = { patch: hostTensor([0.9, 0.2, 0.4, 0.2, 0.4, 0.5], [1, 3, 1, 2]) };
    const score = nonPrintability(patch, colours);
    const [value, slope] = interpret([score, grad(score, [patch])[0]!], feeds);
    expect(value!.data[0]).toBeCloseTo((0.3 + 0.3) / 2, 6);
    const expected = [0, 0, 0.5, 0, 0, 0.5];
    slope!.data.forEach((found, i) => {
      expect(found).toBeCloseTo(expected[i]!, 5);
    });
  });

  it('is next to nothing for printable colours, where its slope is finite', () => {
    const [first, second] = [usualColours[3]!, usualColours[20]!];
    const feeds = {
      patch: hostTensor(
        [0, 1, 2].flatMap((c) => [first[c]!, second[c]!]),
        [1, 3, 1, 2],
      ),
    };
    const score = nonPrintability(patch, usualColours);
    const [value, slope] = interpret([score, grad(score, [patch])[0]!], feeds);
    expect(value!.data[0]).toBeLessThan(2e-4);
    expect(slope!.data.every((s) => Math.abs(s) < 1e-2)).toBe(true);
  });
});

describe('a trained patch', () => {
  it('leads pictures that it has not seen to its target, far more often than a grey one', async () => {
    const {
      crafting: own,
      heldOut: others,
      patch8,
      mask,
      path,
      notes,
    } = await train({ target: 3, steps: 60, heldOut });
    expect(own.map(({ scale }) => scale)).toEqual([0.3, 0.45, 0.6]);
    expect(patch8.data.every((value) => Math.abs(255 * value - Math.round(255 * value)) < 1e-3)).toBe(true);
    expect([patch8.width, mask.length]).toEqual([19, 361]);
    const [small, , large] = others!;
    expect(large!.rate8).toBeGreaterThan(0.5);
    expect(large!.rate8).toBeGreaterThan(large!.greyRate8 + 0.4);
    expect(large!.rate8).toBeGreaterThanOrEqual(small!.rate8);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(path.slice(-10))).toBeGreaterThan(mean(path.slice(0, 10)) + 0.2);
    expect(notes.join()).toMatch(/of 24 pictures do not count/);
  });

  it('leads away from labels where there is no target, as a square too', async () => {
    const [large] = (await train({ shape: 'square', steps: 60, reportedScales: [0.35], heldOut })).heldOut!;
    expect(large!.rate8).toBeGreaterThan(large!.greyRate8 + 0.2);
  });

  it('reports what the plain model says of pictures with the patch of 8 bits', async () => {
    const one = { scale: 0.5, angle: 0, reportedScales: [1] };
    const { crafting: own, patch8, mask } = await train({ ...one, steps: 3, draws: 1, learningRate: 0.2 });
    // A patch as large as the picture lies in its middle.
    let [right, fooled] = [0, 0];
    for (const [i, data] of crafting.images.entries()) {
      if ((await model.predictPlain(data)).label !== crafting.labels[i]) continue;
      right++;
      const picture = { data, channels: 3, height: 32, width: 32 };
      const pasted = await pastePatch(picture, patch8, mask, { angle: 0, scale: 1, right: 0, down: 0 });
      const x8 = pasted.data.map((value) => Math.round(255 * value) / 255);
      fooled += Number((await model.predictPlain(x8)).label !== crafting.labels[i]);
    }
    expect([own[0]!.pictures, own[0]!.fooled8]).toEqual([right, fooled]);
  });

  it('is smoother and more printable where that is asked for', async () => {
    const options = { target: 3, steps: 40, reportedScales: [0.6] };
    const [free, tame] = [await train(options), await train({ ...options, smoothness: 20, printability: 20 })];
    const roughness = ({ data }: typeof free.patch) =>
      data.reduce((sum, value, i) => (i % 19 === 18 ? sum : sum + Math.abs(value - data[i + 1]!)), 0);
    const score = (patch: typeof free.patch) => {
      const x = input('patch', [1, 3, 19, 19]);
      return interpret([nonPrintability(x, usualColours)], { patch: hostTensor(patch.data, [1, 3, 19, 19]) })[0]!
        .data[0]!;
    };
    expect(roughness(tame.patch)).toBeLessThan(0.7 * roughness(free.patch));
    expect(score(tame.patch)).toBeLessThan(0.7 * score(free.patch));
  });

  it('gives the same again, goes on from what it gave, and takes other changes of pictures', async () => {
    const options = { steps: 3, reportedScales: [0.5] };
    const [a, b] = [await train(options), await train(options)];
    expect(b).toEqual(a);
    expect((await train({ ...options, seed: 1 })).patch.data).not.toEqual(a.patch.data);
    const light = brightnessAndContrast({ brightness: [-0.2, 0.2] });
    expect((await train({ ...options, transform: light })).patch.data).not.toEqual(a.patch.data);
    const same = await train({ ...options, steps: 0, start: a.patch.data });
    expect([same.patch.data, same.crafting]).toEqual([a.patch.data, a.crafting]);
    expect(a.backwards).toBe(3 * 16);
    expect(a.forwards).toBe(24 + 3 * 16 + 4 * a.crafting[0]!.pictures);
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const running = train({
      signal: controller.signal,
      onProgress: (done) => {
        seen.push(done);
        if (done === 2) controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(seen).toEqual([1, 2]);
  });

  it.each([
    ['a shape that is none', { shape: 'star' as 'circle' }, 'Shape "star" is not one of circle, square.'],
    [
      'a patch larger than the picture',
      { scale: [0.5, 2] as const },
      'adversarialPatch: scale expects a number from 0.01 to 1',
    ],
    ['a learning rate in the wrong unit', { learningRate: 5 }, 'The learning rate is a number between 0 and 1'],
    ['a start of another size', { start: new Float32Array(4) }, 'The start has 4 values; a patch has 3 x 19 x 19'],
    ['a weight below nothing', { smoothness: -1 }, 'The weight of smoothness is a number of at least 0'],
    ['a reported size of nothing', { reportedScales: [0] }, 'Reported scales lie between 0 and 1, got 0.'],
  ])('refuses %s', async (_name, options, message) => {
    await expect(train(options)).rejects.toThrow(message);
  });
});
