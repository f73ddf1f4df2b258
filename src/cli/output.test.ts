import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareOutputs, writeOutput } from './output.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pareidolia-output-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an output', () => {
  it('replaces what was there', async () => {
    const path = join(folder, 'new/a.txt');
    await writeOutput(path, 'one');
    await writeOutput(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'new'))).toEqual(['a.txt']);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'that a full disk cannot hold leaves the one before and no half of the new one (skipped where there is no /dev/full)',
    async () => {
      const path = join(folder, 'b.txt');
      await writeFile(path, 'old');
      await symlink('/dev/full', `${path}.part`);
      await expect(writeOutput(path, 'new')).rejects.toThrow(/Cannot write .*b\.txt: the disk is full/);
      expect(await readFile(path, 'utf8')).toBe('old');
      await expect(lstat(`${path}.part`)).rejects.toThrow('ENOENT');
    },
  );

  it('that cannot take its place leaves nothing beside it', async () => {
    await expect(writeOutput(folder, 'x')).rejects.toThrow(/Cannot write/);
    expect(existsSync(`${folder}.part`)).toBe(false);
  });
});

describe('outputs of a run', () => {
  it('may not be one file twice, however it is written, nor an input', async () => {
    const [a, b] = [join(folder, 'one.csv'), join(folder, 'two.csv')];
    await prepareOutputs([a, undefined, b]);
    await expect(prepareOutputs([a, b, join(folder, 'sub/../one.csv')])).rejects.toThrow(
      'one.csv would be written twice; give each output a name of its own.',
    );
    await expect(prepareOutputs([a, b], [b])).rejects.toThrow('two.csv is an input');
    expect(existsSync(a) || existsSync(b)).toBe(false);
  });
});
