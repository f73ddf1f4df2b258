/** @file Flags of `pareidolia experiment`. */
import { buildCommand } from '@stricli/core';
import { parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const experimentRoute = buildCommand({
  loader: async () => (await import('../commands/experiment.ts')).experiment,
  parameters: {
    flags: {
      data: {
        ...text,
        brief: 'shapes, cifar10, cifar10:DIR, or any set; as the experiment has it unless given',
        placeholder: 'SPEC',
      },
      scale: { kind: 'enum', values: ['quick', 'full'], default: 'quick', brief: 'Minutes, or an hour or so' },
      seeds: { kind: 'parsed', parse: parseCount(1), default: '2', brief: 'Seeds to run', placeholder: 'N' },
      standard: {
        ...text,
        brief: 'Standard model of the data, in the place of the one that comes with shapes and cifar10',
        placeholder: 'ONNX',
      },
      robust: { ...text, brief: 'Robust model of the data likewise', placeholder: 'ONNX' },
      second: {
        ...text,
        brief: 'Second model of the data likewise: judges what others made (style, priors)',
        placeholder: 'ONNX',
      },
      denoiser: { ...text, brief: 'Denoiser of the data likewise, pixels from 0 to 1 (priors)', placeholder: 'ONNX' },
      resume: { kind: 'boolean', default: false, brief: 'Replace the results of an earlier run, using what it kept' },
      out: { ...text, brief: 'Folder to write (experiments/NAME-DATA-SCALE)', placeholder: 'FOLDER' },
      store: { ...text, brief: 'Folder of what runs share (experiments/kept)', placeholder: 'FOLDER' },
      threads: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Threads of the computation',
        placeholder: 'N',
      },
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'An experiment, or list', parse: String, placeholder: 'name' }],
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Run a published experiment and say whether its claim holds here',
    fullDescription:
      'Runs a published experiment and writes results.json, results.csv, its figures, the data sets that it constructed (.npz)\nand report.html, which states the claim, the protocol, published numbers, ours with intervals, and whether they agree.\n"experiment list" names them all. Data sets and networks are kept by the hash of what made them: a run that was stopped\ngoes on where it was, and experiments share what they construct.',
  },
});
