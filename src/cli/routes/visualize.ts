/** @file Flags of `pareidolia visualize`. */
import { buildCommand } from '@stricli/core';
import { modelFlags } from '../model-flags.ts';
import { parseBudget, parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;
const number = { kind: 'parsed', parse: parseBudget, optional: true } as const;
const count = (least: number) => ({ kind: 'parsed', parse: parseCount(least), optional: true }) as const;

/** The command. */
export const visualizeRoute = buildCommand({
  loader: async () => (await import('../commands/visualize.ts')).visualizeCommand,
  parameters: {
    flags: {
      ...modelFlags,
      size: { ...count(8), brief: "Height and width of the picture (the model's)", placeholder: 'PIXELS' },
      unit: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        brief:
          'What to draw: a class, layer:channel, layer:channel:row,column, layer, or a sum (cat - 0.5 * dog); several make a sheet',
        placeholder: 'UNIT',
      },
      prior: {
        ...text,
        brief:
          'raw, pixels, low-resolution, laplacian, fourier, low-fourier, maco, maco:legacy, cppn, deep-image, dae, generator (fourier)',
        placeholder: 'NAME',
      },
      set: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        brief:
          'Settings of the prior: fourier decay; generator bound, bounds, sphere, length-weight, range; dae weight, gradient-weight, noise, annealed, range',
        placeholder: 'NAME=VALUE',
      },
      robustness: {
        ...text,
        brief:
          'Changes that it must bear: none, jitter, lucid, distill, flip, noise, colour-noise, jpeg, maco, or lucid+flip (as the prior wants)',
        placeholder: 'NAME',
      },
      steps: { ...count(1), brief: 'Gradient steps (512)', placeholder: 'N' },
      rate: { ...number, brief: "Learning rate (the prior's)", placeholder: 'RATE' },
      optimizer: {
        kind: 'enum',
        values: [
          'adam',
          'nadam',
          'steepest',
          'cma-es',
          'cma-es:diagonal',
          'cma-es:cholesky',
          'sphere-cma',
          'genetic',
          'nes',
        ],
        optional: true,
        brief: 'How it moves: by gradients, or by values alone from cma-es on (adam)',
      },
      evaluations: { ...count(1), brief: 'Pictures shown to the unit, without gradients (3000)', placeholder: 'N' },
      redirect: {
        ...count(0),
        brief:
          'Steps at the start in which ReLUs that are off pass on what would turn them on (16, as in Lucid; 0 for none)',
        placeholder: 'N',
      },
      penalty: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        brief: 'Held against it: tv=0.01, l1=…, l2=…, blur=…, boundary=…, batch-statistics=…; may be repeated',
        placeholder: 'NAME=WEIGHT',
      },
      score: {
        kind: 'enum',
        values: ['logit', 'margin'],
        optional: true,
        brief: "A class's score, or its lead (logit)",
      },
      tokens: {
        ...text,
        brief: 'Which tokens of a transformer count: 0, 1-, 0,3-5; with :largest the one that responds most (all)',
        placeholder: 'WHICH',
      },
      match: { ...text, brief: 'Draw what the layer --unit saw of a picture', placeholder: 'FILE' },
      as: {
        kind: 'enum',
        values: ['inversion', 'caricature', 'style', 'direction'],
        optional: true,
        brief: 'With --match: the same activations, more of them, their style, or their direction (inversion)',
      },
      direction: {
        ...text,
        brief: 'Draw along a direction of the layer --unit: a JSON list with a number for each channel',
        placeholder: 'FILE',
      },
      cosinePower: {
        ...number,
        brief: 'Power of the cosine for directions (2) and caricatures (1)',
        placeholder: 'POWER',
      },
      grid: { ...text, brief: 'Draw several pictures of a unit together, such as 3x3', placeholder: 'RxC' },
      diversity: {
        ...text,
        brief: "With --grid: how much they should differ, and at which layer (the unit's): 1 or LAYER=1",
        placeholder: 'WEIGHT',
      },
      alignment: {
        ...text,
        brief: 'With --grid: how alike neighbours should be, as pictures or at a layer: 1 or LAYER=1',
        placeholder: 'WEIGHT',
      },
      towards: {
        ...count(0),
        brief: 'With --grid: go from the channel of --unit to this one of its layer',
        placeholder: 'CHANNEL',
      },
      from: { ...text, brief: 'Start from a picture', placeholder: 'FILE' },
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of the start and the changes',
        placeholder: 'N',
      },
      generator: { ...text, brief: 'ONNX file of a generator, for --prior generator', placeholder: 'FILE' },
      denoiser: { ...text, brief: 'ONNX file of a denoiser, for --prior dae', placeholder: 'FILE' },
      natural: {
        ...text,
        brief: 'Photographs whose colours and spectrum are taken (measured ones)',
        placeholder: 'FOLDER',
      },
      evidence: { ...text, brief: 'Photographs that activations are compared with', placeholder: 'FOLDER' },
      second: { ...text, brief: 'Another classifier that is asked what it sees', placeholder: 'MODEL' },
      transparency: { kind: 'boolean', default: false, withNegated: false, brief: 'Leave out what did not count' },
      slide: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Draw a strip from attack to drawing instead',
      },
      video: { ...text, brief: 'Also write the path as an animated WebP', placeholder: 'FILE' },
      report: { ...text, brief: 'Also write a page of it all', placeholder: 'HTML' },
      out: { ...text, brief: 'PNG to write (drawing.png)', placeholder: 'FILE' },
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'ONNX file, or zoo:NAME', parse: String, placeholder: 'model' }],
    },
    aliases: { u: 'unit', o: 'out' },
  },
  docs: {
    brief: 'Draw what a unit responds to, under a prior of natural pictures',
    fullDescription:
      'Raises a unit of the network while the picture stays natural, by the search that attacks use. The prior says what\nnatural means: waves that fall as 1 / f, the magnitudes of photographs, a denoiser, a generator. --slide draws one unit\nunder all of them, from an adversarial pattern to a picture. Every picture carries its settings.',
  },
});
