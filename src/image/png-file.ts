/** @file PNG files written without a canvas, whose pixels lose their colours where they are transparent (it keeps them premultiplied). */
import { pngChunk } from './png-chunk.ts';

/** Bytes of a PNG file's start. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes of a pixel: red, green, blue and how opaque it is. */
const pixelBytes = 4;

/** A PNG file of interleaved RGBA bytes, row by row. */
export async function rgbaPng(rgba: Uint8ClampedArray, width: number, height: number): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 8 bits a value, RGBA; deflate, the standard's filters, no interlacing.
  header.set([8, 6, 0, 0, 0], 8);
  const parts = [
    Uint8Array.from(signature),
    pngChunk('IHDR', header),
    pngChunk('IDAT', await deflated(filtered(rgba, width, height))),
    pngChunk('IEND', new Uint8Array()),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Each row after a byte that names its filter: what a byte differs by from the one over it (2), or the row itself first (0). */
function filtered(rgba: Uint8ClampedArray, width: number, height: number): Uint8Array<ArrayBuffer> {
  const length = pixelBytes * width;
  const rows = new Uint8Array(height * (length + 1));
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * length, y * (length + 1)];
    rows[to] = y === 0 ? 0 : 2;
    for (let i = 0; i < length; i++) rows[to + 1 + i] = rgba[from + i]! - (y === 0 ? 0 : rgba[from + i - length]!);
  }
  return rows;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
