/** @file Flags of `pareidolia compare`. */
import { buildCommand } from '@stricli/core';

const text = { kind: 'parsed', parse: String, optional: true } as const;

/** The command. */
export const compareRoute = buildCommand({
  loader: async () => (await import('../commands/compare.ts')).compareCommand,
  parameters: {
    flags: {
      distance: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        brief: 'Distance to measure; give it again for more',
        placeholder: 'NAME',
      },
      all: { kind: 'boolean', default: false, brief: 'Measure every distance there is' },
      map: { ...text, brief: 'Write where the pictures differ by the first distance (ssim)', placeholder: 'PNG' },
      resize: { kind: 'boolean', default: false, brief: 'Bring the second picture to the size of the first' },
      calibrate: {
        ...text,
        brief: 'Instead, show what known changes of these pictures measure',
        placeholder: 'FOLDER',
      },
      device: { kind: 'enum', values: ['cpu', 'webgpu'], default: 'cpu', brief: 'Where the graphs run' },
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
    },
    positional: {
      kind: 'array',
      parameter: {
        brief: 'Two pictures, or two folders of pictures of the same names',
        parse: String,
        placeholder: 'picture',
      },
    },
    aliases: { d: 'distance' },
  },
  docs: {
    brief: 'Measure how different pictures are, and say what the numbers mean',
    fullDescription:
      'Compares two pictures, or the pictures of two folders by name, by several distances. Each number is told with its\ndirection and the known change (JPEG, noise, blur, a shift) that measures the same on photos. Folders print medians;\n--json has every pair. vifp and mdsi take the second picture for the original.',
  },
});
