/** @file Words about units that do not fit are refused before any work. */
import { describe, expect, it } from 'vitest';
import { smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { unitNamed } from '../visualize/unit-named.ts';
import { parseTokens } from './parse-tokens.ts';
import { checkTogether } from './visualize-check.ts';
import { drawOptionsOf, type VisualizeFlags } from './visualize-plan.ts';
import { togetherObjective, unitsOf } from './visualize-units.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });

const flagsOf = (flags: Partial<VisualizeFlags>): VisualizeFlags => ({
  unit: ['Relu#2'],
  seed: 0,
  transparency: false,
  slide: false,
  device: 'cpu',
  json: false,
  ...flags,
});

describe('tokens', () => {
  it.each([
    ['0', { which: [0] }],
    ['1-', { which: [[1]] }],
    ['0,3-5', { which: [0, [3, 5]] }],
    ['all', {}],
    ['2-:largest', { which: [[2]], average: 'largest' }],
    ['all:mean', { average: 'mean' }],
  ])('%s', (text, choice) => expect(parseTokens(text)).toEqual(choice));

  it.each(['', 'x', '-3', '1,,2', '1:most', '0:mean:mean'])('"%s" are none', (text) => {
    expect(() => parseTokens(text)).toThrow('Expected tokens such as 0, 1- or 0,3-5');
  });
});

describe('what is not said', () => {
  const size = [3, 16, 16] as const;
  const optionsOf = async (flags: Partial<VisualizeFlags>, of: PictureSize = size) =>
    drawOptionsOf(flagsOf(flags), model, of);

  it('is led past ReLUs that are off for as long as Lucid, and while a small network draws', async () => {
    expect((await optionsOf({})).redirect).toBe(16);
    expect((await optionsOf({ redirect: 0 })).redirect).toBe(0);
    expect((await optionsOf({ steps: 12 })).redirect).toBe(12);
    expect((await optionsOf({ prior: 'cppn', steps: 90 })).redirect).toBe(90);
  });

  it.each([
    ['fourier', 224, 'lucid'],
    ['maco', 224, '(uniform noise'],
    ['maco', 32, 'jitter'],
    ['fourier', 32, 'jitter'],
    ['dae', 224, 'jitter'],
    ['generator', 224, undefined],
  ] as const)('is what pictures of %s at %s pixels bear', async (prior, side, key) => {
    const { transform } = await optionsOf({ prior }, [3, side, side]);
    expect(transform?.key.startsWith(key ?? '')).toBe(key === undefined ? undefined : true);
  });

  it("is no crop for MACO at the model's own size", async () => {
    const large = { ...model, height: 160, width: 160 };
    const { transform } = await drawOptionsOf(flagsOf({ prior: 'maco' }), large, [3, 224, 224]);
    expect(transform!.key).toContain('lucid');
  });

  it('is a prior of few numbers where there are no gradients', async () => {
    const optimizer = 'sphere-cma';
    expect((await optionsOf({ optimizer })).parameterisation.name).toBe('generator');
    const large = (await optionsOf({ optimizer }, [3, 128, 192])).parameterisation;
    expect([large.size, large.shape]).toEqual([
      [3, 128, 192],
      [2, 3, 16, 13],
    ]);
    expect((await optionsOf({ optimizer: 'nadam' })).parameterisation.name).toBe('fourier');
  });
});

describe('flags that do not go together', () => {
  it.each<[string, Partial<VisualizeFlags>, string]>([
    ['a picture and a direction', { match: 'a.png', direction: 'd.json' }, 'give one of them'],
    ['a likeness of nothing', { as: 'style' }, 'give --match FILE as well'],
    ['a cosine of an inversion', { match: 'a.png', cosinePower: 2 }, '--cosine-power is for --direction'],
    ['a score of a layer', { match: 'a.png', score: 'margin' }, '--score is for classes'],
    ['a slide of a prior', { slide: true, prior: 'maco', video: 'v.webp' }, 'leave out --prior, --video.'],
    ['a slide of two units', { slide: true, unit: ['1', '2'] }, 'give one --unit'],
    ['a video of two units', { unit: ['1', '2'], video: 'v.webp' }, '--video shows how one unit is drawn'],
    ['a transparent sheet', { unit: ['1', '2'], transparency: true }, 'sheets are opaque'],
    [
      'steps without gradients',
      { optimizer: 'nes', steps: 5, grid: '1x2' },
      'goes by values alone; leave out --steps, --grid.',
    ],
    ['a denoiser without gradients', { optimizer: 'genetic', prior: 'dae' }, '--prior dae moves along gradients'],
    ['evaluations of gradients', { evaluations: 5 }, '--evaluations is for optimisers without gradients'],
    ['a slide of a grid', { slide: true, alignment: '1', towards: 2 }, 'leave out --alignment, --towards.'],
  ])('%s', (_name, flags, message) => {
    expect(() => checkTogether(flagsOf(flags))).toThrow(message);
  });

  it.each<[string, Partial<VisualizeFlags>, string]>([
    ['tokens of a class', { unit: ['3'], tokens: '0' }, '--tokens is for units of a layer; "class 3" is a class.'],
    ['a match of a channel', { unit: ['Relu#2:4'], match: 'a.png' }, '--match is of whole layers; "Relu#2:4" is none.'],
    [
      'a direction of a class',
      { unit: ['3'], direction: 'd.json' },
      '--direction is of whole layers; "class 3" is none.',
    ],
    ['a direction that is not there', { direction: 'nothing.json' }, 'Cannot read nothing.json'],
    ['a direction that is none', { direction: 'package.json' }, 'Expected package.json to hold a direction'],
  ])('%s', async (_name, flags, message) => {
    await expect(unitsOf(flagsOf(flags), model)).rejects.toThrow(message);
  });

  it.each<[string, Partial<VisualizeFlags>, string]>([
    ['a grid that is none', { grid: '3' }, 'Expected a grid such as 3x3'],
    ['a grid of too many', { grid: '9x9' }, 'of 64 pictures at most'],
    ['a generator for waves', { generator: 'g.onnx' }, 'belongs to --prior generator'],
    ['a denoiser for waves', { denoiser: 'd.onnx' }, 'belongs to --prior dae'],
    ['a prior that is none', { prior: 'foo' }, 'There is no prior "foo"; there are raw'],
    ['statistics that are not there', { penalty: ['batch-statistics=1'] }, 'small keeps no statistics'],
  ])('%s', async (_name, flags, message) => {
    await expect(drawOptionsOf(flagsOf(flags), model, [3, 16, 16])).rejects.toThrow(message);
  });

  it.each<[string, string, Partial<VisualizeFlags>, string]>([
    ['alignment of one', 'Relu#2:4', { alignment: '1' }, '--alignment is for several pictures'],
    ['a way from a class', '3', { grid: '1x2', towards: 4 }, '"class 3" is no channel'],
    ['diversity of one', 'Relu#2:4', { diversity: '1' }, 'give --grid 3x3 as well'],
    ['a weight that is none', 'Relu#2:4', { grid: '1x2', alignment: 'much' }, 'LAYER=1 for --alignment, got "much"'],
    ['a class that differs nowhere', '3', { grid: '1x2', diversity: '1' }, '--diversity LAYER=1'],
  ])('%s', (_name, unit, flags, message) => {
    expect(() => togetherObjective(unitNamed(model, unit), flagsOf(flags))).toThrow(message);
  });
});
