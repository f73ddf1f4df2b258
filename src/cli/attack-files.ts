/** @file Where `attack` writes: a PNG and a figure for each picture, no two results in one file. */
import { basename, extname, join } from 'node:path';
import { encodePng } from '#image-codec';
import { as8Bit, attackFigure } from '../attack/attack-figure.ts';
import type { AttackResult, DistanceAttackResult } from '../attack/result.ts';
import type { Model } from '../model/model.ts';
import { CliError } from './errors.ts';
import { writeOutput } from './output.ts';
import type { PictureFile } from './pictures.ts';

/** Where a picture's results go. */
export interface Destination {
  readonly adversarial: string;
  readonly figure: string;
}

/** A destination for each picture. @throws CliError if the output cannot hold them */
export function destinationsOf(
  pictures: readonly PictureFile[],
  out: string | undefined,
  given: readonly string[],
): Destination[] {
  const single = pictures.length === 1 && given.length === 1 && (out === undefined || extname(out) !== '');
  if (single) {
    const adversarial = out ?? `${stemOf(pictures[0]!.path)}.adversarial.png`;
    if (extname(adversarial).toLowerCase() !== '.png')
      throw new CliError(
        `The adversarial picture is written as PNG, which loses nothing; ${adversarial} is not named .png.`,
      );
    return [{ adversarial, figure: adversarial.replace(/(\.adversarial)?\.png$/i, '.figure.png') }];
  }
  if (out !== undefined && extname(out) !== '')
    throw new CliError(`Several pictures go into a folder; ${out} names one file.`);
  const folder = out ?? 'adversarial';
  const taken = new Set<string>();
  return pictures.map(({ path, folderName }) => {
    let stem = join(folder, folderName ?? '', stemOf(path));
    while (taken.has(`${stem}.png`) || taken.has(`${stem}.figure.png`)) stem += '-2';
    const destination = { adversarial: `${stem}.png`, figure: `${stem}.figure.png` };
    for (const file of Object.values(destination)) taken.add(file);
    return destination;
  });
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

/** Writes a result with the settings that led to it inside; nothing where the attack failed. */
export async function writeResult(
  result: AttackResult | DistanceAttackResult,
  to: Destination,
  model: Model,
  settings: Readonly<Record<string, unknown>>,
  withFigure: boolean,
): Promise<Partial<Destination> | undefined> {
  if (!result.success || result.misclassifiedBefore) return undefined;
  const { seed, before, after } = result;
  const all = { software: 'pareidolia', model: model.name, ...settings, seed, before: before.name, after: after.name };
  const text = { pareidolia: JSON.stringify(all) };
  await writeOutput(to.adversarial, await encodePng(as8Bit(result, model), text));
  if (!withFigure) return { adversarial: to.adversarial };
  await writeOutput(to.figure, await attackFigure(result, model, text));
  return to;
}
