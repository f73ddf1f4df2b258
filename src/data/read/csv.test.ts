import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { parseCsv } from '../archive/csv.ts';
import { folderOf } from '../folder.ts';
import { readCsv } from './csv.ts';

const png = await encodePng({ data: new Float32Array(3), channels: 3, height: 1, width: 1 });
const text = (value: string) => new TextEncoder().encode(value);
const read = (table: string, more: Readonly<Record<string, Uint8Array>> = {}) =>
  readCsv(
    folderOf('set', new Map(Object.entries({ 'l.csv': text(table), 'a.png': png, 'in/b.png': png, ...more }))),
    'l.csv',
  );
const labelsOf = (set: Awaited<ReturnType<typeof read>>) => Array.from({ length: set.length }, (_, i) => set.label(i));

describe('parseCsv', () => {
  it.each([
    [
      'plain rows',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\r\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'quotes with separators, quotes and lines in them',
      '"a, b","say ""hi"""\n"two\nlines",d\n',
      [
        ['a, b', 'say "hi"'],
        ['two\nlines', 'd'],
      ],
    ],
    [
      'empty fields and empty lines',
      'a,\n\n,b\n""\n',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    [
      'semicolons',
      'a;b,c;d\ne;f',
      [
        ['a', 'b,c', 'd'],
        ['e', 'f'],
      ],
    ],
    [
      'tabs',
      'a b\tc\nd\te',
      [
        ['a b', 'c'],
        ['d', 'e'],
      ],
    ],
    ['a byte order mark', '\uFEFFa,b', [['a', 'b']]],
    ['a separator at the end', 'a,b,', [['a', 'b', '']]],
  ])('splits %s', (_, table, rows) => {
    expect(parseCsv(table, 't').map((row) => row.fields)).toEqual(rows);
  });

  it('knows the line on which a row starts', () => {
    expect(parseCsv('a,"1\n2"\n\nb,3', 't').map((row) => row.line)).toEqual([1, 4]);
  });

  it('refuses a quote that is not closed, or goes on after it closed', () => {
    expect(() => parseCsv('a,b\n"c,d\ne', 't')).toThrow('t, line 2: a quote is opened and never closed.');
    expect(() => parseCsv('a,b\n"c"d,e', 't')).toThrow('t, line 2: expected "," after a closing quote, got "d".');
  });
});

describe('readCsv', () => {
  it('finds the columns by their headings', async () => {
    const set = await read('id,Label,width,File\n1,dog,1,a.png\n2,cat,1,"in/b.png"\n');
    expect([set.name, set.classNames, labelsOf(set)]).toEqual(['set/l.csv', ['cat', 'dog'], [1, 0]]);
    expect((await set.image(1)).width).toBe(1);
  });

  it('takes the first two columns without headings', async () => {
    const set = await read('./in/../a.png,2\nin/b.png,0\n');
    expect([set.classNames, labelsOf(set)]).toEqual([
      ['0', '1', '2'],
      [2, 0],
    ]);
  });

  it('takes names and order from classes.txt, and numbers for places in it', async () => {
    const classes = { 'classes.txt': text('dog\ncat\n') };
    expect(labelsOf(await read('a.png,cat\nin/b.png,dog', classes))).toEqual([1, 0]);
    const numbers = await read('a.png,1\nin/b.png,0', classes);
    expect([numbers.classNames, labelsOf(numbers)]).toEqual([
      ['dog', 'cat'],
      [1, 0],
    ]);
  });

  it.each([
    [
      'an unknown label',
      'a.png,cat\nin/b.png,emu',
      { 'classes.txt': text('cat\ndog') },
      'set/l.csv, line 2: label "emu" is none of the 2 classes (cat, dog), nor a number below 2.',
    ],
    [
      'a number that is too high',
      'file,label\na.png,2',
      { 'classes.txt': text('cat\ndog') },
      'set/l.csv, line 2: label "2" is none of the 2 classes',
    ],
    ['an absurd number', 'a.png,3\nin/b.png,99999999', {}, 'set/l.csv, line 2: label 99999999 is no class number'],
    ['a picture that is not there', 'a.png,1\nin/c.png,1', {}, 'set/l.csv, line 2: there is no picture in/c.png.'],
    ['a row too short', 'a.png,1\nin/b.png', {}, 'set/l.csv, line 2: expected a path and a label, got "in/b.png".'],
    ['a label missing', 'path,label\na.png,\n', {}, 'set/l.csv, line 2: expected a path and a label'],
    ['one column', 'a.png\n', {}, 'set/l.csv: expected two columns, path and label, got "a.png".'],
    [
      'headings that say nothing',
      'id,kind,place\n1,2,a.png\n',
      {},
      'set/l.csv: expected headings "path" and "label" among id, kind, place.',
    ],
    ['headings alone', 'path,label\n', {}, 'set/l.csv lists no picture, only headings.'],
    ['nothing', '\n', {}, 'set/l.csv is empty.'],
  ])('refuses %s', async (_, table, more, message) => {
    await expect(read(table, more)).rejects.toThrow(message);
  });

  it('names a corrupt picture when it is asked for', async () => {
    const set = await read('a.png,0', { 'a.png': png.subarray(0, 40) });
    await expect(set.image(0)).rejects.toThrow('set/a.png: Expected a PNG, JPEG or WebP picture, got a damaged');
  });
});
