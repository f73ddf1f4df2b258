/** @file A distance from the words of a user: a name of the registry, or a network to compare features of. */
import type { Distance } from './distance.ts';
import { distanceNamed } from './registry.ts';

/** The distance that a spec names. @throws DistanceError that lists what there is */
export async function openDistance(spec: string): Promise<Distance> {
  return distanceNamed(spec);
}
