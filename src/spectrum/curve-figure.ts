/** @file Curves of shares side by side under one legend: SVG with text as outlines, and the same as PNG. */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { fit } from '../image/figure.ts';

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

const [margin, between, top, axis, side, lower] = [20, 40, 92, 40, 300, 220];
/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), with a dash each. */
const looks = [
  { colour: '#0072b2', dash: '' },
  { colour: '#009e73', dash: '7 3' },
  { colour: '#d55e00', dash: '3 3' },
  { colour: '#000000', dash: '10 3 2 3' },
  { colour: '#cc79a7', dash: '1 3' },
  { colour: '#56b4e9', dash: '12 4' },
] as const;

/** The figure as an SVG document. */
export function curveFigureSvg({ heading, panels, across, up, notes = [] }: CurveFigure): string {
  const names = [...new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  const legend = Math.max(...names.map((name) => textWidth(name, 13))) + 60;
  const right = margin + panels.length * (axis + side + between);
  const words = Math.max(textWidth(heading, 18, true), ...notes.map((note) => textWidth(note, 12)));
  const width = Math.ceil(Math.max(right + legend + margin, Math.min(800, words + 2 * margin)));
  const height = top + lower + 50 + 18 * notes.length + margin;
  const look = (name: string) => looks[names.indexOf(name) % looks.length]!;
  const drawn = panels.map(({ title, curves }, p) => {
    const left = margin + axis + p * (axis + side + between);
    const x = (at: number) => left + (side * (at + 0.5)) / across.labels.length;
    const y = (share: number) => top + (1 - share) * lower;
    const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
      const text = `${100 * share} %`;
      return `<path d="M${left} ${y(share)}h${side}" stroke="#dddddd"/>${svgText(text, left - 6 - textWidth(text, 12), y(share) + 4, 12)}`;
    });
    const ticks = across.labels.map((label, at) =>
      svgText(label, x(at) - textWidth(label, 12) / 2, top + lower + 18, 12),
    );
    const lines = curves.map(({ name, shares }) => {
      const points = shares.map((share, at) => `${x(at).toFixed(1)},${y(share).toFixed(1)}`);
      const marks = shares.map((share, at) => mark(look(name).colour, x(at), y(share)));
      return `${line(look(name), points.join(' '))}${marks.join('')}`;
    });
    return [
      svgText(fit(title, side, 15, true), left, top - 30, 15, { bold: true }),
      svgText(up, left - axis + 4, top - 12, 12, { fill: '#666666' }),
      ...grid,
      ...ticks,
      svgText(across.title, left + (side - textWidth(across.title, 12)) / 2, top + lower + 38, 12, { fill: '#666666' }),
      ...lines,
    ].join('');
  });
  const keys = names.map((name, n) => {
    const y = top + 14 + 22 * n;
    return `${line(look(name), `${right},${y} ${right + 34},${y}`)}${mark(look(name).colour, right + 17, y)}${svgText(name, right + 42, y + 4, 13)}`;
  });
  const said = notes.map((note, n) =>
    svgText(fit(note, width - 2 * margin, 12), margin, height - margin - 18 * (notes.length - 1 - n), 12, {
      fill: '#666666',
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>
${svgText(fit(heading, width - 2 * margin, 18, true), margin, margin + 16, 18, { bold: true })}
${drawn.join('\n')}
${keys.join('')}${said.join('')}</svg>
`;
}

/** The figure as PNG bytes. */
export async function curveFigurePng(figure: CurveFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(curveFigureSvg(figure)));
}

function line({ colour, dash }: (typeof looks)[number], points: string): string {
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}

function mark(colour: string, x: number, y: number): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${colour}"/>`;
}
