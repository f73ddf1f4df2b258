/** @file A figure of a comparison: both pictures, and where a distance says that they differ. */
import { figurePng } from '../image/figure.ts';
import { heatMap, largest } from '../image/heat-map.ts';
import type { MeasuredRow } from './compare.ts';
import type { Pair } from './measure.ts';

/** Four figures at most, without an exponent for what pictures measure. */
export function shortNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-5 || size >= 1e7 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** The figure as PNG bytes. @param row a row that `compare` gave with its map */
export function compareFigure(
  { x, y, names: [a, b] = ['first', 'second'] }: Pair,
  { name, value, reading, map }: MeasuredRow & Required<Pick<MeasuredRow, 'map'>>,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const most = largest(map);
  const heat = heatMap(map, x.width, x.height);
  return figurePng(
    {
      panels: [
        { title: a, picture: x, captions: [] },
        { title: b, picture: y, captions: [{ text: `${name} ${shortNumber(value)}` }, { text: reading ?? '' }] },
        {
          title: `where ${name} differs`,
          picture: heat,
          captions:
            most > 0 ? [{ text: 'black 0' }, { text: `pale yellow ${shortNumber(most)}` }] : [{ text: 'nowhere' }],
        },
      ],
    },
    text,
  );
}
