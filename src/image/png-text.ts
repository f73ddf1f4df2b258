/** @file Text chunks of PNG files (iTXt), so that a picture carries how it was made. */
import { pngChunk } from './png-chunk.ts';

/** The chunk types and bodies of a PNG file. */
function* chunks(png: Uint8Array): Generator<{ type: string; body: Uint8Array; start: number }> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    yield {
      type: String.fromCharCode(...png.subarray(at + 4, at + 8)),
      body: png.subarray(at + 8, at + 8 + length),
      start: at,
    };
    at += 12 + length;
  }
}

/** A PNG file with text chunks put before its end. */
export function withPngText(png: Uint8Array, text: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(text);
  if (entries.length === 0) return png;
  const end = [...chunks(png)].find(({ type }) => type === 'IEND')!.start;
  const added = entries.map(([key, value]) => textChunk(key, value));
  const size = added.reduce((sum, chunk) => sum + chunk.length, 0);
  const result = new Uint8Array(png.length + size);
  result.set(png.subarray(0, end));
  let at = end;
  for (const chunk of added) {
    result.set(chunk, at);
    at += chunk.length;
  }
  result.set(png.subarray(end), at);
  return result;
}

/** Text chunks of a PNG file by keyword. */
export function readPngText(png: Uint8Array): Record<string, string> {
  const text: Record<string, string> = {};
  for (const { type, body } of chunks(png)) {
    if (type !== 'iTXt') continue;
    const key = body.indexOf(0);
    const language = body.indexOf(0, key + 3);
    const translated = body.indexOf(0, language + 1);
    text[new TextDecoder('latin1').decode(body.subarray(0, key))] = new TextDecoder().decode(
      body.subarray(translated + 1),
    );
  }
  return text;
}

function textChunk(key: string, value: string): Uint8Array {
  // keyword, 0, no compression, method 0, no language, no translated keyword, text in UTF-8
  const body = new Uint8Array([
    ...new TextEncoder().encode(key.slice(0, 79)),
    0,
    0,
    0,
    0,
    0,
    ...new TextEncoder().encode(value),
  ]);
  return pngChunk('iTXt', body);
}
