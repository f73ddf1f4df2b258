/**
 * @file Covariance matrix adaptation (Hansen 2016, "The CMA evolution strategy: a tutorial"): points are drawn from a normal distribution
 * whose mean, size and shape follow the best of them. In three forms: the full matrix; its diagonal alone, for many dimensions (Ros and
 * Hansen 2008); and a Cholesky factor updated in place (Suttorp et al. 2009), as XDream's successors use it on codes of generators.
 */
import type { RandomStream } from '../../random/random-stream.ts';
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { type AskTell, ranking } from './ask-tell.ts';

/** Form of the covariance. */
export type CovarianceForm = 'full' | 'diagonal' | 'cholesky';

/** Options of `cmaEs`. */
export interface CmaOptions {
  readonly start: Float64Array;
  readonly random: RandomStream;
  /** First deviation of points from the mean; 2 unless given (3 for `cholesky`). */
  readonly sigma?: number;
  /** Points of a round; 4 + 3 log N unless given. */
  readonly population?: number;
  readonly form?: CovarianceForm;
}

/** What the tutorial calls the strategy's parameters. */
function parameters(n: number, lambda: number, form: CovarianceForm) {
  const mu = Math.floor(lambda / 2);
  const raw = Array.from({ length: mu }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1));
  const sum = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / sum);
  const muEff = 1 / weights.reduce((a, w) => a + w * w, 0);
  // Suttorp et al. 2009, table 1, for the factor; the tutorial's otherwise.
  const isFactor = form === 'cholesky';
  const cc = isFactor ? 4 / (n + 4) : (4 + muEff / n) / (n + 4 + (2 * muEff) / n);
  const cs = isFactor ? Math.sqrt(muEff) / (Math.sqrt(n) + Math.sqrt(muEff)) : (muEff + 2) / (n + muEff + 5);
  const usual = 2 / ((n + 1.3) ** 2 + muEff);
  const usualMu = Math.min(1 - usual, (2 * (muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff));
  // A diagonal has n numbers to learn instead of n^2 / 2, and learns faster (Ros and Hansen 2008).
  const faster = form === 'diagonal' ? (n + 1.5) / 3 : 1;
  const c1 = isFactor ? 2 / (n + Math.SQRT2) ** 2 : Math.min(0.5, usual * faster);
  const cmu = isFactor ? 0 : Math.min(1 - c1, usualMu * faster);
  const damping = 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cs;
  const chi = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  return { mu, weights, muEff, cc, cs, c1, cmu, damping, chi };
}

/** The shape of the distribution: draws and unmakes steps, and learns. */
interface Shape {
  /** A step of the distribution from independent normal numbers. */
  step(normal: Float64Array): Float64Array;
  /** The normal numbers behind a step. */
  whiten(step: Float64Array): Float64Array;
  learn(path: Float64Array, steps: readonly Float64Array[], weights: readonly number[], stalled: boolean): void;
}

/** An evolution strategy that adapts its covariance. */
export function cmaEs({ start, random, form = 'full', ...options }: CmaOptions): AskTell {
  const n = start.length;
  const population = options.population ?? Math.max(4, 4 + Math.floor(3 * Math.log(n)));
  const p = parameters(n, population, form);
  let sigma = options.sigma ?? (form === 'cholesky' ? 3 : 2);
  const shape = { full, diagonal, cholesky }[form](n, p);
  let mean = start.slice();
  let [pc, ps] = [new Float64Array(n), new Float64Array(n)];
  let [steps, rounds]: [Float64Array[], number] = [[], 0];
  return {
    name: form === 'full' ? 'cma-es' : `cma-es:${form}`,
    ask() {
      steps = Array.from({ length: population }, () =>
        shape.step(Float64Array.from({ length: n }, () => random.normal())),
      );
      return steps.map((step) => mean.map((value, i) => value + sigma * step[i]!));
    },
    tell(values) {
      rounds++;
      const best = ranking(values)
        .slice(0, p.mu)
        .map((i) => steps[i]!);
      const mid = new Float64Array(n);
      for (const [k, step] of best.entries()) for (let i = 0; i < n; i++) mid[i]! += p.weights[k]! * step[i]!;
      mean = mean.map((value, i) => value + sigma * mid[i]!);
      const white = shape.whiten(mid);
      const cs = Math.sqrt(p.cs * (2 - p.cs) * p.muEff);
      ps = ps.map((value, i) => (1 - p.cs) * value + cs * white[i]!);
      const length = Math.hypot(...ps);
      const stalled = length / Math.sqrt(1 - (1 - p.cs) ** (2 * rounds)) / p.chi >= 1.4 + 2 / (n + 1);
      const cc = stalled ? 0 : Math.sqrt(p.cc * (2 - p.cc) * p.muEff);
      pc = pc.map((value, i) => (1 - p.cc) * value + cc * mid[i]!);
      shape.learn(pc, best, p.weights, stalled);
      sigma *= Math.exp(Math.min(1, (p.cs / p.damping) * (length / p.chi - 1)));
    },
  };
}

type Learning = ReturnType<typeof parameters>;

function diagonal(n: number, { c1, cmu, cc }: Learning): Shape {
  const variance = new Float64Array(n).fill(1);
  return {
    step: (normal) => normal.map((v, i) => v * Math.sqrt(variance[i]!)),
    whiten: (step) => step.map((v, i) => v / Math.sqrt(variance[i]!)),
    learn(path, steps, weights, stalled) {
      const kept = 1 - c1 - cmu + (stalled ? c1 * cc * (2 - cc) : 0);
      for (let i = 0; i < n; i++) {
        const spread = steps.reduce((sum, step, k) => sum + weights[k]! * step[i]! ** 2, 0);
        variance[i] = Math.max(kept * variance[i]! + c1 * path[i]! ** 2 + cmu * spread, 1e-30);
      }
    },
  };
}

function full(n: number, { c1, cmu, cc }: Learning): Shape {
  let covariance = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => Number(i === j)));
  let { values, vectors } = symmetricEigen(covariance);
  let learned = 0;
  // Eigenvectors are renewed as often as keeps their cost below that of everything else.
  const every = Math.max(1, Math.floor(1 / ((c1 + cmu) * n * 10)));
  // A function of the covariance: it does not ask which signs and order the eigenvectors came in.
  const turn = (v: ArrayLike<number>, scale: (value: number) => number) => {
    const turned = new Float64Array(n);
    vectors.forEach((u, k) => {
      const along = scale(values[k]!) * u.reduce((sum, own, i) => sum + own * v[i]!, 0);
      for (let i = 0; i < n; i++) turned[i]! += along * u[i]!;
    });
    return turned;
  };
  return {
    step: (normal) => turn(normal, Math.sqrt),
    whiten: (step) => turn(step, (value) => 1 / Math.sqrt(value)),
    learn(path, steps, weights, stalled) {
      const kept = 1 - c1 - cmu + (stalled ? c1 * cc * (2 - cc) : 0);
      covariance = covariance.map((row, i) =>
        row.map((value, j) => {
          const spread = steps.reduce((sum, step, k) => sum + weights[k]! * step[i]! * step[j]!, 0);
          return kept * value + c1 * path[i]! * path[j]! + cmu * spread;
        }),
      );
      if (++learned % every !== 0) return;
      const found = symmetricEigen(covariance);
      values = found.values.map((value) => Math.max(value, 1e-20));
      vectors = found.vectors;
    },
  };
}

/** Covariance A A', A and its inverse updated by rank one along the path. */
function cholesky(n: number, { c1 }: Learning): Shape {
  const a = Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0));
  const inverse = a.slice();
  const times = (m: Float64Array, v: Float64Array) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += m[i * n + j]! * v[j]!;
      return sum;
    });
  return {
    step: (normal) => times(a, normal),
    whiten: (step) => times(inverse, step),
    learn(path) {
      const v = times(inverse, path);
      const square = v.reduce((sum, value) => sum + value * value, 0);
      if (!(square > 0)) return;
      const root = Math.sqrt(1 - c1);
      const grown = Math.sqrt(1 + (c1 / (1 - c1)) * square);
      const [add, less] = [(root / square) * (grown - 1), (1 / (root * square)) * (1 - 1 / grown)];
      const row = Float64Array.from({ length: n }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += v[i]! * inverse[i * n + j]!;
        return sum;
      });
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          a[i * n + j] = root * a[i * n + j]! + add * path[i]! * v[j]!;
          inverse[i * n + j] = inverse[i * n + j]! / root - less * v[i]! * row[j]!;
        }
      }
    },
  };
}
