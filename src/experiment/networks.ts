/** @file The networks that experiments train, kept by what made them, and what is measured of a model. */

import { pgd } from '../attack/pgd.ts';
import { channelMoments } from '../data/channel-moments.ts';
import { pixelsOf } from '../data/image-array.ts';
import type { Norm } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import type { AdversaryOptions } from '../train/adversary.ts';
import type { AugmentationOptions } from '../train/augmentation.ts';
import { exportNetwork } from '../train/export-network.ts';
import { buildNetwork } from '../train/networks/network.ts';
import { classification } from '../train/tasks/classification.ts';
import { train } from '../train/train.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import type { PictureSet } from './picture-set.ts';
import { checkpointIn, kept } from './store.ts';

/** How a network is trained: Nesterov's momentum of 0.9, one cycle of the learning rate. */
export interface StudentOptions {
  /** A name of `networks`. */
  readonly net: string;
  readonly width?: number;
  readonly epochs: number;
  /** 128 unless given; smaller ones make more steps of few pictures. */
  readonly batchSize?: number;
  /** Peak of the cycle; 0.1 unless given. */
  readonly learningRate?: number;
  /** Crops by 4 pixels and flips unless given. */
  readonly augmentation?: AugmentationOptions;
  /** Trains on attacked pictures. */
  readonly adversary?: AdversaryOptions;
}

/** A network trained on a set with the context's seed; read from the store where it was trained before. */
export async function trainedOn(
  context: ExperimentContext,
  { array, hash }: PictureSet,
  options: StudentOptions,
): Promise<KnownModel> {
  const { device, seed, store, signal } = context;
  const {
    net,
    width,
    epochs,
    batchSize = 128,
    learningRate = 0.1,
    augmentation = { crop: 4, flip: true },
    adversary,
  } = options;
  const settings = {
    epochs,
    learningRate,
    augmentation,
    batchSize: Math.min(batchSize, array.shape[0]),
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    seed,
  } as const;
  const recipe = { data: hash, net, width, adversary: adversary && { ...adversary }, ...settings };
  const bytes = await kept(store, 'onnx', { ...recipe, augmentation: { ...augmentation } }, (key) =>
    context.step(`training ${net} on ${array.name}`, async (tick) => {
      const classes = array.classNames.length;
      const network = buildNetwork(net, {
        classes,
        ...channelMoments(array),
        ...(width === undefined ? {} : { width }),
      });
      const checkpoint = checkpointIn(store, key);
      const trained = await train(classification(network, adversary === undefined ? {} : { adversary }), {
        data: array,
        ...settings,
        device,
        checkpoint,
        ...(signal === undefined ? {} : { signal }),
        onProgress: ({ epoch, step, steps }) => tick(epoch * steps + step, epochs * steps),
      });
      const exported = await exportNetwork(trained, { device });
      await store.remove(checkpoint.name);
      return exported.bytes;
    }),
  );
  return context.open(bytes, `${net} trained on ${array.name}`);
}

/** The class that a model gives each picture. */
export async function answersOf(model: Model, { array }: PictureSet): Promise<Int32Array> {
  const count = array.shape[0];
  const answers = new Int32Array(count);
  const size = Math.min(100, model.maxBatch, count);
  for (let at = 0; at < count; at += size) {
    const indices = Array.from({ length: Math.min(size, count - at) }, (_, i) => at + i);
    const scores = await model.predict(pixelsOf(array, indices), indices.length);
    indices.forEach((picture, row) => {
      answers[picture] = topClass(scores.subarray(row * model.classCount, (row + 1) * model.classCount));
    });
  }
  return answers;
}

/** Share of pictures that a model gives their own label, or the one that `label` makes of it. */
export async function accuracyOf(
  model: Model,
  set: PictureSet,
  label: (own: number) => number = (own) => own,
): Promise<number> {
  const answers = await answersOf(model, set);
  return answers.filter((answer, i) => answer === label(set.array.labels[i]!)).length / answers.length;
}

/** A ball, and how hard it is searched. */
export interface RobustnessOptions {
  readonly norm: Norm;
  /** In pixels from 0 to 1. */
  readonly epsilon: number;
  /** Steps of PGD of 2.5 epsilon / steps; 20 unless given. */
  readonly steps?: number;
}

/** Share of pictures that are given their label and keep it under PGD from a random start. */
export async function robustAccuracyOf(
  { signal, step }: ExperimentContext,
  { model }: KnownModel,
  { array }: PictureSet,
  { norm, epsilon, steps = 20 }: RobustnessOptions,
): Promise<number> {
  const indices = Array.from({ length: array.shape[0] }, (_, i) => i);
  const results = await step(`attacking ${model.name}`, (tick) =>
    pgd(
      model,
      indices.map((i) => pixelsOf(array, [i])),
      indices.map((i) => array.labels[i]!),
      { norm, epsilon, steps, batch: 64, seed: 1, onProgress: tick, ...(signal === undefined ? {} : { signal }) },
    ),
  );
  return results.filter(({ misclassifiedBefore, success }) => !misclassifiedBefore && !success).length / results.length;
}
