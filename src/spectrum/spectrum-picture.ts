/** @file A power spectrum as a picture: the mean in the middle, light where power is, on a logarithmic scale. */
import { heatMap } from '../image/heat-map.ts';
import type { Picture } from '../image/image.ts';
import type { PowerSpectrum } from './power-spectrum.ts';

/** Factor from the darkest to the lightest colour, at most. */
const span = 1e6;

/** Side that small spectra are enlarged to, pixel by pixel. */
const leastSide = 256;

/** The picture; the mean, which says nothing of a picture's shapes, is as dark as what has no power. */
export function spectrumPicture({ height, width, power }: PowerSpectrum): Picture {
  const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
  const most = power.reduce((a, b, at) => (at === middle ? a : Math.max(a, b)), 0);
  const least = power.reduce((a, b, at) => (at === middle ? a : Math.min(a, b)), most);
  const floor = Math.max(least, most / span);
  const share = (value: number) =>
    value <= floor || most === floor ? 0 : Math.log(value / floor) / Math.log(most / floor);
  const scale = Math.max(1, Math.ceil(leastSide / Math.max(height, width)));
  const data = new Float32Array(scale * height * scale * width);
  for (let at = 0; at < data.length; at++) {
    const [row, column] = [Math.floor(at / (scale * width)), at % (scale * width)];
    const from = Math.floor(row / scale) * width + Math.floor(column / scale);
    data[at] = from === middle ? 0 : share(power[from]!);
  }
  return heatMap({ data, height: scale * height, width: scale * width }, scale * width, scale * height, 1);
}
