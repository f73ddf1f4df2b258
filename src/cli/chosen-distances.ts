/** @file Distances from the words of a user, or the usual ones. */
import { type Distance, DistanceError } from '../distance/distance.ts';
import { openDistance } from '../distance/open-distance.ts';
import { distanceRegistry } from '../distance/registry.ts';
import { ModelError } from '../model/model-error.ts';

/** Measured unless others are asked for, as far as there are. */
const usual = ['l2', 'linf', 'psnr', 'ssim', 'ms-ssim', 'haarpsi', 'mdsi', 'ciede2000', 'lpips'];

/** The distances that were asked for; else all of them, or the usual ones. @throws DistanceError for an unknown name */
export async function chosenDistances(specs: readonly string[] | undefined, all: boolean): Promise<Distance[]> {
  if (specs !== undefined && specs.length > 0 && !all) {
    const opened: Distance[] = [];
    for (const spec of new Set(specs)) opened.push(await openDistance(spec));
    return opened;
  }
  const names = all ? [...distanceRegistry.map(({ name }) => name), 'lpips', ...(specs ?? [])] : usual;
  const found: Distance[] = [];
  for (const name of new Set(names)) {
    try {
      found.push(await openDistance(name));
    } catch (error) {
      // A network's distance may lack its files here; only what was asked for by name must be there.
      const isLacking = error instanceof DistanceError || error instanceof ModelError;
      if (!isLacking || specs?.includes(name)) throw error;
    }
  }
  return found;
}
