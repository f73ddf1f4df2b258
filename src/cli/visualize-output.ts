/** @file What `visualize` prints and its page: activation, answers, spectrum, settings. */
import type { Picture } from '../image/image.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { lineChart } from '../report/chart.ts';
import { figure, inlinePicture, pictureRow } from '../report/figure.ts';
import { type Html, html } from '../report/html.ts';
import { details, page } from '../report/page.ts';
import { table } from '../report/table.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';
import type { Drawing } from '../visualize/visualize.ts';
import type { Evidence } from './visualize-evidence.ts';

/** A unit with its drawing. */
export interface DrawnUnit {
  readonly unit: NamedUnit;
  readonly drawing: Drawing;
  readonly evidence: Evidence;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function evidenceWords({ activation, answer, slope, percentile, photos, second }: Evidence): string[] {
  return [
    `activation ${activation.toPrecision(4)}${percentile === undefined ? '' : `, above ${percent(percentile)} of ${photos} photographs`}`,
    `the model sees ${answer.name} (${percent(answer.probability)})`,
    ...(second === undefined ? [] : [secondWords(second)]),
    slope === undefined ? slopeWords(slope) : `spectrum falls with slope ${slope.toFixed(2)}`,
  ];
}

function secondWords({ model, name, probability, ofUnit }: Evidence['second'] & object): string {
  const own = ofUnit === undefined ? '' : `, and what was drawn with ${percent(ofUnit)}`;
  return `${model} sees ${name} (${percent(probability)})${own}`;
}

/** A spectrum's slope in a word or two. */
export function slopeWords(slope: number | undefined): string {
  return slope === undefined ? 'no spectrum: one colour' : `slope ${slope.toFixed(2)}`;
}

/** Lines for people. */
export function visualizeText(drawn: readonly DrawnUnit[], out: string): string {
  const lines = drawn.flatMap(({ unit, drawing, evidence }) => [
    `${unit.name}: ${evidenceWords(evidence).join('; ')}`,
    ...drawing.notes.map((note) => `  note: ${note}`),
  ]);
  return `${lines.join('\n')}\nwritten: ${out}\n`;
}

/** Settings and evidence as JSON. */
export function visualizeJson(settings: object, drawn: readonly DrawnUnit[], out: string): string {
  const units = drawn.map(({ unit, drawing, evidence: { spectrum, ...evidence } }) => ({
    unit: unit.name,
    objective: drawing.objective,
    ...evidence,
    spectrum,
    firstActivation: drawing.path[0]!.objective,
    path: drawing.path.map(({ objective }) => Number(objective.toPrecision(6))),
    notes: drawing.notes,
  }));
  return `${JSON.stringify({ ...settings, units, file: out }, null, 2)}\n`;
}

/** The activation over the steps, at some forty of them and the last. */
function pathChart(name: string, { path }: Drawing): Promise<Html> {
  const last = path.length - 1;
  const every = Math.max(1, Math.floor(last / 40));
  const points = path.flatMap(({ objective }, step) =>
    step % every === 0 || step === last ? [[step, objective] as const] : [],
  );
  return lineChart({
    alt: `Activation of ${name} over the steps`,
    x: { title: 'step', domain: [0, Math.max(1, last)] },
    y: { title: 'activation' },
    series: [{ name, points, tone: 'first' }],
  });
}

/** Magnitudes over frequency, both by powers of ten. */
function spectrumChart(name: string, { frequencies, magnitudes, natural }: Evidence['spectrum']): Promise<Html> {
  const pointsOf = (values: readonly number[]) =>
    values.flatMap((value, i) => (value > 1e-6 ? [[frequencies[i]!, value] as const] : []));
  return lineChart({
    alt: `Spectrum of ${name} beside that of photographs`,
    x: { title: 'cycles a pixel', scale: 'log', domain: [frequencies[0]!, frequencies.at(-1)!] },
    y: { title: 'magnitude', scale: 'log' },
    series: [
      { name, points: pointsOf(magnitudes), tone: 'first' },
      { name: 'photographs', points: pointsOf(natural), tone: 'reference' },
    ],
  });
}

/** A page of drawings with their evidence and how they came about. */
export async function visualizeReport(
  model: string,
  drawn: readonly DrawnUnit[],
  [channels, height, width]: PictureSize,
  settings: object,
): Promise<string> {
  const sections = [];
  for (const { unit, drawing, evidence } of drawn) {
    const cells = [];
    for (const [i, data] of drawing.pictures.entries()) {
      const picture: Picture = { data, channels, height, width };
      cells.push({ picture: await inlinePicture(picture, `${unit.name}, drawing ${i + 1}`) });
    }
    sections.push({
      title: unit.name,
      content: [
        pictureRow(cells),
        html`<ul>${evidenceWords(evidence).map((words) => html`<li>${words}</li>`)}</ul>`,
        figure(await pathChart(unit.name, drawing), 'Activation on the way, of the picture as the network saw it.'),
        figure(
          await spectrumChart(unit.name, evidence.spectrum),
          'How large waves of lightness are, from long to short ones, beside those of photographs.',
        ),
      ],
    });
  }
  const rows = Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value) ?? '–']);
  return page({
    title: `What ${model} responds to`,
    lead: 'Pictures that raise a unit of the network while they stay natural, and what speaks for them.',
    sections: [
      ...sections,
      { title: 'Settings', content: details('All of them', table({ head: ['setting', 'value'], rows })) },
    ],
  });
}
