/** @file Flags of `pareidolia bridge`. */
import { buildCommand } from '@stricli/core';
import { strengths } from '../../bridge/pattern.ts';
import { batchFlag, memoryFlag } from '../batch-flags.ts';
import { modelFlags } from '../model-flags.ts';
import { parseBudget, parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const bridgeRoute = buildCommand({
  loader: async () => (await import('../commands/bridge.ts')).bridgeCommand,
  parameters: {
    flags: {
      ...modelFlags,
      unit: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        brief: 'What is to respond: a class or layer:channel; may be repeated',
        placeholder: 'UNIT',
      },
      dose: {
        kind: 'parsed',
        parse: parseBudget,
        default: '8/255',
        brief: 'Dose that the verdict is of',
        placeholder: 'E',
      },
      doses: {
        kind: 'parsed',
        parse: parseBudget,
        variadic: ',',
        optional: true,
        brief: 'Doses of both signs that are measured (1/255,2/255,4/255,8/255,16/255)',
        placeholder: 'E,E,…',
      },
      strength: {
        kind: 'enum',
        values: [...strengths] as ['rms', 'linf'],
        default: 'rms',
        brief: 'What a dose bounds: the root mean square of the change, or its largest value',
      },
      distance: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        brief: 'Distance that looks at the dose; give it again for more (some usual ones)',
        placeholder: 'NAME',
      },
      all: { kind: 'boolean', default: false, withNegated: false, brief: 'Let every distance look' },
      notice: {
        kind: 'parsed',
        parse: parseBudget,
        default: '8',
        brief: 'Noise on photographs, in 255ths, up to which a change counts as hidden',
        placeholder: 'LEVELS',
      },
      closely: {
        kind: 'parsed',
        parse: parseCount(1),
        default: '16',
        brief: 'Pictures whose distances and local linearity are measured',
        placeholder: 'N',
      },
      count: {
        kind: 'parsed',
        parse: parseCount(1),
        optional: true,
        brief: 'Take the first pictures alone',
        placeholder: 'N',
      },
      batch: batchFlag('16, or fewer of a large model'),
      memory: memoryFlag,
      seed: { kind: 'parsed', parse: parseCount(0), default: '0', brief: 'Seed of starts and noise', placeholder: 'N' },
      csv: { ...text, brief: 'Also write every dose of every pattern as CSV', placeholder: 'FILE' },
      out: { ...text, brief: 'Write a page with curves, pictures and tables', placeholder: 'HTML' },
    },
    positional: {
      kind: 'array',
      minimum: 2,
      parameter: {
        brief: 'ONNX file or zoo:NAME, then pictures or folders of them',
        parse: String,
        placeholder: 'model-or-picture',
      },
    },
    aliases: { u: 'unit', o: 'out', d: 'distance' },
  },
  docs: {
    brief: 'Measure whether what a drawing is made of fools in a picture',
    fullDescription:
      'Draws a unit without any prior and puts growing doses of that pattern on pictures and on plain grey, beside its bands,\nits scrambled form, gradient signs, attacks, a wave and noise. Says of every link whether it held: the pattern is of\nhigh frequency; the unit answers to it alone; it adds to a picture; it is hidden there; it fools.',
  },
});
