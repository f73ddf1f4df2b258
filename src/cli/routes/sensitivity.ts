/** @file Flags of `pareidolia sensitivity`. */
import { buildCommand } from '@stricli/core';
import { modelFlags } from '../model-flags.ts';
import { sensitivityFlags } from '../sensitivity-flags.ts';

/** The command. */
export const sensitivityRoute = buildCommand({
  loader: async () => (await import('../commands/sensitivity.ts')).sensitivity,
  parameters: {
    flags: {
      ...modelFlags,
      ...sensitivityFlags,
      out: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief:
          'Name of the files to write: NAME.json, NAME.csv and a figure; what was stopped goes on (not --filtered)',
        placeholder: 'NAME',
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'ONNX file', parse: String, placeholder: 'model' },
        {
          brief: 'Data set or folder of pictures: cifar10:DIR, class folders …',
          parse: String,
          placeholder: 'pictures',
        },
      ],
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Measure at which frequencies a model is weak',
    fullDescription:
      '--heatmap: the error under each plane wave of one length (Yin et al. 2019), and by band. --waves: which single waves change\nmost answers (Tsuzuku and Sato 2019), chosen by some pictures and judged on others. --bands: accuracy against budget under PGD\nthat changes one band of frequencies alone. --filtered: accuracy with low or with high frequencies alone (Wang et al. 2020).\nLow is up to 4 periods over 32 pixels, middle up to 10, high above; the same in cycles a pixel at every size.',
  },
});
