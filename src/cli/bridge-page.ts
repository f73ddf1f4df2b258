/** @file The page of `bridge`: the verdict, what the dose looks like, curves, and what every pattern and distance says. */
import type { BridgeFindings } from '../bridge/bridge.ts';
import type { SeenDose } from '../bridge/compare-doses.ts';
import type { DoseReactions } from '../bridge/measure-doses.ts';
import { dosed, patternFor, strengthOf } from '../bridge/pattern.ts';
import { levels, short } from '../bridge/words.ts';
import { mean, median } from '../distance/mean.ts';
import type { Model } from '../model/model.ts';
import { lineChart, type Series, type Tone } from '../report/chart.ts';
import { figure, inlinePicture, pictureRow } from '../report/figure.ts';
import { html } from '../report/html.ts';
import { commands, page, type Section } from '../report/page.ts';
import type { Axis } from '../report/plot.ts';
import { table } from '../report/table.ts';
import { patternHeads, patternRow, stateWords } from './bridge-output.ts';

/**
 * The page.
 * @param images those given to the bridge, [C, H, W] each; the first that counts for a unit is shown with its doses
 * @param command that makes the page again
 */
export async function bridgePage(
  all: readonly BridgeFindings[],
  images: readonly Float32Array[],
  model: Model,
  command: string,
): Promise<string> {
  const sections: Section[] = [];
  for (const found of all) sections.push(...(await unitSections(found, images, model, all.length > 1)));
  return page({
    title: `From drawing to attack in ${model.name}`,
    lead: 'Gradient ascent fills pictures with patterns that people do not see in photographs. This page measures, link by link, whether such a pattern, in a dose too small to notice, does in a picture what it does alone, and whether it fools.',
    sections,
    footer: commands([command]),
  });
}

async function unitSections(
  found: BridgeFindings,
  images: readonly Float32Array[],
  model: Model,
  several: boolean,
): Promise<Section[]> {
  const [ascent] = found.patterns;
  const of = several ? ` (${found.unit})` : '';
  return [
    {
      title: `Which links held${of}`,
      content: [
        html`<p>${found.unit}: ${found.pictures} pictures, a dose of ${levels(found.dose)} of the unit's own pattern, drawn without a prior. Intervals are 95 % over pictures.</p>`,
        table({
          head: ['link', 'verdict', 'measured'],
          rows: ascent!.links.map((link) => [link.name, stateWords[link.is], link.words]),
        }),
        ...found.notes.map((note) => html`<p>${note}</p>`),
      ],
    },
    { title: `What the dose looks like${of}`, content: await pictures(found, images, model) },
    {
      title: `Growing doses${of}`,
      content: [
        figure(
          await doseChart(found),
          'What the unit gains from doses of both signs, on average: the pattern in pictures, what the slope there predicts, the pattern on grey alone, and random signs of equal strength in pictures.',
        ),
        figure(await foolingChart(found), 'Share of pictures that are answered otherwise than without the dose.'),
      ],
    },
    {
      title: `Every pattern${of}`,
      content: table({
        caption: `At a dose of ${levels(found.dose)}. High share: power above a quarter of a cycle a pixel. R²: of the slope's prediction, nothing fitted, doses up to this one. Breaks at: the first dose with R² below 0.95. Adds up: 1 where pictures gain what grey gains. Odd: 1 where minus takes away what plus gives, 0 where both do the same.`,
        head: patternHeads,
        rows: found.patterns.map((pattern) => patternRow(pattern, found.dose)),
      }),
    },
    {
      title: `Local linearity${of}`,
      content: table({
        caption:
          'γ: the largest deviation from the linear prediction that 10 steps of ascent find in the ball (Qin et al. 2019), and how far as many steps raise the response in it; means over pictures.',
        head: ['ball', 'γ', 'raised', 'γ / raised'],
        rows: found.localLinearity.map(({ dose, gamma, raised }) => [
          levels(dose),
          short(gamma.value),
          short(raised.value),
          short(gamma.value / raised.value),
        ]),
      }),
    },
    ...(ascent!.seen.length === 0 ? [] : [distanceSection(found, of), growingSection(found, of)]),
  ];
}

async function pictures(found: BridgeFindings, images: readonly Float32Array[], model: Model) {
  const { channels, height, width } = model;
  const shown = async (data: Float32Array, alt: string) => inlinePicture({ data, channels, height, width }, alt);
  const grey = new Float32Array(channels * height * width).fill(0.5);
  const rows = [];
  for (const { pattern } of found.patterns) {
    // The first picture that has the pattern.
    const place = found.kept.findIndex((_, i) => !pattern.without?.has(i));
    const picture = images[found.kept[place]!]!;
    const values = patternFor(pattern, place);
    // The pattern itself fills the range of pixels.
    const full = dosed(grey, values, 0.5 / strengthOf(values, 'linf'));
    rows.push(
      pictureRow(
        [
          { picture: await shown(full, `The pattern ${pattern.name}, amplified`), title: pattern.name },
          { picture: await shown(dosed(grey, values, found.dose), `${pattern.name} on grey`), title: 'on grey' },
          {
            picture: await shown(dosed(picture, values, found.dose), `${pattern.name} in a picture`),
            title: 'in a picture',
          },
          { picture: await shown(picture, 'The picture alone'), title: 'without' },
        ],
        { columns: 4, narrow: 2 },
      ),
    );
  }
  return rows;
}

/** The series of a pattern over signed doses, 0 included. */
function series(name: string, tone: Tone, points: readonly (readonly [number, number])[]): Series {
  const all = [...points, [0, 0] as const].sort(([a], [b]) => a - b);
  return { name, tone, points: all };
}

function doseChart(found: BridgeFindings) {
  const [ascent] = found.patterns;
  const signs = found.patterns.at(-1)!;
  const of = (pick: (one: DoseReactions) => number, from = ascent!) =>
    from.reactions.doses.map((one) => [one.dose * 255, pick(one)] as const);
  const lines = [
    series(
      'in pictures',
      'first',
      of((one) => mean(one.gained)),
    ),
    series(
      'slope says',
      'reference',
      of((one) => mean(one.predicted)),
    ),
    series(
      'on grey alone',
      'second',
      of((one) => mean(one.aloneGained.grey)),
    ),
    series(
      `${signs.pattern.name} in pictures`,
      'third',
      of((one) => mean(one.gained), signs),
    ),
  ];
  return lineChart({
    alt: `Gains of ${found.unit} over doses from ${-255 * found.doses.at(-1)!} to ${255 * found.doses.at(-1)!} 255ths`,
    x: doseAxis(found, -1),
    y: { title: 'gained response', zero: true },
    series: lines,
  });
}

function foolingChart(found: BridgeFindings) {
  const named = new Map(found.patterns.map((one) => [one.pattern.name, one]));
  const chosen: readonly (readonly [string, Tone])[] = [
    ['ascent', 'first'],
    ['PGD', 'second'],
    ['ascent, phases scrambled', 'third'],
    ['random signs', 'reference'],
  ];
  const lines = chosen.flatMap(([name, tone]) => {
    const pattern = named.get(name);
    if (pattern === undefined) return [];
    const points = pattern.reactions.doses
      .filter(({ dose }) => dose > 0)
      .map((one) => [one.dose * 255, mean(one.fooled.map(Number))] as const);
    return [series(name, tone, points)];
  });
  return lineChart({
    alt: `Share of pictures answered otherwise, over doses up to ${255 * found.doses.at(-1)!} 255ths`,
    x: doseAxis(found, 0),
    y: { title: 'answered otherwise', share: true, domain: [0, 1] },
    series: lines,
  });
}

function doseAxis({ doses }: BridgeFindings, low: -1 | 0): Axis {
  const most = 255 * doses.at(-1)!;
  return { title: 'dose in 255ths', domain: [low * most, most] };
}

function distanceSection(found: BridgeFindings, of: string): Section {
  const [ascent] = found.patterns;
  return {
    title: `What distances see${of}`,
    content: table({
      caption: `The ascent pattern at a dose of ${levels(found.dose)}, medians over ${ascent!.seen[0]!.inPicture.length} pictures: in a picture, d(I, I + εF), and on grey, d(g, g + εF), each beside the noise on photographs that measures the same.`,
      head: ['distance', 'in a picture', 'like noise of', 'on grey', 'like noise of'],
      rows: ascent!.seen.map((one) => [
        one.distance,
        short(median(one.inPicture)),
        noise(median(one.levelInPicture)),
        short(median(one.onGrey)),
        noise(median(one.levelOnGrey)),
      ]),
    }),
  };
}

/** A level of noise, where tables know one. */
function noise(level: number): string {
  return Number.isNaN(level) ? '–' : level >= 255 ? 'beyond the tables' : `${short(level)}/255`;
}

function growingSection(found: BridgeFindings, of: string): Section {
  const { seenByDose } = found.patterns[0]!;
  const grounds = [
    ['in a picture', ({ inPicture }: SeenDose) => inPicture],
    ['on grey', ({ onGrey }: SeenDose) => onGrey],
  ] as const;
  const names = seenByDose[0]!.seen.map(({ distance }) => distance);
  return {
    title: `What distances see of growing doses${of}`,
    content: table({
      caption: 'The ascent pattern at every dose, medians over the same pictures: d(I, I + εF) and d(g, g + εF).',
      head: ['distance', 'ground', ...seenByDose.map(({ dose }) => levels(dose))],
      rows: names.flatMap((name) =>
        grounds.map(([ground, pick]) => [
          name,
          ground,
          ...seenByDose.map(({ seen }) => {
            const one = seen.find(({ distance }) => distance === name);
            return one === undefined ? '–' : short(median(pick(one)));
          }),
        ]),
      ),
    }),
  };
}
