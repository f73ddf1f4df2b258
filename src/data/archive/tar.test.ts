import { describe, expect, it } from 'vitest';
import { bytesOf, tarEntry, tarOf } from '../../../test/support/archives.ts';
import { isTar, untar } from './tar.ts';

const body = (text: string) => new TextEncoder().encode(text);

describe('untar', () => {
  it('gives the bytes of each file and the folders, with ./ taken off', () => {
    const archive = tarOf({ './a/': body(''), './a/one.txt': body('one'), 'two.txt': body('x'.repeat(1000)) });
    expect([...untar(archive)].map(([path, bytes]) => [path, bytes.length])).toEqual([
      ['a/', 0],
      ['a/one.txt', 3],
      ['two.txt', 1000],
    ]);
    expect(isTar(archive)).toBe(true);
  });

  it("reads GNU's long names and pax's paths", () => {
    const long = `${'deep/'.repeat(30)}file.txt`;
    const record = (text: string) => `${text.length + 3} ${text}\n`;
    const archive = bytesOf(
      tarEntry('././@LongLink', body(`${long}\0`), 'L'),
      tarEntry(long, body('gnu')),
      tarEntry('PaxHeader', body(record('path=été.txt'.normalize('NFC')).replace(/^\d+/, '18')), 'x'),
      tarEntry('short', body('pax')),
      new Uint8Array(1024),
    );
    expect([...untar(archive).keys()]).toEqual([long, 'été.txt']);
  });

  it('leaves links out', () => {
    const archive = bytesOf(tarEntry('link', body(''), '2'), tarEntry('a', body('a')), new Uint8Array(1024));
    expect([...untar(archive).keys()]).toEqual(['a']);
  });

  it('names what is wrong with a damaged archive', () => {
    const archive = tarOf({ 'a.txt': body('a'.repeat(600)), 'b.txt': body('b') });
    expect(() => untar(archive.subarray(0, 900), 'x.tar')).toThrow('x.tar is cut off inside a.txt.');
    expect(() => untar(archive.subarray(0, 1536), 'x.tar')).toThrow('x.tar is cut off after 1 files.');
    const damaged = archive.slice();
    damaged[1540] = 7;
    expect(() => untar(damaged, 'x.tar')).toThrow('x.tar is damaged: there is no header at byte 1536, after 1 files.');
    expect(() => untar(body('<html>'.repeat(200)), 'x.tar')).toThrow('x.tar is not a tar archive.');
    expect(isTar(body('<html>'.repeat(200)))).toBe(false);
  });
});
