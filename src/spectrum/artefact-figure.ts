/** @file A figure of predicted overlap beside measured gradient energy: the maps, and both by phase. */
import type { Figure, Panel } from '../image/figure.ts';
import { heatMap } from '../image/heat-map.ts';
import type { Picture } from '../image/image.ts';
import type { ArtefactMeasurement, ArtefactPrediction } from './artefacts.ts';
import type { PixelMap } from './overlap-map.ts';
import type { PhaseEnergies } from './phase-energy.ts';

/** Phases beyond this are too small to see. */
const largestShown = 16;

/** Panels of a model's maps: the whole way's overlap, the measured energy, and one period of each, repeated. */
export function artefactFigure(
  name: string,
  { maps, input, output }: ArtefactPrediction,
  measurement?: ArtefactMeasurement,
): Figure {
  const panels: Panel[] = [];
  if (maps.input !== undefined && input.length > 0) {
    panels.push(mapPanel('Predicted: paths to each pixel', maps.input, 'kernels alike'));
    if (measurement !== undefined)
      panels.push(
        mapPanel(
          'Measured: gradient energy',
          measurement.map,
          `${measurement.pictures} ${measurement.on === 'noise' ? 'pictures of noise' : 'pictures'}`,
        ),
      );
    const shown = input.findLast(({ period }) => Math.max(...period) <= largestShown);
    if (shown !== undefined) {
      panels.push(phasePanel('Predicted by phase', shown));
      const measured = measurement?.periods.find(({ period }) => period.join() === shown.period.join());
      if (measured !== undefined) panels.push(phasePanel('Measured by phase', measured.measured));
    }
  }
  if (maps.output !== undefined && output.length > 0) {
    panels.push(mapPanel('How often output pixels are painted', maps.output, 'kernels alike'));
    panels.push(
      phasePanel('Output by phase', output.findLast(({ period }) => Math.max(...period) <= largestShown) ?? output[0]!),
    );
  }
  return {
    panels,
    heading: `Overlap of windows: ${name}`,
    note: 'Dark is none, pale yellow the most; maps end at their 99th percentile.',
  };
}

function mapPanel(title: string, map: PixelMap, said: string): Panel {
  const { height, width } = map;
  const data = Float32Array.from(map.data);
  const most = data.toSorted()[Math.floor(0.99 * (data.length - 1))]!;
  const factor = Math.max(1, Math.round(256 / Math.max(height, width)));
  const picture = enlarged({ data, height, width }, factor, most);
  return { title, picture, captions: [{ text: `${height} x ${width} pixels, ${said}` }] };
}

/** Phases, repeated so that the pattern shows. */
function phasePanel(title: string, { period: [py, px], energies, ratio }: PhaseEnergies): Panel {
  const [rows, columns] = [py * Math.max(2, Math.floor(16 / py)), px * Math.max(2, Math.floor(16 / px))];
  const data = Float32Array.from(
    { length: rows * columns },
    (_, at) => energies[Math.floor(at / columns) % py]![(at % columns) % px]!,
  );
  const picture = enlarged(
    { data, height: rows, width: columns },
    Math.max(1, Math.floor(256 / Math.max(rows, columns))),
    data.reduce((a, b) => Math.max(a, b)),
  );
  const said = Number.isFinite(ratio) ? ratio.toFixed(2) : 'infinite';
  return { title, picture, captions: [{ text: `every ${py} x ${px} pixels, ratio ${said}` }] };
}

/** A map in colours with each number a square of pixels. */
function enlarged(
  { data, height, width }: { readonly data: Float32Array; readonly height: number; readonly width: number },
  factor: number,
  most: number,
): Picture {
  const [rows, columns] = [height * factor, width * factor];
  const large = Float32Array.from(
    { length: rows * columns },
    (_, at) => data[Math.floor(at / columns / factor) * width + Math.floor((at % columns) / factor)]!,
  );
  return heatMap({ data: large, height: rows, width: columns }, columns, rows, most);
}
