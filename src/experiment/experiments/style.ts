/** @file Style transfer with robust features (Nakano 2019). */

import { pixelsOf } from '../../data/image-array.ts';
import { mean } from '../../distance/mean.ts';
import type { Picture } from '../../image/image.ts';
import { rawPixels } from '../../prior/pixels.ts';
import { activationsOf } from '../../visualize/activations-of.ts';
import { matching, style as styleOf } from '../../visualize/objectives/matching.ts';
import { weightedSum } from '../../visualize/objectives/objective.ts';
import { visualize } from '../../visualize/visualize.ts';
import type { ExperimentContext, KnownModel } from '../context.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { ExperimentError } from '../experiment-error.ts';
import { highFrequencyShare } from '../input-gradients.ts';
import { type LayerFragility, layerFragility } from '../layer-fragility.ts';
import { meanMeasure } from '../mean-measure.ts';
import { firstOf } from '../picture-set.ts';
import { openStyleJudge, styleLayers } from '../style-judge.ts';
import { exceeds, isAbove } from '../summary.ts';

/** How much is computed. */
export type StyleSettings = {
  /** Pairs of test pictures. */
  readonly pairs: number;
  readonly steps: number;
  /** Learning rate of Adam, in pixels from 0 to 1. */
  readonly rate: number;
  /** Weight of all style layers together; content has 1. */
  readonly styleWeight: number;
  /** Length in l2 of the changes by which layers are tried, and steps of the search for them. */
  readonly epsilon: number;
  readonly fragilitySteps: number;
};

const quick: StyleSettings = { pairs: 10, steps: 100, rate: 0.01, styleWeight: 8, epsilon: 0.5, fragilitySteps: 10 };
const full = { ...quick, pairs: 100, steps: 300 };

/** The experiment. */
export const style: Experiment<StyleSettings> = {
  name: 'style',
  title: 'Style transfer with robust features',
  claim:
    'Style transfer needs features that answer to what people see. VGG’s happen to; those of other standard networks do not, and the change that they ask for is noise. With a robust network of the same architecture it works.',
  paper: 'Nakano 2019, "Adversarially robust neural style transfer", in Distill’s discussion of Ilyas et al.',
  protocol: [
    'From the content picture, raise by Adam on the pixels: minus the distance of a deep layer’s values from the content picture’s, minus the distance of the Gram matrices of all layers up to it from the style picture’s (Gatys et al. 2016). The same for a standard and a robust network of one architecture; no other prior.',
    'Networks that had no part in it judge: a second, plain network, and the other of the two. How much nearer is the style than it was at the content picture, and how far is the content?',
    'Share of the energy of the change in high frequencies.',
    'How fragile the layers are: how far a change of one length in l2, found by search, moves a layer’s values, over how far apart two pictures are there.',
  ],
  published: [],
  usualData: 'cifar10',
  sources: ['standard', 'robust', 'second'],
  scales: {
    quick: { shapes: quick, cifar10: quick, other: quick },
    full: { shapes: full, cifar10: full, other: full },
  },

  async run(context, settings): Promise<Findings> {
    const { epsilon, fragilitySteps } = settings;
    const found = await context.pictures('test', 2 * settings.pairs);
    const pairs = Math.floor(found.array.shape[0] / 2);
    const set = await firstOf(found, 2 * pairs);
    const { array } = set;
    if (pairs === 0)
      throw new ExperimentError(
        `${array.name} holds no two test pictures to transfer style between: name larger --data.`,
      );
    const [, channels, height, width] = array.shape;
    const contents = Array.from({ length: pairs }, (_, i) => pixelsOf(array, [i]));
    const styles = Array.from({ length: pairs }, (_, i) => pixelsOf(array, [pairs + i]));
    const sources = { standard: await context.source('standard'), robust: await context.source('robust') };
    const second = await context.source('second');
    for (const { model } of [sources.standard, sources.robust, second]) styleLayers(model);
    const measures: Measure[] = [];
    const shown = (pictures: readonly Float32Array[]): Picture[] =>
      pictures.slice(0, 10).map((data) => ({ data, channels, height, width }));
    const rows = [
      { title: 'content', pictures: shown(contents) },
      { title: 'style', pictures: shown(styles) },
    ];
    for (const role of ['standard', 'robust'] as const) {
      const { model: network } = sources[role];
      const layers = styleLayers(network);
      const fragile = await context.step(`fragility of ${role}`, async (tick) => {
        const found: LayerFragility[] = [];
        for (const layer of layers.style) {
          found.push(await layerFragility(network, layer, set, { epsilon, steps: fragilitySteps }));
          tick(found.length, layers.style.length);
        }
        return found;
      });
      fragile.forEach(({ contributions }, k) => {
        measures.push(meanMeasure(`${role}: fragility of ReLU ${k + 1}`, 'number', contributions));
      });
      const ofPictures = contents.concat(styles).map((_, i) => mean(fragile.map((each) => each.contributions[i]!)));
      measures.push(meanMeasure(`${role}: mean fragility of layers`, 'number', ofPictures));
      const made = await transferred(context, sources[role], contents, styles, settings);
      rows.push({ title: `by the ${role} network`, pictures: shown(made) });
      for (const [name, { model }] of [
        ['itself', sources[role]],
        ['a second network', second],
        ['the other of both', sources[role === 'standard' ? 'robust' : 'standard']],
      ] as const) {
        const { judge, release } = await openStyleJudge(model);
        const gained: number[] = [];
        const contentErrors: number[] = [];
        for (const [i, x] of made.entries()) {
          const [before, after] = [
            await judge(contents[i]!, contents[i]!, styles[i]!),
            await judge(x, contents[i]!, styles[i]!),
          ];
          gained.push(1 - after.style / before.style);
          contentErrors.push(after.content);
        }
        await release();
        measures.push(
          meanMeasure(`${role}: style gained, by ${name}`, 'change', gained),
          meanMeasure(`${role}: distance of content, by ${name}`, 'number', contentErrors),
        );
      }
      const changes = made.map((x, i) => x.map((value, j) => value - contents[i]![j]!));
      measures.push(
        meanMeasure(
          `${role}: length of the change in l2`,
          'number',
          changes.map((change) => Math.hypot(...change)),
        ),
        meanMeasure(
          `${role}: energy of the change in high frequencies`,
          'share',
          changes.map((change) => highFrequencyShare(change, height, width)),
        ),
      );
    }
    return {
      measures,
      figures: [
        { kind: 'pictures', name: 'transfers', caption: 'Content, style, and what both networks made of them.', rows },
      ],
      notes: [
        'Intervals are over pairs of pictures, those of fragility over pictures as if these were independent: each adds its distance from the next one, so that neighbours share a picture, and these intervals may be too narrow, by the factor √2 at most. Nothing depends on the seed, so that one is enough.',
        `The paper transfers the style of paintings to photographs of some hundred pixels with a ResNet-50; here both are pictures of ${height} x ${width}, where style is colour and the coarsest texture.`,
        'The share of style gained is 1 less the distance of Gram matrices over that of the content picture: 100 % is the style picture’s own, below 0 is further away than nothing at all. Judges that are standard networks share non-robust features with the standard network, which is why the robust one’s word is given as well.',
      ],
    };
  },

  judge: (results) => {
    const of = (role: string, what: string) => results.of(`${role}: ${what}`);
    const more = (what: string, role: string, other: string) => exceeds(of(role, what), of(other, what));
    return [
      {
        statement: 'Each network finds a picture of the style by its own word (over 30 % gained).',
        holds: ['standard', 'robust'].every((role) => isAbove(of(role, 'style gained, by itself'), 0.3)),
      },
      {
        statement: 'A second network sees more of the style in what the robust one made.',
        holds: more('style gained, by a second network', 'robust', 'standard'),
      },
      {
        statement: 'The robust network sees less of the style in what the standard one made than the other way round.',
        holds: more('style gained, by the other of both', 'robust', 'standard'),
      },
      {
        statement: 'The standard network’s layers are more fragile.',
        holds: more('mean fragility of layers', 'standard', 'robust'),
      },
      {
        statement: 'The standard network’s change has more of its energy in high frequencies.',
        holds: more('energy of the change in high frequencies', 'standard', 'robust'),
      },
    ];
  },
};

function transferred(
  context: ExperimentContext,
  { model }: KnownModel,
  contents: readonly Float32Array[],
  styles: readonly Float32Array[],
  { steps, rate, styleWeight }: StyleSettings,
): Promise<Float32Array[]> {
  const layers = styleLayers(model);
  const parameterisation = rawPixels([model.channels, model.height, model.width]);
  return context.step(`style transfer by ${model.name}`, async (tick) => {
    const made: Float32Array[] = [];
    for (const [i, content] of contents.entries()) {
      const wanted = await Promise.all(layers.style.map((layer) => activationsOf(model, layer, styles[i]!)));
      const objective = weightedSum([
        [matching(await activationsOf(model, layers.content, content)), 1],
        ...wanted.map((each) => [styleOf(each), styleWeight / wanted.length] as const),
      ]);
      const { pictures } = await visualize(model, objective, {
        parameterisation,
        steps,
        rate,
        start: content,
        seed: context.seed,
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      });
      made.push(pictures[0]!);
      tick(i + 1, contents.length);
    }
    return made;
  });
}
