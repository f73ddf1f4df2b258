/** @file Curves of shares side by side over one legend: SVG with text as outlines, and the same as PNG. */
import { encodePng, rasterize } from '#image-codec';
import { plotFigureSvg } from '../report/plot-figure.ts';
import { lookAt } from './looks.ts';

/** A curve. */
export interface Curve {
  /** Its name in the legend; curves of one name look alike in all panels. */
  readonly name: string;
  /** Its share, from 0 to 1, at each place of the axis. */
  readonly shares: readonly number[];
}

/** Curves on axes of their own. */
export interface CurvePanel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** Panels in a row. */
export interface CurveFigure {
  readonly heading: string;
  readonly panels: readonly CurvePanel[];
  /** What stands along the axes, and the places of the horizontal one, which are set out evenly. */
  readonly across: { readonly title: string; readonly labels: readonly string[] };
  readonly up: string;
  readonly notes?: readonly string[];
}

/** The figure as an SVG document. */
export function curveFigureSvg({ heading, panels, across, up, notes = [] }: CurveFigure): Promise<string> {
  const names = [...new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  const look = (name: string) => lookAt(names.indexOf(name));
  const ticks = across.labels.map((label, at) => ({ at, label }));
  const x = { title: across.title, ticks, domain: [-0.5, ticks.length - 0.5] } as const;
  const y = { title: up, share: true, domain: [0, 1] } as const;
  return plotFigureSvg({
    heading,
    notes,
    size: { width: 300, height: 220 },
    keys: names.map((name) => ({ name, look: look(name) })),
    panels: panels.map(({ title, curves }) => ({
      title,
      plotted: {
        x,
        y,
        lines: curves.map(({ name, shares }) => ({
          look: look(name),
          points: shares.map((share, at) => [at, share] as const),
        })),
      },
    })),
  });
}

/** The figure as PNG bytes. */
export async function curveFigurePng(figure: CurveFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(await curveFigureSvg(figure)));
}
