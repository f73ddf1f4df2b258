/** @file Pictures in Node, by sharp. */
import sharp from 'sharp';
import { describePictureBytes, maxPixels } from './codec.ts';
import { ImageError, type Picture, pictureBytes, pictureFromBytes, toRgb } from './image.ts';
import { withPngText } from './png-text.ts';

/** A picture from PNG, JPEG or WebP bytes. See `ImageCodec`. */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels })
      .rotate()
      .toColourspace('srgb')
      .flatten({ background: '#ffffff' })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const picture = pictureFromBytes(data, info.width, info.height, info.channels);
    if (info.channels === 3) return picture;
    const area = info.width * info.height;
    const rgb = new Float32Array(3 * area);
    for (let c = 0; c < 3; c++) rgb.set(picture.data.subarray(0, area), c * area);
    return { ...picture, data: rgb, channels: 3 };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ImageError(`Expected a PNG, JPEG or WebP picture, got ${describePictureBytes(bytes)} (${reason}).`);
  }
}

/** A lossless 8-bit PNG. See `ImageCodec`. */
export async function encodePng(picture: Picture, text: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { width, height, channels } = picture;
  const png = await sharp(pictureBytes(picture), { raw: { width, height, channels: channels as 1 | 3 | 4 } })
    .png()
    .toBuffer();
  return withPngText(new Uint8Array(png), text);
}

/** A baseline JPEG. See `ImageCodec`. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  const { width, height } = picture;
  const raw = { width, height, channels: 3 as const };
  const jpeg = await sharp(pictureBytes(toRgb(picture)), { raw })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
  return new Uint8Array(jpeg);
}

/** An animated WebP that repeats for ever. See `ImageCodec`. */
export async function encodeAnimation(pictures: readonly Picture[], delayMs: number): Promise<Uint8Array> {
  const [first] = pictures;
  if (first === undefined || pictures.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new ImageError('An animation needs pictures of one size, at least one.');
  const { width, height } = first;
  const all = new Uint8Array(pictures.length * width * height * 3);
  for (const [i, picture] of pictures.entries()) all.set(pictureBytes(toRgb(picture)), i * width * height * 3);
  const raw = { width, height: height * pictures.length, channels: 3 as const, pageHeight: height };
  const bytes = await sharp(all, { raw })
    .webp({ loop: 0, delay: pictures.map(() => delayMs), quality: 90 })
    .toBuffer();
  return new Uint8Array(bytes);
}

/** An SVG drawing as a picture. */
export async function rasterize(svg: string): Promise<Picture> {
  return decodePicture(await sharp(new TextEncoder().encode(svg)).flatten({ background: '#ffffff' }).png().toBuffer());
}
