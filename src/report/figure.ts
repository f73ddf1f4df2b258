/** @file Pictures in a report: inlined as PNG, enlarged without blur, in rows that have fewer columns on narrow screens. */
import { encodePng } from '#image-codec';
import { base64 } from '../image/base64.ts';
import type { Picture } from '../image/image.ts';
import { type Content, type Html, html } from './html.ts';

/** Where small pictures are shown pixel by pixel. */
const smallSide = 128;

/**
 * A picture as part of the page. Small ones keep sharp pixels when the page enlarges them.
 * @param alt what a reader who does not see it should know
 */
export async function inlinePicture(picture: Picture, alt: string): Promise<Html> {
  const png = await encodePng(picture);
  const { width, height } = picture;
  const kind = Math.max(width, height) <= smallSide ? 'pixels' : 'photo';
  return html`<img class="${kind}" src="data:image/png;base64,${base64(png)}" width="${width}" height="${height}" alt="${alt}">`;
}

/** Anything with a caption under it. */
export function figure(content: Content, caption: Content): Html {
  return html`<figure>${content}<figcaption>${caption}</figcaption></figure>`;
}

/** A picture with words over and under it. */
export interface Cell {
  readonly picture: Html;
  readonly title?: Content;
  readonly caption?: Content;
}

/** Options of `pictureRow`. */
export interface PictureRowOptions {
  readonly title?: Content;
  /** Pictures side by side; all of them unless given. */
  readonly columns?: number;
  /** The same on a narrow screen. */
  readonly narrow?: number;
}

/** Pictures side by side, in several lines where there are more than columns. Titles, pictures and captions of a line align. */
export function pictureRow(
  cells: readonly Cell[],
  { title, columns = cells.length, narrow = columns }: PictureRowOptions = {},
): Html {
  const heading = title === undefined ? undefined : html`<p class="row-title">${title}</p>`;
  return html`<div class="row">${heading}<div class="cells" style="--columns: ${columns}; --narrow: ${narrow}">${cells.map(
    ({ picture, title: over, caption }) =>
      html`<div class="cell">${over === undefined ? undefined : html`<p class="cell-title">${over}</p>`}${picture}${
        caption === undefined ? undefined : html`<div class="cell-caption">${caption}</div>`
      }</div>`,
  )}</div></div>`;
}
