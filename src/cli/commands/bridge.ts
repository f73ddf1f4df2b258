/** @file `pareidolia bridge`: whether what a drawing is made of fools in a picture, link by link. */
import { type BridgeFindings, bridge, usualDoses } from '../../bridge/bridge.ts';
import type { Strength } from '../../bridge/pattern.ts';
import { fitPicture } from '../../model/fit-picture.ts';
import { loadModel } from '../../model/load-model.ts';
import { unitNamed } from '../../visualize/unit-named.ts';
import type { BatchFlags } from '../batch-flags.ts';
import { batchOptions, checkBatchFlags } from '../batch-options.ts';
import { bridgeCommandLine } from '../bridge-command-line.ts';
import { bridgeCsv, bridgeDistancesCsv, bridgeJson, bridgeText } from '../bridge-output.ts';
import { bridgePage } from '../bridge-page.ts';
import { chosenDistances } from '../chosen-distances.ts';
import { type CliContext, withProgress } from '../context.ts';
import { CliError } from '../errors.ts';
import { loadOptionsOf, type ModelFlags } from '../model-flags.ts';
import { beside, prepareOutputs, writeOutput } from '../output.ts';
import { listPictures, readPicture } from '../pictures.ts';

/** Flags of `bridge`. */
export interface BridgeFlags extends ModelFlags, BatchFlags {
  readonly unit: readonly string[];
  readonly dose: number;
  readonly doses?: readonly number[];
  readonly strength: Strength;
  readonly distance?: readonly string[];
  readonly all: boolean;
  readonly notice: number;
  readonly closely: number;
  readonly count?: number;
  readonly seed: number;
  readonly csv?: string;
  readonly out?: string;
}

/** Runs the command. */
export async function bridgeCommand(
  this: CliContext,
  flags: BridgeFlags,
  modelPath: string,
  ...paths: string[]
): Promise<void> {
  checkBatchFlags(flags);
  const files = (await listPictures(paths)).slice(0, flags.count);
  const distancesCsv = flags.csv === undefined ? undefined : beside(flags.csv, 'distances');
  await prepareOutputs([flags.out, flags.csv, distancesCsv], [modelPath, ...paths]);
  if (flags.out !== undefined && !/\.html?$/i.test(flags.out))
    throw new CliError(`The page is written as HTML; ${flags.out} is not named .html.`);
  const distances = await chosenDistances(flags.distance, flags.all);
  await using model = await loadModel(modelPath, loadOptionsOf(flags));
  for (const text of model.notes) this.process.stderr.write(`note: ${text}\n`);
  const units = flags.unit.map((name) => unitNamed(model, name));
  const images: Float32Array[] = [];
  for (const { path } of files) images.push(fitPicture(await readPicture(path), model));
  const { dose, strength, notice, closely, seed } = flags;
  const batch = batchOptions(model, flags);
  const found: BridgeFindings[] = await withProgress(this, 'Bridge', async (update) => {
    const all: BridgeFindings[] = [];
    for (const unit of units)
      all.push(
        await bridge(model, images, unit, {
          distances,
          strength,
          doses: [...new Set([...(flags.doses ?? usualDoses), dose])].sort((a, b) => a - b),
          dose,
          notice,
          closely,
          ...batch,
          seed,
          signal: this.signal,
          onProgress: (what) => update(`${unit.name}, ${what}`),
        }),
      );
    return all;
  });
  if (flags.csv !== undefined) await writeOutput(flags.csv, bridgeCsv(found));
  const seen = bridgeDistancesCsv(found);
  if (distancesCsv !== undefined && seen !== undefined) await writeOutput(distancesCsv, seen);
  if (flags.out !== undefined)
    await writeOutput(flags.out, await bridgePage(found, images, model, bridgeCommandLine(modelPath, flags)));
  this.process.stdout.write(flags.json ? bridgeJson(found) : bridgeText(found));
}
