/**
 * @file `npm run demo [-- model.onnx picture]`: attacks a picture and shows what happened. Without arguments it attacks a small
 * network that it builds itself, untrained, on a picture that it draws, so that it runs on any machine.
 */

import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { encodePng } from '#image-codec';
import { smallNetwork } from '../test/support/network.ts';

const cli = new URL('../src/cli/main.ts', import.meta.url).pathname;
const [model, picture, ...rest] = process.argv.slice(2);

function run(args: readonly string[]): number {
  console.log(`\n$ pareidolia ${args.join(' ')}`);
  return spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit' }).status ?? 1;
}

/** A disc on a gradient: something to look at. */
function drawing(): Float32Array {
  return Float32Array.from({ length: 768 }, (_, at) => {
    const [c, y, x] = [Math.floor(at / 256), Math.floor(at / 16) % 16, at % 16];
    const inside = Math.hypot(x - 7.5, y - 7.5) < 5;
    return inside ? [0.9, 0.6, 0.2][c]! : 0.25 + 0.02 * (x + y) * [0.5, 0.7, 1][c]!;
  });
}

await mkdir('demo', { recursive: true });
if (model !== undefined && picture !== undefined) {
  const status =
    run(['inspect', model]) ||
    run(['attack', model, picture, '--epsilon', '4/255', '--out', 'demo/adversarial.png', ...rest]);
  if (status !== 0) process.exit(status);
} else if (model === undefined) {
  console.log(
    'No model given: attacking a small untrained network built on the spot. For a real one: npm run demo -- model.onnx picture.png',
  );
  await writeFile('demo/network.onnx', smallNetwork());
  await writeFile('demo/picture.png', await encodePng({ data: drawing(), channels: 3, height: 16, width: 16 }));
  const common = ['demo/network.onnx', '--preprocessing', 'none'];
  const status =
    run(['inspect', ...common]) ||
    run([
      'attack',
      ...common.slice(0, 1),
      'demo/picture.png',
      ...common.slice(1),
      '--epsilon',
      '8/255',
      '--out',
      'demo/adversarial.png',
    ]);
  if (status !== 0) process.exit(status);
} else {
  console.error('npm run demo -- model.onnx picture.png: a model and a picture, or neither.');
  process.exit(2);
}
console.log(
  '\nLook at demo/adversarial.figure.png: the original, the change amplified, and what the network answers to both.',
);
