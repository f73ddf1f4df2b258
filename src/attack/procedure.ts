/**
 * @file An attack on one picture as a generator: it yields questions to the network and is sent the answers, so its file reads as the
 * paper's pseudocode. `converse` runs many at once and puts their questions into batches.
 */
import type { SampleData } from '../search/search.ts';
import type { Transform } from '../transform/transform.ts';
import type { Guide } from './guide.ts';
import type { LossName } from './loss.ts';

/** A loss of the class scores, led towards a class where one is given. */
export interface RisingLoss {
  readonly loss: LossName;
  readonly target?: number;
}

/** What a gradient is taken of: a loss, or a weighted sum of the class scores. */
export type Rising =
  | RisingLoss
  /** A weight for each class, [K]. */
  | { readonly weights: Float32Array };

/** A question to the network about one picture, [C, H, W] in [0, 1]; hints may be asked beyond that range. */
export type Query =
  | { readonly kind: 'look'; readonly x: Float32Array }
  | { readonly kind: 'slope'; readonly x: Float32Array; readonly of: Rising }
  /** Several gradients at one point, each of a weighted sum of the class scores; they share a forward pass. */
  | { readonly kind: 'jacobian'; readonly x: Float32Array; readonly rows: readonly Float32Array[] }
  | ({ readonly kind: 'hint' } & HintQuestion);

/** A question for a gradient that need not be the victim's, nor of the picture as it is: the answer proves nothing of it. */
export interface HintQuestion {
  readonly x: Float32Array;
  readonly of: RisingLoss;
  readonly guide: Guide;
  /** What the picture goes through before the guide sees it; the gradient goes back through it. */
  readonly through?: { readonly transform: Transform; readonly drawn: SampleData };
}

/** What the network says of a picture. */
export interface Answer {
  /** Class scores before a final softmax, [K]. */
  readonly scores: Float32Array;
  /** The criterion's excess: above 0 where the picture is adversarial; NaN where the scores are. */
  readonly excess: number;
  readonly fools: boolean;
  /**
   * Under an expectation, what adversarial pictures are ranked by instead of the excess: its mean over the draws of a gradient, and minus
   * infinity where no gradient was asked for.
   */
  readonly rank?: number;
}

/** An answer with a gradient. */
export interface Slope extends Answer {
  /** The value that the gradient is of. */
  readonly value: number;
  /** [C, H, W]; 0 where the mask forbids a change. */
  readonly gradient: Float32Array;
}

/** An answer with several gradients. */
export interface Jacobian extends Answer {
  /** One [C, H, W] for each row; 0 where the mask forbids a change. */
  readonly gradients: readonly Float32Array[];
}

/** An attack on one picture. It returns when it is done; what it found is seen from its questions. */
export type Procedure<R = void> = Generator<readonly Query[], R, readonly Answer[]>;

/** Asks about one picture. */
export function* look(x: Float32Array): Procedure<Answer> {
  const [answer] = yield [{ kind: 'look', x }];
  return answer!;
}

/** Asks about several pictures at once. */
export function* lookAll(xs: readonly Float32Array[]): Procedure<readonly Answer[]> {
  return xs.length === 0 ? [] : yield xs.map((x) => ({ kind: 'look' as const, x }));
}

/** Asks for a gradient. */
export function* slope(x: Float32Array, of: Rising): Procedure<Slope> {
  const [answer] = yield [{ kind: 'slope', x, of }];
  return answer as Slope;
}

/** Asks for several gradients at once, each at its own picture. */
export function* slopes(
  asked: readonly { readonly x: Float32Array; readonly of: Rising }[],
): Procedure<readonly Slope[]> {
  if (asked.length === 0) return [];
  return (yield asked.map(({ x, of }) => ({ kind: 'slope' as const, x, of }))) as readonly Slope[];
}

/** Gradients in one graph at most. */
const rowsAtOnce = 16;

/** Asks for the gradients of weighted sums of the class scores at one point, a row of weights [K] for each. */
export function* jacobian(x: Float32Array, rows: readonly Float32Array[]): Procedure<Jacobian> {
  const parts = Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, i) =>
    rows.slice(i * rowsAtOnce, (i + 1) * rowsAtOnce),
  );
  const answers = (yield parts.map((part) => ({ kind: 'jacobian' as const, x, rows: part }))) as readonly Jacobian[];
  return { ...answers[0]!, gradients: answers.flatMap(({ gradients }) => gradients) };
}

/** Asks guides for gradients. Scores are the guide's, of what it saw; the excess is NaN, and nothing fools. */
export function* hints(asked: readonly HintQuestion[]): Procedure<readonly Slope[]> {
  if (asked.length === 0) return [];
  return (yield asked.map((question) => ({ kind: 'hint' as const, ...question }))) as readonly Slope[];
}

/** Weights of z_k - z_j. */
export function difference(k: number, j: number, classCount: number): { readonly weights: Float32Array } {
  const weights = new Float32Array(classCount);
  weights[k] = 1;
  weights[j] = -1;
  return { weights };
}
