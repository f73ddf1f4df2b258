import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deflate, gunzip, inflate } from './gzip.ts';

const plain = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);

describe('gunzip', () => {
  it('gives back what was compressed, and bytes that were not as they are', async () => {
    expect(await gunzip(new Uint8Array(gzipSync(plain)), 'a.gz')).toEqual(plain);
    expect(await gunzip(plain, 'a')).toBe(plain);
    expect(await inflate(await deflate(plain), 'a')).toEqual(plain);
  });

  it('refuses a file that is cut off or has a changed byte', async () => {
    const zipped = new Uint8Array(gzipSync(plain));
    await expect(gunzip(zipped.subarray(0, 500), 'a.gz')).rejects.toThrow('a.gz is damaged or cut off');
    const changed = zipped.slice();
    changed[changed.length - 8]! ^= 1; // in the checksum
    await expect(gunzip(changed, 'a.gz')).rejects.toThrow('a.gz is damaged or cut off');
  });
});
