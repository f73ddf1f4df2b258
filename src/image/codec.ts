/** @file What a picture codec offers; Node and the browser each have one behind `#image-codec`. */
import type { Picture } from './image.ts';

/** Largest number of pixels that is decoded. */
export const maxPixels = 100_000_000;

/** What picture bytes look like when they are none, by their first few. */
export function describePictureBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const starts = (...head: number[]) => head.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'a damaged or truncated PNG';
  if (starts(0xff, 0xd8)) return 'a damaged or truncated JPEG';
  if (starts(0x52, 0x49, 0x46, 0x46)) return 'a damaged or truncated WebP';
  if (starts(0x3c)) return 'a web page or SVG';
  if (starts(0x25, 0x50, 0x44, 0x46)) return 'a PDF';
  if (starts(0x47, 0x49, 0x46)) return 'a GIF that cannot be read';
  if (bytes[0] === 0x08 && bytes[2] === 0x12) return 'an ONNX model';
  return 'bytes of another kind';
}

/** Decodes and encodes pictures. */
export interface ImageCodec {
  /**
   * A picture from PNG, JPEG or WebP bytes: RGB, upright by its EXIF orientation, transparent parts over white.
   * @throws ImageError if the bytes are no readable picture, or a truncated one.
   */
  decodePicture(bytes: Uint8Array): Promise<Picture>;
  /** A lossless 8-bit PNG, with text chunks where given; a fourth channel says how opaque each pixel is. */
  encodePng(picture: Picture, text?: Readonly<Record<string, string>>): Promise<Uint8Array>;
  /** A baseline JPEG at a quality from 1 to 100, colours at half resolution; encoders differ by a level here and there. */
  encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array>;
  /** An animated WebP of pictures of one size, each shown for some milliseconds. @throws ImageError in browsers, which encode none */
  encodeAnimation(pictures: readonly Picture[], delayMs: number): Promise<Uint8Array>;
}
