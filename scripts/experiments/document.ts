/**
 * @file Puts results of `pareidolia experiment` into docs/experiments: its Markdown, and its figures beside it. Usage:
 * node scripts/experiments/document.ts RESULT_FOLDER NAME
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [folder, name] = process.argv.slice(2);
if (folder === undefined || name === undefined)
  throw new Error('Usage: node scripts/experiments/document.ts RESULT_FOLDER NAME');

const target = 'docs/experiments';
const figures = (await readdir(folder)).filter((file) => /\.(png|svg)$/.test(file));
// Where a set lay on the machine that ran it says nothing to a reader: `data get` puts it where its name alone finds it.
let text = (await readFile(join(folder, 'report.md'), 'utf8')).replaceAll(/\bcifar10:[\w./-]*\w/g, 'cifar10');
await mkdir(join(target, 'figures'), { recursive: true });
for (const file of figures) {
  await writeFile(join(target, 'figures', `${name}-${file}`), await readFile(join(folder, file)));
  text = text.replaceAll(`](${file})`, `](figures/${name}-${file})`);
}
await writeFile(join(target, `${name}.md`), text);
