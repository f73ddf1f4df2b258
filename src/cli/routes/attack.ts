/** @file Flags of `pareidolia attack`. */
import { buildCommand } from '@stricli/core';
import { batchFlag, memoryFlag } from '../batch-flags.ts';
import { modelFlags } from '../model-flags.ts';
import { parseBudget, parseCount, parseShare } from '../parse.ts';
import { parseSetting } from '../parse-attack.ts';

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
        optional: true,
        brief: 'Radius of the ball in pixels from 0 to 1, such as 8/255',
        placeholder: 'EPS',
      },
      method: { ...text, brief: 'Attack, as "pareidolia attacks" lists them, or best (pgd)', placeholder: 'NAME' },
      norm: {
        kind: 'enum',
        values: ['linf', 'l2', 'l1', 'l0'],
        optional: true,
        brief: 'Norm of the ball, or what is made small (the first that the attack knows)',
      },
      criterion: {
        ...text,
        brief: 'When a picture counts: top-5, logit-gap:5, probability-gap:0.2 (another answer)',
        placeholder: 'RULE',
      },
      set: {
        kind: 'parsed',
        parse: parseSetting,
        optional: true,
        variadic: true,
        brief: 'Option of the attack, as "pareidolia attacks NAME" lists them; may be repeated',
        placeholder: 'NAME=VALUE',
      },
      distance: { ...text, brief: 'Attack under this distance instead of a ball', placeholder: 'NAME' },
      minimal: { kind: 'boolean', optional: true, withNegated: false, brief: 'Look for the smallest distance' },
      budget: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Stay within this distance: 0 for equal pictures, so 1 - SSIM for ssim',
        placeholder: 'X',
      },
      bound: {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        brief: 'Also stay within a bound: "linf<=8/255" or linf=8/255; may be repeated',
        placeholder: 'NAME<=X',
      },
      mask: { ...text, brief: 'Picture that is white where pixels may change', placeholder: 'FILE' },
      change: {
        kind: 'enum',
        values: ['pixels', 'colour', 'flow', 'rigid'],
        optional: true,
        brief: 'Change pixels, map colours, move pixels, or turn and shift the whole (pixels)',
      },
      target: { ...text, brief: 'Class to lead to, by name or number', placeholder: 'CLASS' },
      label: { ...text, brief: 'True class; what the model answers unless given', placeholder: 'CLASS' },
      steps: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Steps of the attack, where it has such an option (40; 300 with --distance)',
        placeholder: 'N',
      },
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
        optional: true,
        brief: 'How the step size runs (constant)',
      },
      loss: {
        kind: 'enum',
        values: ['cross-entropy', 'margin', 'dlr'],
        optional: true,
        brief: 'What is raised (cross-entropy)',
      },
      momentum: {
        kind: 'parsed',
        parse: parseBudget,
        optional: true,
        brief: 'Share of the gradient that is kept (0)',
        placeholder: 'MU',
      },
      restarts: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Random starts at most (1)',
        placeholder: 'N',
      },
      randomStart: { kind: 'boolean', optional: true, brief: 'Start at a random point of the ball (yes)' },
      exhaust: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Go on after a success for the highest loss',
      },
      band: {
        ...text,
        brief: 'Change only these frequencies, with pgd: low, middle, high or LOW-HIGH in cycles a pixel',
        placeholder: 'BAND',
      },
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of the random starts',
        placeholder: 'N',
      },
      batch: batchFlag('16'),
      memory: memoryFlag,
      out: { ...text, brief: 'PNG for one picture, folder for several', placeholder: 'PATH' },
      figure: { kind: 'boolean', default: true, brief: 'Also write a picture to look at' },
      reportDistances: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Measure what was found under every distance',
      },
      path: { kind: 'boolean', default: false, withNegated: false, brief: 'With --json: also the path of each attack' },
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
      'Searches the ball around each picture for one that the model answers wrongly (or with --target), or with an attack that\nlooks for it the smallest change that does so, checks it on the plain model in float and after rounding to 8 bits, and\nwrites it as a PNG with a figure beside it. --method best takes the strongest attack known for the norm and says which.\nPictures in a folder for each class take their label from it. With --distance, any distance takes the place of the ball:\nthe smallest change under it (--minimal), or one within a budget.',
  },
});
