/** @file Power by frequency on logarithmic axes: curves over the band of natural pictures, as SVG with text as outlines, and as PNG. */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { fit } from '../image/figure.ts';
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

const [margin, left, top, across, down] = [20, 92, 84, 520, 380];
/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), with a dash each. */
const looks = [
  { colour: '#d55e00', dash: '' },
  { colour: '#0072b2', dash: '8 4' },
  { colour: '#009e73', dash: '3 3' },
  { colour: '#cc79a7', dash: '12 4 2 4' },
  { colour: '#000000', dash: '1 4' },
] as const;
const soft = '#666666';

/** The figure as an SVG document. */
export function radialFigureSvg({ heading, curves, band, notes = [] }: RadialFigure): string {
  const points = curves.map(({ frequency, relative }) =>
    frequency.flatMap((f, i) => (f <= 0.5 + 1e-9 && relative[i]! > 0 ? [[f, relative[i]!] as const] : [])),
  );
  const bandPoints = (curve: readonly number[]) =>
    band === undefined
      ? []
      : band.frequency.flatMap((f, i) => (f <= 0.5 + 1e-9 && curve[i]! > 0 ? [[f, curve[i]!] as const] : []));
  const [low, high] = [bandPoints(band?.low ?? []), bandPoints(band?.high ?? [])];
  const all = [...points.flat(), ...low, ...high];
  const decades = {
    from: Math.floor(Math.log10(Math.min(...all.map(([, value]) => value)))),
    to: Math.ceil(Math.log10(Math.max(...all.map(([, value]) => value))) + 1e-9),
  };
  const first = Math.min(...points.flat().map(([f]) => f));
  const x = (f: number) => left + (across * Math.log(f / first)) / Math.log(0.5 / first);
  const y = (value: number) => top + (down * (decades.to - Math.log10(value))) / (decades.to - decades.from);
  const path = (list: readonly (readonly [number, number])[]) =>
    list.map(([f, value]) => `${x(f).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const shown = (list: readonly (readonly [number, number])[]) => list.filter(([f]) => f >= first);

  const step = Math.max(1, Math.ceil((decades.to - decades.from) / 8));
  const rows = Array.from(
    { length: Math.floor((decades.to - decades.from) / step) + 1 },
    (_, i) => decades.from + i * step,
  );
  const grid = rows.map((power) => {
    const text = power >= -3 && power <= 4 ? String(Number((10 ** power).toPrecision(1))) : `1e${power}`;
    return `<path d="M${left} ${y(10 ** power)}h${across}" stroke="#dddddd"/>${svgText(text, left - 8 - textWidth(text, 12), y(10 ** power) + 4, 12)}`;
  });
  const ticks = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
    .filter((f) => f >= first * 0.999)
    .map((f) => {
      const text = String(f);
      return `<path d="M${x(f)} ${top + down}v5" stroke="#666666"/>${svgText(text, x(f) - textWidth(text, 12) / 2, top + down + 20, 12)}`;
    });
  const area =
    band === undefined
      ? ''
      : `<polygon points="${path([...shown(high), ...shown(low).toReversed()])}" fill="#000000" fill-opacity="0.12"/>`;
  const names = [
    ...curves.map(({ name }, i) => ({ name, draw: line(i, `${0},${0} ${34},${0}`) })),
    ...(band === undefined
      ? []
      : [
          {
            name: `${band.pictures} of ${band.name}, 5 to 95 %`,
            draw: '<rect y="-6" width="34" height="12" fill="#000000" fill-opacity="0.12"/>',
          },
        ]),
  ];
  const right = left + across + 28;
  const legend = Math.max(...names.map(({ name }) => textWidth(name, 13))) + 46;
  const words = Math.max(textWidth(heading, 18, true), ...notes.map((note) => textWidth(note, 12)));
  const width = Math.ceil(Math.max(right + legend, Math.min(900, margin + words)) + margin);
  const height = top + down + 60 + 18 * notes.length + margin;
  const keys = names.map(
    ({ name, draw }, i) =>
      `<g transform="translate(${right} ${top + 12 + 24 * i})">${draw}</g>${svgText(name, right + 42, top + 16 + 24 * i, 13)}`,
  );
  const title = 'cycles a pixel';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>
${svgText(fit(heading, width - 2 * margin, 18, true), margin, margin + 16, 18, { bold: true })}
${svgText('power, 1 for white noise of the same strength', left, top - 14, 12, { fill: soft })}
${grid.join('')}${ticks.join('')}${area}${points.map((list, i) => line(i, path(list))).join('')}
${svgText(title, left + (across - textWidth(title, 12)) / 2, top + down + 42, 12, { fill: soft })}
${keys.join('')}${notes.map((note, n) => svgText(fit(note, width - 2 * margin, 12), margin, height - margin - 18 * (notes.length - 1 - n), 12, { fill: soft })).join('')}</svg>
`;
}

/** The figure as PNG bytes. */
export async function radialFigurePng(figure: RadialFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(radialFigureSvg(figure)));
}

function line(i: number, points: string): string {
  const { colour, dash } = looks[i % looks.length]!;
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}
