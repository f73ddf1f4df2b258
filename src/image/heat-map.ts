/** @file A map of numbers as a picture: dark for nothing, through purple and orange, to pale yellow for the most. */
import type { Picture } from './image.ts';
import { resizePicture } from './resize.ts';

/** Numbers at places, row by row. */
export interface NumberMap {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Stops of the colour scale at equal distances, each lighter than the one before, so that it also reads in grey. */
const stops = [
  [0, 0, 8],
  [58, 12, 96],
  [140, 35, 105],
  [212, 72, 66],
  [247, 142, 22],
  [252, 253, 180],
] as const;

/** A colour [r, g, b] in [0, 1] for a share from 0 to 1. */
export function colourOf(share: number): number[] {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return stops[low]!.map((value, c) => (value + (place - low) * (stops[low + 1]![c]! - value)) / 255);
}

/** The map in colours, at a size; `most` (its largest number unless given) has the lightest colour. */
export function heatMap(map: NumberMap, width: number, height: number, most = largest(map)): Picture {
  const scaled = map.data.map((value) => (most > 0 ? value / most : 0));
  const shares = fitted({ data: scaled, channels: 1, height: map.height, width: map.width }, width, height);
  const area = width * height;
  const data = new Float32Array(3 * area);
  shares.data.forEach((share, i) => {
    for (const [c, value] of colourOf(share).entries()) data[c * area + i] = value;
  });
  return { data, channels: 3, height, width };
}

/** The largest number of a map. */
export function largest({ data }: NumberMap): number {
  return data.reduce((a, b) => Math.max(a, b), 0);
}

/** A map of a picture's places: one without a border, as windows that must fit leave it, has its edges repeated; others are resampled. */
function fitted(map: Picture, width: number, height: number): Picture {
  const border = width - map.width;
  if (
    border === 0 ||
    border !== height - map.height ||
    2 * Math.min(map.width, map.height) <= Math.min(width, height)
  ) {
    return resizePicture(map, width, height);
  }
  const from = (at: number, size: number) => Math.min(size - 1, Math.max(0, at - Math.floor(border / 2)));
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const [y, x] = [from(Math.floor(i / width), map.height), from(i % width, map.width)];
    return map.data[y * map.width + x]!;
  });
  return { data, channels: 1, height, width };
}
