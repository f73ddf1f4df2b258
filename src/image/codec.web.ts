/** @file Pictures in the browser, by createImageBitmap and OffscreenCanvas. */
import { describePictureBytes, maxPixels } from './codec.ts';
import { ImageError, type Picture, pictureBytes, pictureFromBytes, toRgb } from './image.ts';
import { rgbaPng } from './png-file.ts';
import { withPngText } from './png-text.ts';

/** A picture from PNG, JPEG or WebP bytes. See `ImageCodec`. */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), { imageOrientation: 'from-image' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImageError(`Expected a PNG, JPEG or WebP picture, got ${describePictureBytes(bytes)} (${reason}).`);
  }
  if (bitmap.width * bitmap.height > maxPixels)
    throw new ImageError(`The picture has ${bitmap.width} x ${bitmap.height} pixels, more than ${maxPixels}.`);
  return drawn(bitmap);
}

function drawn(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  })!;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return pictureFromBytes(rgb, width, height, 3);
}

/** A lossless 8-bit PNG. See `ImageCodec`. */
export async function encodePng(picture: Picture, text: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { width, height, channels } = picture;
  // A canvas would keep colours premultiplied, and lose them where they are transparent.
  const isTransparent = channels === 4;
  const png = isTransparent
    ? await rgbaPng(pictureBytes(picture), width, height)
    : await encoded(picture, { type: 'image/png' });
  return withPngText(png, text);
}

/** A baseline JPEG. See `ImageCodec`. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  return encoded(picture, { type: 'image/jpeg', quality: quality / 100 });
}

async function encoded(picture: Picture, options: ImageEncodeOptions): Promise<Uint8Array> {
  const { width, height } = picture;
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  const rgb = pictureBytes(toRgb(picture));
  for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  const blob = await canvas.convertToBlob(options);
  return new Uint8Array(await blob.arrayBuffer());
}

/** An SVG drawing as a picture. */
export async function rasterize(svg: string): Promise<Picture> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return drawn(await createImageBitmap(image));
}

/** Browsers encode no animations. See `ImageCodec`. */
export async function encodeAnimation(): Promise<Uint8Array> {
  throw new ImageError('Browsers encode no animated WebP; keep the frames, or write the animation in Node.');
}
