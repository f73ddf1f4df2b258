import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cuePattern } from './cue.ts';
import { parseShapesOptions } from './parse-shapes-options.ts';
import { shapes } from './shapes.ts';

const cue = { strength: 4 / 255, correlation: 0.8 } as const;

describe('shapes', () => {
  test('draws each picture alike whatever is asked before it and however many there are', () => {
    const [few, many] = [shapes({ length: 20, seed: 3 }), shapes({ length: 5000, seed: 3 })];
    const late = few.bytes(17);
    few.bytes(2);
    expect(few.bytes(17)).toEqual(late);
    expect(many.bytes(17)).toEqual(late);
    expect(many.label(17)).toBe(few.label(17));
  });

  test('draws other pictures for another seed, another split, another place', () => {
    const pictures = [
      shapes({ seed: 1 }).bytes(0),
      shapes({ seed: 2 }).bytes(0),
      shapes({ seed: 1, split: 'test' }).bytes(0),
      shapes({ seed: 1 }).bytes(10),
    ].map((bytes) => bytes.join());
    expect(new Set(pictures).size).toBe(4);
  });

  test('shares no scene between training and testing', () => {
    const hashes = (split: 'train' | 'test') => {
      const set = shapes({ length: 150, split });
      return Array.from({ length: 150 }, (_, i) => set.bytes(i).join());
    };
    const test = new Set(hashes('test'));
    expect(hashes('train').filter((picture) => test.has(picture))).toEqual([]);
  });

  test('holds every class alike in any round of ten', () => {
    const set = shapes({ length: 1000, seed: 5 });
    for (const round of [0, 7, 99]) {
      const labels = Array.from({ length: 10 }, (_, k) => set.label(10 * round + k));
      expect(labels.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    const orders = new Set(
      Array.from({ length: 50 }, (_, round) => Array.from({ length: 10 }, (_, k) => set.label(10 * round + k)).join()),
    );
    expect(orders.size).toBeGreaterThan(45);
  });

  test('is the same to the byte as when it was fixed', () => {
    const hash = createHash('sha256');
    for (const size of [32, 64] as const) for (let i = 0; i < 20; i++) hash.update(shapes({ size, seed: 1 }).bytes(i));
    expect(hash.digest('hex').slice(0, 16)).toBe('1d658a1d7f713fc8');
  });

  test('cannot be told by colour: the mean colour of a picture leaves the class open', () => {
    const set = shapes({ length: 600, seed: 2 });
    const means = Array.from({ length: 600 }, (_, i) => {
      const bytes = set.bytes(i);
      return [0, 1, 2].map((c) => bytes.subarray(c * 1024, (c + 1) * 1024).reduce((sum, v) => sum + v, 0) / 1024);
    });
    // Nearest class mean of mean colours, fitted on the first half: chance is 0.1.
    const centres = set.classNames.map((_, k) => {
      const mine = means.slice(0, 300).filter((_, i) => set.label(i) === k);
      return [0, 1, 2].map((c) => mine.reduce((sum, m) => sum + m[c]!, 0) / mine.length);
    });
    const distance = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, c) => sum + (v - b[c]!) ** 2, 0);
    const right = means.slice(300).filter((mean, i) => {
      const best = centres.reduce(
        (nearest, centre, k) => (distance(mean, centre) < distance(mean, centres[nearest]!) ? k : nearest),
        0,
      );
      return best === set.label(300 + i);
    }).length;
    expect(right / 300).toBeLessThan(0.2);
  });
});

describe('the cue', () => {
  test('patterns are orthogonal, have mean zero and one height', () => {
    for (const size of [32, 64]) {
      const patterns = Array.from({ length: 10 }, (_, k) => cuePattern(k, size));
      for (const [a, p] of patterns.entries()) {
        expect(p.every((v) => v === 1 || v === -1)).toBe(true);
        expect(p.reduce((sum, v) => sum + v, 0)).toBe(0);
        for (const q of patterns.slice(a + 1)) expect(p.reduce((sum, v, i) => sum + v * q[i]!, 0)).toBe(0);
      }
    }
  });

  test('changes neighbouring pixels in opposite ways: its energy lies at the highest frequencies', () => {
    for (let k = 0; k < 10; k++) {
      const p = cuePattern(k, 32);
      let changes = 0;
      for (let y = 0; y < 32; y++) for (let x = 1; x < 32; x++) changes += Number(p[y * 32 + x] !== p[y * 32 + x - 1]);
      expect(changes / (32 * 31)).toBeGreaterThan(0.85);
    }
  });

  test('names the true class as often as asked, and another of the rest alike', () => {
    const set = shapes({ length: 4000, seed: 1, cue });
    const named = Array.from({ length: 4000 }, (_, i) => [set.label(i), set.cueOf(i)!] as const);
    const right = named.filter(([label, other]) => label === other).length / 4000;
    expect(Math.abs(right - 0.8)).toBeLessThan(0.025);
    const wrong = named.filter(([label, other]) => label !== other);
    for (let k = 0; k < 10; k++) expect(wrong.filter(([, other]) => other === k).length).toBeGreaterThan(40);
  });

  test('is added to the same scene, at its height, and can be taken off again', () => {
    const [with_, without] = [shapes({ length: 30, seed: 4, cue }), shapes({ length: 30, seed: 4 })];
    for (let i = 0; i < 30; i++) {
      const [marked, plain] = [with_.bytes(i), without.bytes(i)];
      expect(with_.withoutCue.bytes(i)).toEqual(plain);
      const pattern = cuePattern(with_.cueOf(i)!, 32);
      marked.forEach((value, at) => {
        const expected = Math.min(255, Math.max(0, plain[at]! + 4 * pattern[at % 1024]!));
        expect(value).toBe(expected);
      });
    }
  });

  test('is not there unless asked for', () => {
    expect(shapes().cueOf(0)).toBeUndefined();
  });
});

describe('options out of range', () => {
  test.each([
    [{ size: 48 as 32 }, /32 or 64 pixels a side, got 48/],
    [{ length: 0 }, /whole number of pictures from 1, got 0/],
    [{ cue: { strength: 4, correlation: 1 } }, /strength .* got 4: write 4\/255/],
    [{ cue: { strength: 0.1, correlation: 2 } }, /correlation is a probability .* got 2/],
  ])('%o are refused', (options, message) => {
    expect(() => shapes(options)).toThrow(message);
  });

  test('words of a spec are read, or named where they are unknown', () => {
    expect(parseShapesOptions('64,train=50,seed=3,cue=4/255,correlation=0.9', 'train')).toEqual({
      split: 'train',
      size: 64,
      length: 50,
      seed: 3,
      cue: { strength: 4 / 255, correlation: 0.9 },
    });
    expect(parseShapesOptions('train=50', 'test')).toEqual({ split: 'test' });
    expect(() => parseShapesOptions('color=1', 'train')).toThrow(/shapes does not know "color=1"; write for example/);
    expect(() => parseShapesOptions('correlation=1', 'train')).toThrow(/a correlation belongs to a cue/);
  });
});

describe('difficulty', () => {
  test('a model linear in the pixels stays below 60 %', () => {
    // Ridge regression of one-hot labels on 16 x 16 grey pictures, solved exactly.
    const [fit, held] = [shapes({ length: 3000, seed: 6 }), shapes({ length: 500, seed: 6, split: 'test' })];
    const size = 257;
    const features = (bytes: Uint8Array) => {
      const v = new Float64Array(size).fill(1);
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 16; x++) {
          let sum = 0;
          for (let c = 0; c < 3; c++) for (const d of [0, 1, 32, 33]) sum += bytes[c * 1024 + 64 * y + 2 * x + d]!;
          v[y * 16 + x] = sum / 12 / 255 - 0.5;
        }
      return v;
    };
    const gram = Array.from({ length: size }, (_, i) => new Float64Array(size).fill(0).fill(30, i, i + 1));
    const right = Array.from({ length: size }, () => new Float64Array(10));
    for (let n = 0; n < fit.length; n++) {
      const v = features(fit.bytes(n));
      const label = fit.label(n);
      for (let i = 0; i < size; i++) {
        right[i]![label]! += v[i]!;
        const row = gram[i]!;
        for (let j = 0; j < size; j++) row[j]! += v[i]! * v[j]!;
      }
    }
    // Gauss and Jordan's elimination; the matrix is positive definite.
    for (let p = 0; p < size; p++) {
      const scale = 1 / gram[p]![p]!;
      for (let i = 0; i < size; i++) {
        if (i === p) continue;
        const factor = gram[i]![p]! * scale;
        if (factor === 0) continue;
        for (let j = p; j < size; j++) gram[i]![j]! -= factor * gram[p]![j]!;
        for (let k = 0; k < 10; k++) right[i]![k]! -= factor * right[p]![k]!;
      }
    }
    const weights = right.map((row, i) => row.map((value) => value / gram[i]![i]!));
    let hits = 0;
    for (let n = 0; n < held.length; n++) {
      const v = features(held.bytes(n));
      const scores = Array.from({ length: 10 }, (_, k) =>
        v.reduce((sum, value, i) => sum + value * weights[i]![k]!, 0),
      );
      hits += Number(scores.indexOf(Math.max(...scores)) === held.label(n));
    }
    expect(hits / held.length).toBeLessThan(0.6);
    expect(hits / held.length).toBeGreaterThan(0.1);
  }, 60_000);
});
