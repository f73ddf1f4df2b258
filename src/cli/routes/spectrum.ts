/** @file Flags of `pareidolia spectrum`. */
import { buildCommand } from '@stricli/core';
import { modelFlags } from '../model-flags.ts';
import { parseCount, parseShare } from '../parse.ts';
import { sensitivityFlags } from '../sensitivity-flags.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const spectrumRoute = buildCommand({
  loader: async () => (await import('../commands/spectrum.ts')).spectrumCommand,
  parameters: {
    flags: {
      ...modelFlags,
      ...sensitivityFlags,
      gradient: {
        ...text,
        brief: "Take this model's input gradients on the pictures, layer by layer",
        placeholder: 'MODEL',
      },
      difference: {
        kind: 'boolean',
        default: false,
        brief: 'Take the difference of two pictures, or of two folders by name',
      },
      window: {
        kind: 'boolean',
        default: false,
        brief: 'Fade pictures out towards their edges (Hann), as photographs need',
      },
      natural: {
        ...text,
        brief: 'Pictures to hold it against: their middle nine tenths; or embedded, 92 photographs',
        placeholder: 'FOLDER',
      },
      above: {
        kind: 'parsed',
        parse: parseShare,
        default: '0.25',
        brief: 'Cycles a pixel from which frequencies count as high',
      },
      layers: {
        kind: 'parsed',
        parse: parseCount(2),
        optional: true,
        brief: 'Layers at most, with --gradient (16, and those that find where lines come)',
        placeholder: 'N',
      },
      csv: { ...text, brief: 'Write power by frequency as a table', placeholder: 'FILE' },
      map: { ...text, brief: 'Write power at every frequency, the mean in the middle', placeholder: 'PNG' },
      out: { ...text, brief: 'Write a figure: .svg, .png or .html', placeholder: 'FILE' },
    },
    positional: {
      kind: 'array',
      parameter: {
        brief: 'Pictures or folders of them; a data set with --gradient',
        parse: String,
        placeholder: 'picture',
      },
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Measure which frequencies pictures, perturbations, drawings and gradients are made of',
    fullDescription:
      "Power by frequency, its slope, the shares of high and low frequencies, and lines: patterns that repeat every 2, 4, 8 … pixels, as\nstrides draw them (an index of 1 is none). --difference looks at a perturbation. --gradient looks at the gradients of a model's\nhighest score on the pictures, at those of its layers one by one, and at those of its twin with random weights.\n--heatmap, --waves, --bands and --filtered MODEL PICTURES are those of sensitivity.",
  },
});
