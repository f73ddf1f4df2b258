/**
 * @file Draws every class of the embedded classifiers under several priors and asks a second, independently trained classifier what it sees:
 * `node scripts/visualisation/recognised.ts FOLDER [--seeds 3] [--steps 256]`. Sheets and what the command says, as JSON, into the folder;
 * a table of shares on stdout. The numbers stand in docs/visualisation.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel } from '../../src/model/load-model.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '3' }, steps: { type: 'string', default: '256' } },
});
const [folder = 'recognised'] = positionals;
mkdirSync(folder, { recursive: true });

const drawn: readonly { readonly set: string; readonly model: string; readonly priors: readonly string[] }[] = [
  ...['cifar10', 'shapes'].flatMap((set) => [
    { set, model: `${set}-standard`, priors: ['raw', 'pixels', 'fourier', 'maco', 'dae', 'generator'] },
    { set, model: `${set}-robust`, priors: ['raw', 'pixels'] },
  ]),
];

/** 95 % interval of a share (Wilson 1927). */
function wilson(count: number, of: number): readonly [number, number] {
  const z = 1.96;
  const share = count / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [middle - half, middle + half];
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

process.stdout.write('| drawn by | prior | seen by itself | seen by the second | 95 % |\n|---|---|---|---|---|\n');
for (const { set, model: name, priors } of drawn) {
  await using model = await loadModel(`zoo:${name}`, {});
  const classes = model.classNames ?? [];
  for (const prior of priors) {
    let [own, second, all] = [0, 0, 0];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const place = join(folder, `${name}-${prior}-${seed}`);
      if (!existsSync(`${place}.json`)) {
        const { status, stdout, stderr } = spawnSync(
          process.execPath,
          [
            new URL('../../src/cli/main.ts', import.meta.url).pathname,
            ...[
              'visualize',
              `zoo:${name}`,
              '--prior',
              prior,
              '--seed',
              String(seed),
              '--steps',
              values.steps,
              '--json',
            ],
            ...['--second', `zoo:${set}-second`, '-o', `${place}.png`],
            ...classes.flatMap((one) => ['--unit', `class:${one}`]),
          ],
          { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] },
        );
        if (status !== 0) throw new Error(`${name}, ${prior}: ${stderr}`);
        writeFileSync(`${place}.json`, stdout);
      }
      const { units } = JSON.parse(readFileSync(`${place}.json`, 'utf8'));
      for (const unit of units) {
        all++;
        own += Number(unit.answer.name === unit.unit);
        second += Number(unit.second.name === unit.unit);
      }
    }
    const [low, high] = wilson(second, all);
    process.stdout.write(
      `| ${name} | ${prior} | ${percent(own / all)} | ${percent(second / all)} | ${percent(low)} to ${percent(high)} |\n`,
    );
  }
}
