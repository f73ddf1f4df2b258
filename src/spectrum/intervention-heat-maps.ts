/**
 * @file The Fourier heat map of a network before and after interventions: whether anti-aliased down-sampling moves the frequencies at which
 * it is weak. Interventions on the gradient alone leave every answer, and so the map, as it is; they have none.
 */
import type { Model } from '../model/model.ts';
import { type HeatMap, heatMap } from './heat-map.ts';
import {
  applies,
  changesNetwork,
  type Intervention,
  interventionName,
  measuredAfter,
  usualInterventions,
} from './intervention.ts';
import { plainAnswers } from './plain-answers.ts';

/** Options of `interventionHeatMaps`. */
export interface InterventionHeatMapOptions {
  readonly interventions?: readonly Intervention[];
  /** Only frequencies that are multiples of this; an eighth of a cycle a pixel unless given: about 34 waves. */
  readonly step?: number;
  readonly seed?: number;
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/** A network and its map. */
export interface InterventionHeatMap {
  /** `none`, or the intervention's name. */
  readonly name: string;
  readonly map: HeatMap;
}

/**
 * Heat maps of a model as it is and after each intervention on the network, on the same pictures and the same waves with the same signs.
 * @param labels the true class of each picture; what the model answers as it is unless given, for all maps
 * @throws SpectrumError if options or pictures are out of range; the signal's reason when aborted
 * @example
 * for (const { name, map } of await interventionHeatMaps(model, images, labels)) console.log(name, map.bands.high?.error);
 */
export async function interventionHeatMaps(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  { interventions = usualInterventions, step, seed = 0, batch, signal, onProgress }: InterventionHeatMapOptions = {},
): Promise<InterventionHeatMap[]> {
  const truth = labels ?? (await plainAnswers(model, images, signal));
  const options = {
    step: step ?? Math.max(1, Math.round(Math.min(model.height, model.width) / 8)),
    seed,
    ...(batch === undefined ? {} : { batch }),
    ...(signal === undefined ? {} : { signal }),
  };
  const maps: InterventionHeatMap[] = [];
  for (const one of [undefined, ...interventions.filter((some) => changesNetwork(some) && applies(model, some))]) {
    const name = interventionName(one);
    onProgress?.(`heat map, ${name}`);
    const map = await measuredAfter(model, one, { seed }, (changed) => heatMap(changed, images, truth, options));
    maps.push({ name, map });
  }
  return maps;
}
