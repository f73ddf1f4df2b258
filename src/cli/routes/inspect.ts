/** @file Flags of `pareidolia inspect`. */
import { buildCommand } from '@stricli/core';
import { modelFlags } from '../model-flags.ts';
import { parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const inspectRoute = buildCommand({
  loader: async () => (await import('../commands/inspect.ts')).inspect,
  parameters: {
    flags: {
      ...modelFlags,
      images: {
        ...text,
        brief: 'Folder of labelled pictures: try every preprocessing on it; with --artefacts pictures to measure on',
        placeholder: 'FOLDER',
      },
      limit: {
        kind: 'parsed',
        parse: parseCount(1),
        default: '100',
        brief: 'Pictures to try at most',
        placeholder: 'N',
      },
      writeSidecar: { kind: 'boolean', default: false, brief: 'Write the best preprocessing beside the model' },
      layers: { kind: 'boolean', default: false, brief: 'List every layer whose units can be named' },
      artefacts: {
        kind: 'boolean',
        default: false,
        brief: 'Predict the patterns that strides draw into gradients, and measure them',
      },
      csv: {
        ...text,
        brief: 'With --artefacts: the layers as a table, and energies by phase as FILE.phases.csv',
        placeholder: 'FILE',
      },
      out: { ...text, brief: 'With --artefacts: figure of the maps, .png or .svg', placeholder: 'FILE' },
    },
    positional: { kind: 'tuple', parameters: [{ brief: 'ONNX file or address', parse: String, placeholder: 'model' }] },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Show what a model takes, holds and answers',
    fullDescription:
      'Shows inputs, outputs, ops, layers, cost and the preprocessing that would be used.\nWith --images FOLDER (a folder for each class, or WordNet numbers in the file names) tries every known\npreprocessing and prints the accuracy of each: a wrong scale is the commonest mistake.\nWith --artefacts shows kernel, stride and overlap of every layer that changes the resolution, the pattern that they are predicted to\ndraw into gradients (Odena et al. 2016) and the energy that gradients have by phase, over --images (or noise).',
  },
});
