/**
 * @file Runs the procedures of many pictures at once: collects their questions into batches, asks the network, sends each its answers.
 * A picture that is done leaves, a waiting one takes its place, and what a picture is answered depends on nothing but itself.
 */
import type { Model } from '../model/model.ts';
import { compile, type Program } from '../runtime/compile.ts';
import type { TensorData } from '../runtime/runtime.ts';
import { grad } from '../tensor/grad.ts';
import { mul } from '../tensor/ops/arithmetic.ts';
import { stack } from '../tensor/ops/concat.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { take } from '../tensor/ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { askGuide, hintKey } from './ask-guide.ts';
import { type Judge, oneHot } from './criterion.ts';
import { drawnSpecs, type Expectation, expectationKey, meanOf, underDraws } from './expectation.ts';
import { lossFor } from './loss.ts';
import type { Answer, Jacobian, Procedure, Query, Slope } from './procedure.ts';
import { drawn, isTargeted, ownGradient, type Place, rows, targetOf } from './question-batch.ts';
import { AttackError } from './result.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** A picture and its procedure. */
export interface Speaker {
  readonly trial: Trial;
  readonly procedure: Procedure;
}

/** Options of `converse`. */
export interface ConverseOptions {
  /** Questions in one run at most. */
  readonly batch: number;
  readonly judge: Judge;
  /** The victim as a model; needed for questions about slopes. */
  readonly model?: Model;
  readonly expectation?: Expectation;
  readonly signal?: AbortSignal;
  /** Called with how many pictures are done. */
  readonly onProgress?: (done: number) => void;
}

interface Active extends Speaker {
  asked: readonly Query[];
}

/** Runs all procedures to their ends. @throws the signal's reason when aborted */
export async function converse(victim: Victim, speakers: readonly Speaker[], options: ConverseOptions): Promise<void> {
  const waiting = speakers.values();
  let active: Active[] = [];
  let done = 0;
  for (;;) {
    while (active.length < Math.max(1, options.batch)) {
      const next = waiting.next();
      if (next.done) break;
      const first = next.value.procedure.next();
      if (first.done) done++;
      else active.push({ ...next.value, asked: first.value });
    }
    if (active.length === 0) break;
    const answers = await answersTo(victim, active, options);
    const kept: Active[] = [];
    for (const [i, speaker] of active.entries()) {
      const next = speaker.procedure.next(answers[i]!);
      if (next.done) done++;
      else kept.push({ ...speaker, asked: next.value });
    }
    active = kept;
    options.onProgress?.(done);
  }
}

/** Answers to all questions of a round, those of one kind in batches. */
async function answersTo(victim: Victim, active: readonly Active[], options: ConverseOptions): Promise<Answer[][]> {
  const answers = active.map(({ asked }) => new Array<Answer>(asked.length));
  const groups = new Map<string, Place[]>();
  for (const [speaker, { asked, trial }] of active.entries()) {
    for (const [at, query] of asked.entries()) {
      const key = keyOf(query, trial);
      const group = groups.get(key);
      const place = { speaker, at, trial, query, serial: trial.questions++ };
      if (group === undefined) groups.set(key, [place]);
      else group.push(place);
    }
  }
  for (const [key, group] of groups) {
    const { query } = group[0]!;
    const largest = Math.min(options.batch, (query.kind === 'hint' ? query.guide : victim).maxBatch);
    for (let start = 0; start < group.length; ) {
      options.signal?.throwIfAborted();
      let size = 1;
      while (size < group.length - start && size * 2 <= largest) size *= 2;
      const chunk = group.slice(start, start + size);
      start += chunk.length;
      const found = await askBatch(victim, key, chunk, size, options);
      for (const [i, { speaker, at }] of chunk.entries()) answers[speaker]![at] = found[i]!;
    }
  }
  return answers;
}

/** Questions of one key share a graph. */
function keyOf(query: Query, trial: Trial): string {
  if (query.kind === 'look') return 'look';
  if (query.kind === 'jacobian') return `jacobian of ${query.rows.length}`;
  if (query.kind === 'hint') return hintKey(query, trial);
  if ('weights' in query.of) return 'slope of weights';
  return `slope of ${query.of.loss} ${isTargeted(query.of, trial) ? 'targeted' : 'untargeted'}`;
}

async function askBatch(
  victim: Victim,
  key: string,
  chunk: readonly Place[],
  size: number,
  options: ConverseOptions,
): Promise<Answer[]> {
  if (key === 'look') {
    // A function may ask a price for each picture, so batches are filled up for compiled models alone.
    const count = options.model === undefined ? chunk.length : size;
    const pictures = rows(chunk, count, ({ query }) => query.x);
    const scores = await victim.predict(pictures, count);
    const answers = await judged(chunk, scores, victim.classCount, options.judge);
    return options.expectation === undefined
      ? answers
      : answers.map((answer) => ({ ...answer, rank: Number.NEGATIVE_INFINITY }));
  }
  const pictures = rows(chunk, size, ({ query }) => query.x);
  const first = chunk[0]!.query;
  const { model, expectation } = options;
  if (first.kind === 'hint') return askGuide(victim, first, key, { chunk, size, pictures }, expectation);
  if (model === undefined)
    throw new AttackError(`${victim.name} gives no gradients; choose an attack that needs only scores or labels.`);
  const width = first.kind === 'jacobian' ? first.rows.length : 1;
  const program =
    first.kind === 'jacobian'
      ? await jacobianProgram(model, key, width, size, expectation)
      : await slopeProgram(model, key, chunk[0]!, size, expectation);
  const results = await program.run({
    x: pictures,
    weights: rows(chunk, size, (place) => weightsOf(place, model.classCount)),
    ...(first.kind === 'jacobian'
      ? {}
      : {
          label: rows(chunk, size, ({ trial }) => oneHot(trial.label, model.classCount)),
          target: rows(chunk, size, (place) => oneHot(targetOf(place), model.classCount)),
        }),
    ...drawn(chunk, size, expectation),
  });
  const seen = await judged(chunk, results.logits!.data as Float32Array, model.classCount, options.judge);
  const answers = expectation === undefined ? seen : await ranked(chunk, seen, results.drawn!, model, options.judge);
  const length = pictures.length / size;
  const passes = expectation?.draws ?? 1;
  return answers.map((answer, i): Slope | Jacobian => {
    const { trial } = chunk[i]!;
    trial.backwards += passes * width;
    for (const note of model.gradientNotes) trial.notes.add(note);
    if (expectation !== undefined) trial.forwards += passes;
    const gradients = Array.from({ length: width }, (_, row) =>
      ownGradient((results[gradientName(row)]!.data as Float32Array).slice(i * length, (i + 1) * length), trial),
    );
    return first.kind === 'jacobian'
      ? { ...answer, gradients }
      : { ...answer, value: Number(results.value!.data[i]), gradient: gradients[0]! };
  });
}

/** The output that holds the gradient of a row. */
function gradientName(row: number): string {
  return row === 0 ? 'gradient' : `gradient ${row}`;
}

async function judged(
  chunk: readonly Place[],
  scores: Float32Array,
  classCount: number,
  judge: Judge,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [i, { trial }] of chunk.entries()) {
    trial.forwards++;
    const own = scores.slice(i * classCount, (i + 1) * classCount);
    const excess = await judge(own, trial.label, trial.target);
    answers.push({ scores: own, excess, fools: excess > 0 });
  }
  return answers;
}

/** Answers ranked by the mean excess over their draws, whose scores are [N, draws, K]. */
async function ranked(
  chunk: readonly Place[],
  answers: readonly Answer[],
  { data, shape }: TensorData,
  { classCount }: Model,
  judge: Judge,
): Promise<Answer[]> {
  const draws = shape[1]!;
  const all: Answer[] = [];
  for (const [i, { trial }] of chunk.entries()) {
    let sum = 0;
    for (let draw = 0; draw < draws; draw++) {
      const at = (i * draws + draw) * classCount;
      sum += await judge((data as Float32Array).slice(at, at + classCount), trial.label, trial.target);
    }
    all.push({ ...answers[i]!, rank: sum / draws });
  }
  return all;
}

function weightsOf({ query }: Place, classCount: number): Float32Array {
  if (query.kind === 'jacobian') return Float32Array.from(query.rows.flatMap((row) => Array.from(row)));
  return query.kind === 'slope' && 'weights' in query.of ? query.of.weights : new Float32Array(classCount);
}

function slopeProgram(
  model: Model,
  key: string,
  { query, trial }: Place,
  size: number,
  expectation: Expectation | undefined,
): Promise<Program> {
  const of = query.kind === 'slope' ? query.of : { loss: 'margin' as const };
  const picture = { shape: [size, model.channels, model.height, model.width], dtype: 'float32' as const };
  const row = { shape: [size, model.classCount], dtype: 'float32' as const };
  const data = Object.entries(drawnSpecs(expectation)).map(
    ([name, { shape, dtype }]) => [name, { shape: [size, ...shape], dtype }] as const,
  );
  return compile(
    (inputs) => {
      const { x, label, target, weights } = inputs as Record<'x' | 'label' | 'target' | 'weights', Tensor>;
      const loss =
        'weights' in of
          ? (logits: Tensor) => reduceSum(mul(logits, weights), { axes: [1] })
          : (logits: Tensor) =>
              lossFor(of.loss, isTargeted(of, trial), model.classCount).loss({ logits, label, target });
      const logits = model.logits(x);
      const seen = expectation && underDraws(expectation, x, inputs).map((changed) => model.logits(changed));
      const value = seen === undefined ? loss(logits) : meanOf(seen.map(loss));
      // Pictures do not touch each other, so the gradient of the sum holds each one's own.
      const gradient = grad(reduceSum(value), [x], { describe: model.describe })[0]!;
      return { logits, value, gradient, ...(seen === undefined ? {} : { drawn: stack(seen, 1) }) };
    },
    { x: picture, label: row, target: row, weights: row, ...Object.fromEntries(data) },
    { device: model.device, key: `${model.key} ${key}${expectationKey(expectation)}` },
  );
}

/** Gradients of weighted sums of the scores, weights [N, rows, K]; all behind one forward pass. */
function jacobianProgram(
  model: Model,
  key: string,
  width: number,
  size: number,
  expectation: Expectation | undefined,
): Promise<Program> {
  const data = Object.entries(drawnSpecs(expectation)).map(
    ([name, { shape, dtype }]) => [name, { shape: [size, ...shape], dtype }] as const,
  );
  return compile(
    (inputs) => {
      const { x, weights } = inputs as Record<'x' | 'weights', Tensor>;
      const logits = model.logits(x);
      const seen = expectation && underDraws(expectation, x, inputs).map((changed) => model.logits(changed));
      const meant = seen === undefined ? logits : meanOf(seen);
      const gradients = Array.from({ length: width }, (_, row) => {
        const sum = reduceSum(mul(meant, take(weights, row, 1)));
        return [gradientName(row), grad(sum, [x], { describe: model.describe })[0]!] as const;
      });
      return { logits, ...Object.fromEntries(gradients), ...(seen === undefined ? {} : { drawn: stack(seen, 1) }) };
    },
    {
      x: { shape: [size, model.channels, model.height, model.width], dtype: 'float32' },
      weights: { shape: [size, width, model.classCount], dtype: 'float32' },
      ...Object.fromEntries(data),
    },
    { device: model.device, key: `${model.key} ${key}${expectationKey(expectation)}` },
  );
}
