/** @file A data set to look at: a row of images for each class. */

import type { Picture } from '../image/image.ts';
import { type SheetRow, sheetPng } from '../image/sheet.ts';
import { randomOrder } from '../random/random-order.ts';
import type { Dataset } from './dataset.ts';
import { type ReadOptions, readImages } from './read-images.ts';

/** What a contact sheet shows. */
export interface ContactSheetOptions extends ReadOptions {
  /** Images of a class at most; 10, fewer for sets of many classes. */
  readonly perClass?: number;
  /** Decides which images are shown. */
  readonly seed?: number;
}

const rowsPerColumn = 25;
const mostClasses = 100;

/** A PNG with images of every class (of the first 100), beside its name and how many it has. */
export async function contactSheet(set: Dataset, options: ContactSheetOptions = {}): Promise<Uint8Array> {
  const shown = Math.min(set.classNames.length, mostClasses);
  const columns = Math.ceil(shown / rowsPerColumn);
  const { perClass = Math.max(4, Math.floor(10 / columns)), seed = 0 } = options;
  const counts = set.classNames.map(() => 0);
  const chosen: number[] = [];
  for (const i of randomOrder(set.length, seed)) {
    const label = set.label(i);
    counts[label]! += 1;
    if (label < shown && counts[label]! <= perClass) chosen.push(i);
  }
  const pictures: (Picture | undefined)[] = chosen.map(() => undefined);
  await readImages(
    set,
    chosen,
    (picture, place) => {
      pictures[place] = picture;
    },
    options,
  );
  const rows = set.classNames.slice(0, shown).map(
    (title, label): SheetRow => ({
      title,
      note: `${counts[label]!.toLocaleString('en')} image${counts[label] === 1 ? '' : 's'}`,
      pictures: pictures.filter(
        (picture, place) => picture !== undefined && set.label(chosen[place]!) === label,
      ) as Picture[],
    }),
  );
  const part = shown < set.classNames.length ? `the first ${shown} of ${set.classNames.length}` : `${shown}`;
  const heading = `${set.name}: ${set.length.toLocaleString('en')} images, ${part} classes`;
  return sheetPng({ rows, heading, columns, side: columns > 1 ? 48 : 64 });
}
