/** @file Power by frequency on logarithmic axes: curves over the band of natural pictures, as SVG with text as outlines, and as PNG. */
import { encodePng, rasterize } from '#image-codec';
import { plotFigureSvg } from '../report/plot-figure.ts';
import { lookAt } from './looks.ts';
import type { NaturalBand } from './natural-band.ts';

/** A curve of relative power. */
export interface RadialCurve {
  readonly name: string;
  /** Cycles a pixel, rising. */
  readonly frequency: readonly number[];
  readonly relative: readonly number[];
}

/** What the figure shows. */
export interface RadialFigure {
  readonly heading: string;
  readonly curves: readonly RadialCurve[];
  readonly band?: NaturalBand;
  readonly notes?: readonly string[];
}

/** The figure as an SVG document. */
export function radialFigureSvg({ heading, curves, band, notes = [] }: RadialFigure): Promise<string> {
  const lines = curves.map(({ frequency, relative }, i) => ({
    look: lookAt(i),
    shown: 'line' as const,
    points: frequency.flatMap((f, at) => (isShown(f, relative[at]!) ? [[f, relative[at]!] as const] : [])),
  }));
  const first = Math.min(...lines.flatMap(({ points }) => points.map(([f]) => f)));
  return plotFigureSvg({
    heading,
    notes,
    size: { width: 520, height: 380 },
    keys: lines.map(({ look, shown }, i) => ({ name: curves[i]!.name, look, shown })),
    ...(band && { bandName: `${band.pictures} of ${band.name}, 5 to 95 %` }),
    panels: [
      {
        plotted: {
          x: { title: 'cycles a pixel', scale: 'log', domain: [first, 0.5] },
          y: { title: 'power, 1 for white noise of the same strength', scale: 'log' },
          lines,
          ...(band && {
            band: band.frequency.flatMap((f, i) =>
              f >= first && isShown(f, band.low[i]!) ? [[f, band.low[i]!, band.high[i]!] as const] : [],
            ),
          }),
        },
      },
    ],
  });
}

/** Corners of the spectrum lie beyond half a cycle; logarithms know no zero. */
function isShown(frequency: number, power: number): boolean {
  return frequency <= 0.5 + 1e-9 && power > 0;
}

/** The figure as PNG bytes. */
export async function radialFigurePng(figure: RadialFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(await radialFigureSvg(figure)));
}
