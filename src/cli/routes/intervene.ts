/** @file Flags of `pareidolia intervene`. */
import { buildCommand } from '@stricli/core';
import { batchFlag } from '../batch-flags.ts';
import { modelFlags } from '../model-flags.ts';
import { parseBudget, parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const interveneRoute = buildCommand({
  loader: async () => (await import('../commands/intervene.ts')).interveneCommand,
  parameters: {
    flags: {
      ...modelFlags,
      try: {
        ...text,
        variadic: true,
        brief: 'average, blurpool3, blur3 or noise0.05x8, also of other sizes; may be repeated (a usual choice)',
        placeholder: 'NAME',
      },
      epsilon: {
        kind: 'parsed',
        parse: parseBudget,
        variadic: true,
        optional: true,
        brief: 'Budget of PGD in linf; may be repeated (1/255 and 2/255)',
        placeholder: 'E',
      },
      steps: { kind: 'parsed', parse: parseCount(1), default: '20', brief: 'Steps of PGD', placeholder: 'N' },
      limit: { kind: 'parsed', parse: parseCount(1), default: '100', brief: 'Pictures at most', placeholder: 'N' },
      batch: batchFlag('16, or fewer of a large model'),
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of the choice of pictures, starts and noise',
        placeholder: 'N',
      },
      blur: {
        kind: 'parsed',
        parse: parseCount(2),
        default: '3',
        brief: 'Taps of the blur in the written model, 2 to 7',
        placeholder: 'TAPS',
      },
      layer: {
        ...text,
        variadic: true,
        brief: 'Blur this layer of the written model alone; may be repeated',
        placeholder: 'NAME',
      },
      heatmap: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Also the error under about 34 plane waves, before and after what changes the network',
      },
      csv: { ...text, brief: 'Write the measurements as a table', placeholder: 'FILE' },
      out: {
        ...text,
        variadic: true,
        brief: 'Write the model with blurred down-sampling (.onnx) or a figure (.svg, .png); may be repeated',
        placeholder: 'FILE',
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'ONNX file or zoo:NAME', parse: String, placeholder: 'model' },
        {
          brief: 'Data set or folder of class folders to measure on',
          parse: String,
          placeholder: 'pictures',
          optional: true,
        },
      ],
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Smooth the gradient or the down-sampling of a model, and measure what it does',
    fullDescription:
      "Measures lines and high frequencies of the gradient, accuracy, and accuracy under PGD, before and after: average pooling's\ngradient in place of max pooling's (average), anti-aliased down-sampling put into the network (blurpool, Zhang 2019), the gradient\nblurred (blur) or averaged over noise (noise, SmoothGrad). With --out FILE.onnx writes the model with blurred down-sampling,\nwith FILE.svg or FILE.png a figure.",
  },
});
