/** @file Pictures: exact bytes, resampling against PyTorch and Pillow, orientation, alpha, bad files. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng, rasterize } from '#image-codec';
import { figurePng, figureSvg } from './figure.ts';
import { batchOf, type Picture, pictureBytes, pictureFromBytes, quantize8, toGrey } from './image.ts';
import { readPngText } from './png-text.ts';
import { centerCrop, resizePicture, resizeShorterSide } from './resize.ts';

function pattern(width: number, height: number): Picture {
  const data = Float32Array.from({ length: 3 * width * height }, (_, at) => {
    const [c, y, x] = [Math.floor(at / (width * height)), Math.floor(at / width) % height, at % width];
    return ((x * 37 + y * 91 + c * 53) % 256) / 255;
  });
  return { data, channels: 3, height, width };
}

describe('resizePicture', () => {
  // Channel 1, first eight values; torch 1.13 F.interpolate(antialias=True) and Pillow 9.4 on mode F, which agree.
  const published = [
    [7, 5, 3, 4, 'bilinear', [0.42143, 0.65854, 0.52339, 0.56886, 0.55815, 0.4557, 0.39958, 0.56111]],
    [7, 5, 3, 4, 'bicubic', [0.40169, 0.70033, 0.51292, 0.60385, 0.53573, 0.43498, 0.35939, 0.5686]],
    [7, 5, 11, 8, 'bilinear', [0.20784, 0.2738, 0.36613, 0.45847, 0.5508, 0.64314, 0.73547, 0.82781]],
    [7, 5, 11, 8, 'bicubic', [0.17196, 0.23475, 0.34045, 0.43279, 0.52208, 0.61746, 0.75804, 0.90868]],
    [9, 8, 4, 3, 'bilinear', [0.49378, 0.60265, 0.51905, 0.47134, 0.53014, 0.48864, 0.57411, 0.53261]],
    [9, 8, 4, 3, 'bicubic', [0.47907, 0.61629, 0.51607, 0.45908, 0.53013, 0.47881, 0.58393, 0.53261]],
  ] as const;

  it.each(published)('%i x %i to %i x %i, %s, agrees with PyTorch and Pillow', (w, h, width, height, mode, values) => {
    const { data } = resizePicture(pattern(w, h), width, height, { mode });
    values.forEach((value, i) => {
      expect(data[width * height + i]).toBeCloseTo(value, 4);
    });
  });

  it('keeps a picture of the right size as it is', () => {
    const picture = pattern(4, 4);
    expect(resizePicture(picture, 4, 4)).toBe(picture);
  });

  it('repeats pixels where nearest enlarges by whole factors', () => {
    const { data } = resizePicture(pattern(2, 1), 6, 1, { mode: 'nearest' });
    expect(Array.from(data.subarray(0, 6))).toEqual([0, 0, 0, 37, 37, 37].map((v) => Math.fround(v / 255)));
  });
});

describe('cropping', () => {
  it('rounds the long side down and half offsets to even, as torchvision does', () => {
    const { width, height } = resizeShorterSide(pattern(7, 5), 3);
    expect([width, height]).toEqual([4, 3]); // 3 * 7 / 5 = 4.2
    // (5 - 2) / 2 = 1.5 rounds to 2, (3 - 2) / 2 = 0.5 to 0.
    expect(centerCrop(pattern(3, 5), 2, 2).data[0]).toBeCloseTo(((2 * 91) % 256) / 255, 6);
  });

  it('puts black around a picture that is too small', () => {
    const { data } = centerCrop(pattern(1, 1), 3, 3);
    expect(Array.from(data.subarray(9, 18))).toEqual([0, 0, 0, 0, Math.fround(53 / 255), 0, 0, 0, 0]);
  });
});

const corners = await sharp(Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 9, 9, 9, 99, 99, 99]), {
  raw: { width: 3, height: 2, channels: 3 },
})
  .png()
  .toBuffer();

describe('the codec', () => {
  it('keeps all 8-bit values through a PNG', async () => {
    const data = Float32Array.from({ length: 768 }, (_, i) => (i % 256) / 255);
    const picture = { data, channels: 3, height: 16, width: 16 };
    expect(Array.from((await decodePicture(await encodePng(picture))).data)).toEqual(Array.from(data));
  });

  it('rounds to the nearest byte, as quantize8 says', async () => {
    const data = Float32Array.of(0.4999 / 255, 0.5001 / 255, 254.4 / 255, 254.6 / 255, 1, 0);
    const picture = { data: Float32Array.of(...data, ...data, ...data), channels: 3, height: 2, width: 3 };
    const back = await decodePicture(await encodePng(picture));
    expect(Array.from(back.data)).toEqual(Array.from(quantize8(picture.data)));
    expect(Array.from(quantize8(data), (v) => Math.round(v * 255))).toEqual([0, 1, 254, 255, 255, 0]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns EXIF orientation %i upright', async (orientation) => {
    // Store the picture turned the inverse way and mark it: decoding must give the original back.
    const undo: Record<number, (image: ReturnType<typeof sharp>) => ReturnType<typeof sharp>> = {
      1: (s) => s,
      2: (s) => s.flop(),
      3: (s) => s.rotate(180),
      4: (s) => s.flip(),
      5: (s) => s.rotate(90),
      6: (s) => s.rotate(270),
      7: (s) => s.rotate(270),
      8: (s) => s.rotate(90),
    };
    const turned = await undo[orientation]!(sharp(corners)).png().toBuffer();
    // Transposed orientations mirror as well, in a step of its own: sharp fixes the order within one.
    const mirrored = orientation === 5 || orientation === 7 ? await sharp(turned).flop().png().toBuffer() : turned;
    const stored = await sharp(mirrored).withMetadata({ orientation }).webp({ lossless: true }).toBuffer();
    const upright = await decodePicture(new Uint8Array(stored));
    expect([upright.width, upright.height]).toEqual([3, 2]);
    expect(Array.from(pictureBytes(upright))).toEqual([
      255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 9, 9, 9, 99, 99, 99,
    ]);
  });

  it('spreads grey over three channels and lays transparency over white', async () => {
    const grey = await sharp(Buffer.from([7, 200]), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect(Array.from(pictureBytes(await decodePicture(new Uint8Array(grey))))).toEqual([7, 7, 7, 200, 200, 200]);
    const clear = await sharp(Buffer.from([10, 20, 30, 0, 10, 20, 30, 255]), {
      raw: { width: 2, height: 1, channels: 4 },
    })
      .png()
      .toBuffer();
    expect(Array.from(pictureBytes(await decodePicture(new Uint8Array(clear))))).toEqual([255, 255, 255, 10, 20, 30]);
  });

  it.each([
    ['an empty file', () => new Uint8Array()],
    ['a damaged or truncated PNG', () => new Uint8Array(corners).slice(0, 60)],
    ['a web page', () => new TextEncoder().encode('<!DOCTYPE html><html></html>')],
  ])('says that it got %s', async (what, bytes) => {
    await expect(decodePicture(bytes())).rejects.toThrow(what);
  });

  it('refuses a JPEG whose end is missing', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256));
    const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    await expect(decodePicture(new Uint8Array(jpeg).slice(0, jpeg.length / 2))).rejects.toThrow('truncated JPEG');
  });

  it('carries text in chunks that decoders skip', async () => {
    const picture = pattern(2, 2);
    const png = await encodePng(picture, { settings: 'ε = 8/255' });
    expect(readPngText(png)).toEqual({ settings: 'ε = 8/255' });
    expect(Array.from((await decodePicture(png)).data)).toEqual(Array.from(picture.data));
  });
});

it('refuses a batch of pictures of different sizes', () => {
  expect(() => batchOf([pattern(2, 2), pattern(3, 2)])).toThrow('one size');
});

it('grey is the luma of its colours', () => {
  expect(toGrey(pictureFromBytes([255, 0, 0], 1, 1, 3)).data[0]).toBeCloseTo(0.299, 6);
});

it('a figure shows its panels, enlarged, with captions under them', async () => {
  const picture = pattern(32, 32);
  const shown = {
    heading: 'heading',
    panels: [
      { title: 'a', picture, captions: [{ text: 'cat', share: 0.5 }] },
      { title: 'b', picture, captions: [] },
    ],
  };
  const figure = await decodePicture(await figurePng(shown));
  // As a drawing it is the same; the pictures in it come out with rounding of their colours at most.
  const drawn = await rasterize(await figureSvg(shown));
  expect([drawn.width, drawn.height]).toEqual([figure.width, figure.height]);
  expect(drawn.data.every((value, i) => Math.abs(value - figure.data[i]!) < 0.02)).toBe(true);
  expect(figure.width).toBeGreaterThan(2 * 256);
  // The first panel's first pixel, eight times as large, below the titles.
  const at = (x: number, y: number) => figure.data[(figure.height + y) * figure.width + x]!;
  expect(at(20 + 8, 20 + 30 + 26)).toBeCloseTo(picture.data[1024 + 1]!, 2);
  const captionRow = Array.from({ length: 256 }, (_, x) => at(20 + x, 20 + 30 + 26 + 256 + 12 + 10));
  expect(Math.min(...captionRow)).toBeLessThan(0.5);
});
