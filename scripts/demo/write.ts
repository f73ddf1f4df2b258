/** @file Writes what the demo found: the page, and the pictures in it as files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng } from '#image-codec';
import { attackFigure } from '../../src/attack/attack-figure.ts';
import { type SheetRow, sheetPng } from '../../src/image/sheet.ts';
import type { Model } from '../../src/model/model.ts';
import { comparedNames, type Findings } from './findings.ts';
import { tellStory } from './story.ts';

/** Files of the findings in a folder, which is made where it is missing. */
export async function writeFindings(findings: Findings, folder: string, standard: Model): Promise<void> {
  const [channels, height, width] = findings.shape;
  const picture = (data: Float32Array) => ({ data, channels, height, width });
  await mkdir(folder, { recursive: true });
  const write = (name: string, data: string | Uint8Array) => writeFile(join(folder, name), data);
  for (const [i, result] of findings.attacks.standard.entries()) {
    await write(`original-${i + 1}.png`, await encodePng(picture(result.original)));
    if (!result.success8) continue;
    await write(`adversarial-${i + 1}.png`, await encodePng(picture(result.adversarial)));
    await write(`attack-${i + 1}.png`, await attackFigure(result, standard));
  }
  const rows = comparedNames.map(
    (name): SheetRow => ({
      title: name,
      note: 'network',
      pictures: findings.drawings[name].map((drawing) => picture(drawing.picture)),
    }),
  );
  await write('drawings.png', await sheetPng({ rows, heading: findings.classNames.join(', '), side: 96 }));
  await write('index.html', await tellStory(findings));
}
