/**
 * @file Resampling and cropping of pictures on the host: separable, anti-aliased, the same in Node and the browser. Agrees with
 * Pillow and with torchvision's anti-aliased resize on float tensors.
 */
import { interpolationMatrix } from '../tensor/ops/interpolation.ts';
import type { Picture } from './image.ts';

/** How a picture is resampled. */
export interface PictureResizeOptions {
  readonly mode?: 'bilinear' | 'bicubic' | 'nearest';
  /** Widen the filter when shrinking, so that nothing is skipped. */
  readonly antialias?: boolean;
}

/** Taps of one output element: the first input element and the weights from there on. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

function tapsOf(size: number, out: number, { mode = 'bilinear', antialias = true }: PictureResizeOptions): Taps[] {
  const { rows } = interpolationMatrix(size, out, {
    mode: mode === 'bilinear' ? 'linear' : mode === 'bicubic' ? 'cubic' : 'nearest',
    scale: out / size,
    antialias: antialias && mode !== 'nearest',
    excludeOutside: antialias,
    cubicCoefficient: antialias ? -0.5 : -0.75,
    // Pillow and PyTorch take the element under the output's centre.
    ...(mode === 'nearest' ? { coordinates: 'tf_half_pixel_for_nn' as const, nearest: 'floor' as const } : {}),
  });
  return rows.map((row) => {
    const first = Math.max(
      0,
      row.findIndex((weight) => weight !== 0),
    );
    const last = row.findLastIndex((weight) => weight !== 0);
    return { first, weights: row.slice(first, last + 1) };
  });
}

/** A picture resampled to a size. */
export function resizePicture(
  picture: Picture,
  width: number,
  height: number,
  options: PictureResizeOptions = {},
): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const { channels } = picture;
  const columns = tapsOf(picture.width, width, options);
  const rows = tapsOf(picture.height, height, options);
  const middle = new Float64Array(channels * picture.height * width);
  for (let line = 0; line < channels * picture.height; line++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * picture.data[line * picture.width + first + i]!;
      middle[line * width + x] = sum;
    }
  }
  const data = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const { first, weights } = rows[y]!;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++)
          sum += weights[i]! * middle[(c * picture.height + first + i) * width + x]!;
        data[(c * height + y) * width + x] = Math.min(1, Math.max(0, sum));
      }
    }
  }
  return { data, channels, height, width };
}

/** A picture whose shorter side has a given length, the other in proportion and rounded down (torchvision's `Resize(n)`). */
export function resizeShorterSide(picture: Picture, size: number, options: PictureResizeOptions = {}): Picture {
  const { width, height } = picture;
  return width <= height
    ? resizePicture(picture, size, Math.floor((size * height) / width), options)
    : resizePicture(picture, Math.floor((size * width) / height), size, options);
}

/** The middle of a picture, with black around it where it is too small (torchvision's `CenterCrop`). */
export function centerCrop(picture: Picture, width: number, height: number): Picture {
  const top = halfToEven((picture.height - height) / 2);
  const left = halfToEven((picture.width - width) / 2);
  const data = new Float32Array(picture.channels * height * width);
  for (let c = 0; c < picture.channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [from, column] = [y + top, x + left];
        if (from < 0 || from >= picture.height || column < 0 || column >= picture.width) continue;
        data[(c * height + y) * width + x] = picture.data[(c * picture.height + from) * picture.width + column]!;
      }
    }
  }
  return { data, channels: picture.channels, height, width };
}

/** Python's round: halves to the even neighbour. */
function halfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
