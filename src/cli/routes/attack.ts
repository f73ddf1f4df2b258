/** @file Flags of `pareidolia attack`. */
import { buildCommand } from '@stricli/core';
import { modelFlags } from '../model-flags.ts';
import { parseBudget, parseCount, parseShare } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const attackRoute = buildCommand({
  loader: async () => (await import('../commands/attack.ts')).attack,
  parameters: {
    flags: {
      ...modelFlags,
      epsilon: {
        kind: 'parsed',
        parse: parseBudget,
        brief: 'Radius of the ball in pixels from 0 to 1, such as 8/255',
        placeholder: 'EPS',
      },
      method: { kind: 'enum', values: ['pgd', 'fgsm'], default: 'pgd', brief: 'Attack' },
      norm: { kind: 'enum', values: ['linf', 'l2', 'l1'], default: 'linf', brief: 'Norm of the ball' },
      target: { ...text, brief: 'Class to lead to, by name or number', placeholder: 'CLASS' },
      label: { ...text, brief: 'True class; what the model answers unless given', placeholder: 'CLASS' },
      steps: { kind: 'parsed', parse: parseCount(1), optional: true, brief: 'Gradient steps (40)', placeholder: 'N' },
      stepSize: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Length of a step (2.5 epsilon / steps)',
        placeholder: 'ALPHA',
      },
      schedule: {
        kind: 'enum',
        values: ['constant', 'linear', 'cosine'],
        default: 'constant',
        brief: 'How the step size runs',
      },
      loss: {
        kind: 'enum',
        values: ['cross-entropy', 'margin', 'dlr'],
        default: 'cross-entropy',
        brief: 'What is raised',
      },
      momentum: {
        kind: 'parsed',
        parse: parseBudget,
        default: '0',
        brief: 'Share of the gradient that is kept',
        placeholder: 'MU',
      },
      restarts: {
        kind: 'parsed',
        parse: parseCount(1),
        default: '1',
        brief: 'Random starts at most',
        placeholder: 'N',
      },
      randomStart: { kind: 'boolean', default: true, brief: 'Start at a random point of the ball' },
      exhaust: { kind: 'boolean', default: false, brief: 'Go on after a success for the highest loss' },
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of the random starts',
        placeholder: 'N',
      },
      batch: { kind: 'parsed', parse: parseCount(1), default: '16', brief: 'Pictures in one run', placeholder: 'N' },
      out: { ...text, brief: 'PNG for one picture, folder for several', placeholder: 'PATH' },
      figure: { kind: 'boolean', default: true, brief: 'Also write a picture to look at' },
      failUnder: {
        kind: 'parsed',
        parse: parseShare,
        optional: true,
        brief: 'Exit with 1 if less than this share resists',
        placeholder: 'SHARE',
      },
    },
    positional: {
      kind: 'array',
      minimum: 2,
      parameter: { brief: 'ONNX file, then pictures or folders of them', parse: String, placeholder: 'model picture' },
    },
    aliases: { e: 'epsilon', o: 'out' },
  },
  docs: {
    brief: 'Find a small change of pictures that changes the answer',
    fullDescription:
      'Searches the ball around each picture for one that the model answers wrongly (or with --target), checks it on\nthe plain model in float and after rounding to 8 bits, and writes it as a PNG with a figure beside it.\nPictures in a folder for each class take their label from it.',
  },
});
