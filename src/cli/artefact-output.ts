/** @file What `inspect --artefacts` prints: a table of layers, then prediction and measurement for each period. */
import type { ArtefactMeasurement, ArtefactPrediction } from '../spectrum/artefacts.ts';
import type { PhaseEnergies } from '../spectrum/phase-energy.ts';
import type { ResolutionLayer } from '../spectrum/resolution-layers.ts';
import { textTable } from './text-table.ts';

/** What was found of a file. */
export interface ArtefactFindings {
  readonly file: string;
  readonly prediction: ArtefactPrediction;
  readonly measurement: ArtefactMeasurement | undefined;
  readonly notes: readonly string[];
  /** Tables and the figure that were written. */
  readonly tables: readonly string[];
  readonly out?: string;
}

/** Largest number of phases whose table people read. */
const mostPhases = 16;

/** As JSON; maps are in the figure. Infinite ratios, of places that no window covers, are null. */
export function artefactJson({ file, prediction, measurement, notes, tables, out }: ArtefactFindings): object {
  const { layers, input, output } = prediction;
  const { map: _, ...measured } = measurement ?? { map: undefined };
  return {
    file,
    layers,
    input,
    output,
    ...(measurement === undefined ? {} : { measured }),
    notes,
    ...(tables.length === 0 ? {} : { tables }),
    ...(out === undefined ? {} : { out }),
  };
}

/** As lines for people. */
export function artefactLines({ prediction, measurement, notes, tables, out }: ArtefactFindings): string[] {
  const { layers, input, output } = prediction;
  const written = [...tables, ...(out === undefined ? [] : [out])];
  const after = [
    ...notes.map((note) => `note: ${note}`),
    ...(written.length === 0 ? [] : [`written: ${written.join(', ')}`]),
  ];
  if (layers.length === 0) return ['No layer changes the resolution: nothing is predicted to repeat.', ...after];
  const lines = [...layerTable(layers), '', ...layerSentences(layers), ''];
  for (const { words, predicted, measured, lineIndex } of measurement?.periods ?? []) {
    lines.push(`${words}${lineIndex === undefined ? '' : ` Line index ${lineIndex.toFixed(2)}.`}`);
    if (predicted.energies.flat().length <= mostPhases) lines.push(...phaseTable(predicted, measured));
  }
  if (input.length === 0 && layers.some(({ shrinks }) => shrinks))
    lines.push('No period of theirs fits four times into the picture, so none is compared.');
  if (measurement === undefined)
    for (const predicted of input) {
      lines.push(
        `Gradients of the input, every ${predicted.period.join(' x ')} pixels: predicted ratio ${ratioText(predicted.ratio)}.`,
      );
      if (predicted.energies.flat().length <= mostPhases) lines.push(...phaseTable(predicted));
    }
  else
    lines.push(
      `${percent(measurement.highShare)} of the gradients' energy lies above a quarter of a cycle a pixel (${measurement.pictures} ${measurement.on === 'noise' ? 'pictures of noise' : 'pictures'}).`,
    );
  for (const predicted of output) {
    lines.push(
      `Pixels of the output, every ${predicted.period.join(' x ')}: painted with a ratio of ${ratioText(predicted.ratio)}.`,
    );
    if (predicted.energies.flat().length <= mostPhases) lines.push(...phaseTable(predicted));
  }
  return [...lines, ...after];
}

function layerTable(layers: readonly ResolutionLayer[]): string[] {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'layer' },
    { title: 'kind' },
    { title: 'kernel' },
    { title: 'stride' },
    { title: 'dilation' },
    { title: 'overlap' },
    { title: 'ratio', ...right },
    { title: 'period', ...right },
    { title: 'size' },
  ];
  const both = ([a, b]: readonly [number, number]) => (a === b ? `${a}` : `${a} x ${b}`);
  return textTable(
    columns,
    layers.map(
      ({
        name,
        kind,
        kernel,
        stride,
        dilation,
        overlap: [rows, across],
        ratio,
        shrinks,
        inputPeriod,
        outputPeriod,
        from,
        to,
      }) => {
        const counts = [rows, across].map((one) => one.counts.join(':'));
        return [
          name,
          kind,
          both(kernel),
          both(stride),
          both(dilation),
          counts[0] === counts[1] ? counts[0]! : counts.join(' x '),
          ratioText(ratio),
          shrinks || outputPeriod === undefined ? `${both(inputPeriod)}` : `${both(outputPeriod)} out`,
          `${from.join(' x ')} to ${to.join(' x ')}`,
        ];
      },
    ),
  );
}

/** What overlaps mean, said once for each kind that occurs. */
function layerSentences(layers: readonly ResolutionLayer[]): string[] {
  const shrinking = layers.filter(({ shrinks }) => shrinks);
  const uneven = shrinking.filter(({ even }) => !even);
  const blind = shrinking.filter(({ ratio }) => ratio === Number.POSITIVE_INFINITY);
  const painting = layers.filter(({ shrinks }) => !shrinks);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  return [
    ...(shrinking.length === 0
      ? []
      : [
          uneven.length === 0
            ? `Backwards, windows of ${count(shrinking.length, 'layer')} cover all places equally often.`
            : `Backwards, windows of ${uneven.length} of ${count(shrinking.length, 'layer')} cover some places more often: their stride does not divide their kernel.`,
        ]),
    ...(blind.length === 0
      ? []
      : [
          `${count(blind.length, 'layer')} with a kernel below the stride never ${blind.length === 1 ? 'sees' : 'see'} some places (ratio infinite); other branches may.`,
        ]),
    ...(shrinking.some(({ kind }) => kind === 'maxPool')
      ? ["Max pooling sends a window's gradient to one place, wherever the maximum is; average pooling shares it out."]
      : []),
    ...(painting.length === 0
      ? []
      : [
          painting.every(({ even }) => even)
            ? 'Forwards, layers that enlarge paint all places equally often (Odena et al. 2016); kernels of transposed convolutions and of depth to space may still differ by phase.'
            : `Forwards, ${count(painting.filter(({ even }) => !even).length, 'layer')} that ${painting.filter(({ even }) => !even).length === 1 ? 'enlarges paints' : 'enlarge paint'} some places more often (Odena et al. 2016): a checkerboard unless weights have learned to undo it.`,
        ]),
  ];
}

function phaseTable(predicted: PhaseEnergies, measured?: PhaseEnergies): string[] {
  const row = (values: readonly number[]) => values.map((value) => value.toFixed(2).padStart(5)).join(' ');
  return predicted.energies.map(
    (values, y) => `    ${row(values)}${measured === undefined ? '' : `   measured ${row(measured.energies[y]!)}`}`,
  );
}

const ratioText = (ratio: number) => (Number.isFinite(ratio) ? ratio.toFixed(2) : 'infinite');

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
