/** @file Pictures in a page: what the codec promises of transparency, which a canvas keeps premultiplied. */
import { expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { pictureFromBytes } from '../../src/image/image.ts';
import { readPngText } from '../../src/image/png-text.ts';

/** Colours at every opacity: RGBA bytes of 64 x 32 pixels. */
const [width, height] = [64, 32];
const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
  const pixel = Math.floor(i / 4);
  return i % 4 === 3 ? pixel % 256 : (pixel * (37 + 50 * (i % 4)) + 11) % 256;
});
const picture = pictureFromBytes(rgba, width, height, 4);

/** What a file holds: as a texture, the only way on which a page does not multiply colours by their opacity. */
async function decoded(png: Uint8Array): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(new Blob([png as Uint8Array<ArrayBuffer>]), { premultiplyAlpha: 'none' });
  const gl = new OffscreenCanvas(width, height).getContext('webgl2')!;
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(
    gl.FRAMEBUFFER,
    gl.COLOR_ATTACHMENT0,
    gl.TEXTURE_2D,
    gl.getParameter(gl.TEXTURE_BINDING_2D),
    0,
  );
  const bytes = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  return bytes;
}

it('writes the colours of transparent pixels as they are, and their opacity, with text', async () => {
  const png = await encodePng(picture, { pareidolia: 'settings' });
  expect(await decoded(png)).toEqual(rgba);
  expect(readPngText(png)).toEqual({ pareidolia: 'settings' });
});

it('reads transparent pixels over white', async () => {
  const { data, channels } = await decodePicture(await encodePng(picture));
  expect(channels).toBe(3);
  const area = width * height;
  for (let p = 0; p < area; p++) {
    const opacity = rgba[4 * p + 3]! / 255;
    for (let c = 0; c < 3; c++) {
      const white = (rgba[4 * p + c]! / 255) * opacity + 1 - opacity;
      expect(Math.abs(data[c * area + p]! - white)).toBeLessThan(1.01 / 255);
    }
  }
});
