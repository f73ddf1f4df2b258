import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isZip, unzip, zipOf } from './zip.ts';

const text = (value: string) => new TextEncoder().encode(value);

async function contents(archive: Uint8Array): Promise<[string, Uint8Array][]> {
  return Promise.all(
    [...unzip(archive, 'a.zip')].map(async ([path, read]) => [path, await read()] as [string, Uint8Array]),
  );
}

/** {'a.txt': 'a' 40 times, deflated; 'd/é': 'é', stored} with a comment that holds the end's signature, as CPython writes it. */
const reference =
  '504b030414000000080000002100258a5bc9060000002800000005000000612e7478744b4c240e0000504b0304140000080000000021003e8d040e020000' +
  '000200000004000000642fc3a9c3a9504b0102140314000000080000002100258a5bc9060000002800000005000000000000000000000080010000000061' +
  '2e747874504b01021403140000080000000021003e8d040e0200000002000000040000000000000000000000800129000000642fc3a9504b050600000000' +
  '02000200650000004d0000000a00504b05062068656c6c6f';

describe('zipOf and unzip', () => {
  it('give back what was put in, deflated or not', async () => {
    const files = fc.uniqueArray(
      fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.uint8Array({ maxLength: 300 })),
      {
        selector: ([path]) => path,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (entries, compress) => {
        const archive = await zipOf(entries, { compress });
        expect(isZip(archive)).toBe(true);
        expect(await contents(archive)).toEqual(entries);
      }),
      { numRuns: 50 },
    );
  });

  it("reads what Python's zipfile writes, whatever its comment says", async () => {
    const archive = Uint8Array.from(reference.match(/../g)!, (byte) => Number.parseInt(byte, 16));
    expect(await contents(archive)).toEqual([
      ['a.txt', text('a'.repeat(40))],
      ['d/é', text('é')],
    ]);
  });

  it('makes text smaller where asked', async () => {
    const long = text('pareidolia '.repeat(1000));
    const sizes = [await zipOf([['a', long]]), await zipOf([['a', long]], { compress: true })].map((zip) => zip.length);
    expect(sizes[0]).toBeGreaterThan(long.length);
    expect(sizes[1]).toBeLessThan(300);
  });

  it('names what is wrong with a damaged archive', async () => {
    const archive = await zipOf([
      ['a.txt', text('a'.repeat(100))],
      ['b.txt', text('b')],
    ]);
    expect(() => unzip(archive.subarray(0, archive.length - 30), 'a.zip')).toThrow(
      'a.zip is no zip archive, or cut off: its list of entries is missing.',
    );
    const changed = archive.slice();
    changed[50]! ^= 1;
    await expect(contents(changed)).rejects.toThrow('a.zip is damaged: a.txt does not have its checksum.');
    const broken = (await zipOf([['a.txt', text('a'.repeat(100))]], { compress: true })).slice();
    broken[36]! ^= 0xff;
    await expect(contents(broken)).rejects.toThrow(/a\.txt/);
    const moved = archive.slice();
    moved[0] = 0;
    await expect(contents(moved)).rejects.toThrow('a.zip is damaged: a.txt is not where its list says.');
    const encrypted = archive.slice();
    encrypted[archive.length - 22 - 2 * (46 + 5) + 8]! |= 1;
    await expect(contents(encrypted)).rejects.toThrow('a.zip: a.txt is encrypted.');
  });
});
