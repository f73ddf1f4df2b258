/** @file Flags of `pareidolia train`. */
import { buildCommand } from '@stricli/core';
import { networkNames } from '../network-names.ts';
import { parseBudget, parseCount } from '../parse.ts';
import { parseAdversary, parseAugmentation, parseSchedule } from '../parse-training.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const trainRoute = buildCommand({
  loader: async () => (await import('../commands/train.ts')).train,
  parameters: {
    flags: {
      net: { kind: 'parsed', parse: String, brief: networkNames.join(', '), placeholder: 'NAME' },
      data: {
        kind: 'parsed',
        parse: String,
        brief: 'Labelled pictures: shapes, cifar10:DIR, mnist:DIR, a folder of class folders …',
        placeholder: 'SPEC',
      },
      validation: {
        ...text,
        brief: "Held-out pictures, or none; the data's own test split unless given",
        placeholder: 'SPEC',
      },
      epochs: { kind: 'parsed', parse: parseCount(1), default: '20', brief: 'Passes over the data', placeholder: 'N' },
      out: { kind: 'parsed', parse: String, brief: 'ONNX file to write', placeholder: 'FILE' },
      width: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Channels of the first stage',
        placeholder: 'N',
      },
      size: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Bring pictures to this height and width',
        placeholder: 'PIXELS',
      },
      limit: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Use this many training pictures',
        placeholder: 'N',
      },
      batch: { kind: 'parsed', parse: parseCount(1), default: '128', brief: 'Pictures a step', placeholder: 'N' },
      optimizer: {
        kind: 'enum',
        values: ['sgd', 'adam', 'adamw'],
        optional: true,
        brief: 'Update rule (sgd for classifiers, else adam)',
      },
      lr: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Largest learning rate (0.1 for sgd, 0.001 for adam)',
        placeholder: 'RATE',
      },
      momentum: {
        kind: 'parsed',
        parse: parseBudget,
        default: '0.9',
        brief: "sgd's, in Nesterov's form",
        placeholder: 'MU',
      },
      weightDecay: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Pull of weights to zero (5e-4 for sgd)',
        placeholder: 'WD',
      },
      schedule: {
        kind: 'parsed',
        parse: parseSchedule,
        default: 'one-cycle',
        brief: 'one-cycle, cosine, constant or steps:0.5,0.75',
        placeholder: 'NAME',
      },
      augment: {
        kind: 'parsed',
        parse: parseAugmentation,
        optional: true,
        brief: 'crop:4,flip,cutout:8 or none (for colour pictures flip and crop by an eighth, 4 at most)',
        placeholder: 'LIST',
      },
      labelSmoothing: {
        kind: 'parsed',
        parse: parseBudget,
        default: '0',
        brief: "Share of a label's weight given to all classes",
        placeholder: 'SHARE',
      },
      noise: {
        kind: 'parsed',
        parse: parseBudget,
        default: '0',
        brief: 'Deviation of normal noise on training pictures',
        placeholder: 'SIGMA',
      },
      adversarial: {
        kind: 'parsed',
        parse: parseAdversary,
        optional: true,
        brief: 'Train on attacks: linf:8/255:7 (steps), linf:8/255:1 (the single-step form), l2:0.5:5',
        placeholder: 'NORM:RADIUS:STEPS',
      },
      warmup: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: "Share of the training over which the attack's radius grows from 0",
        placeholder: 'SHARE',
      },
      trades: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'TRADES instead, with this weight of robustness',
        placeholder: 'BETA',
      },
      clip: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Largest norm of the gradient',
        placeholder: 'NORM',
      },
      average: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Decay of a running average of the weights, such as 0.999',
        placeholder: 'DECAY',
      },
      patience: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Stop after this many epochs without a better validation',
        placeholder: 'N',
      },
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of weights, order and noise',
        placeholder: 'N',
      },
      foldBatchNorm: {
        kind: 'boolean',
        default: true,
        brief: 'Fold batch normalisation into convolutions in the file',
      },
      badImages: { kind: 'enum', values: ['fail', 'skip'], default: 'fail', brief: 'What an unreadable picture does' },
      log: { ...text, brief: 'Numbers of every epoch: a .csv or .json file', placeholder: 'FILE' },
      checkpoint: { ...text, brief: "Where the training's state is kept (OUT.checkpoint)", placeholder: 'FILE' },
      fresh: { kind: 'boolean', default: false, brief: 'Start anew where a checkpoint exists' },
      threads: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Cores to use; all unless given',
        placeholder: 'N',
      },
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
    },
    positional: { kind: 'tuple', parameters: [] },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Train a network on labelled pictures and write it as an ONNX file',
    fullDescription:
      'Trains a classifier (or denoiser, vae, gan) and writes a plain ONNX file with class names and preprocessing in it.\nCtrl-C stops cleanly; the same command goes on where it stopped, to the same result.',
  },
});
