/**
 * @file `npm run demo [-- model.onnx picture]`. Without arguments: attacks the embedded networks on pictures that it draws, lets them
 * draw, and writes a page about it into demo/. With a model and a picture: what `pareidolia inspect` and `attack` do with them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { shapes } from '../src/data/shapes/shapes.ts';
import { loadModel } from '../src/model/load-model.ts';
import { modelAddress } from '../src/model/zoo.ts';
import { comparedNames, type Findings, networkNames } from './demo/findings.ts';
import { gatherFindings, stepCount } from './demo/gather.ts';
import { countedSteps } from './demo/progress.ts';
import { percent } from './demo/words.ts';
import { writeFindings } from './demo/write.ts';

const folder = 'demo';
const [model, picture, ...rest] = process.argv.slice(2);
if (model === undefined) await demonstrate();
else if (picture === undefined) fail('npm run demo -- model.onnx picture.png: a model and a picture, or neither.');
else await withOwn(model, picture, rest);

/** The whole story with what the package holds. */
async function demonstrate(): Promise<void> {
  const missing = networkNames.filter((name) => !existsSync(fileURLToPath(modelAddress(`zoo:shapes-${name}`))));
  if (missing.length > 0)
    fail(
      `The demo needs the embedded model${missing.length === 1 ? '' : 's'} ${missing.map((name) => `models/shapes-${name}.onnx`).join(', ')}, which this checkout lacks; restore models/ from the repository, or train ${missing.length === 1 ? 'it' : 'them'}: node scripts/zoo/train.ts shapes-${missing[0]}.`,
    );
  const begun = performance.now();
  await using standard = await loadModel('zoo:shapes-standard');
  await using robust = await loadModel('zoo:shapes-robust');
  await using second = await loadModel('zoo:shapes-second');
  const set = shapes({ split: 'test' });
  const findings = await gatherFindings({ models: { standard, robust, second }, set, step: countedSteps(stepCount) });
  await writeFindings(findings, folder, standard);
  process.stdout.write(`\n${summary(findings)}\n`);
  process.stderr.write(`(${((performance.now() - begun) / 1000).toFixed(0)} seconds)\n`);
}

/** What was found, in a few lines. */
function summary({ budget, curve: { budgets, right, count }, drawings, classNames }: Findings): string {
  const at = budgets.indexOf(budget);
  const shares = comparedNames.map(
    (name) => `${percent(right[name][0]!, count)} -> ${percent(right[name][at]!, count)}`,
  );
  return [
    `Changing each number of a picture by at most ${budget} of 255, an attack brings right answers down:`,
    `  standard network  ${shares[0]}    (random change of that size: ${percent(right.noise[at]!, count)})`,
    `  robust network    ${shares[1]}`,
    `Both drew the ${classNames.length} shapes from noise; a third network recognises ${drawings.recognised.standard} and ${drawings.recognised.robust} of their drawings.`,
    '',
    `Look at ${folder}/index.html in a browser: the whole story in pictures. PNG files lie beside it.`,
  ].join('\n');
}

/** The two first commands on the user's own model. */
async function withOwn(ownModel: string, ownPicture: string, flags: readonly string[]): Promise<void> {
  const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const run = (args: readonly string[]): number => {
    process.stdout.write(`\n$ pareidolia ${args.join(' ')}\n`);
    return spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit' }).status ?? 1;
  };
  await mkdir(folder, { recursive: true });
  const out = `${folder}/adversarial.png`;
  const status =
    run(['inspect', ownModel]) || run(['attack', ownModel, ownPicture, '--epsilon', '4/255', '--out', out, ...flags]);
  if (status !== 0) process.exit(status);
  process.stdout.write(
    `\nIf it was fooled, look at ${folder}/adversarial.figure.png: the original, the change amplified, and what the network answers to both.\n`,
  );
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
