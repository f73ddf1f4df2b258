import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../test/support/archives.ts';
import { readNpy, writeNpy } from './npy.ts';

/** An .npy file with a header as numpy writes it. */
function npy(descr: string, shape: string, body: readonly number[], { fortran = false, version = 1 } = {}): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`.padEnd(117);
  const length = version === 1 ? [118, 0] : [118, 0, 0, 0];
  return bytesOf([0x93], 'NUMPY', [version, 0], length, `${header}\n`, body);
}

const bytes = (array: ArrayBufferView) => [...new Uint8Array(array.buffer)];
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('readNpy', () => {
  it.each([
    ['bytes', npy("'|u1'", '(2, 3)', range(6)), [2, 3], range(6)],
    ['booleans', npy("'|b1'", '(2,)', [1, 0]), [2], [1, 0]],
    ['signed bytes', npy("'|i1'", '(2,)', [255, 3]), [2], [-1, 3]],
    ['big-endian shorts', npy("'>i2'", '(3,)', [0, 1, 1, 0, 255, 255]), [3], [1, 256, -1]],
    ['little-endian shorts', npy("'<u2'", '(2,)', [1, 0, 0, 1]), [2], [1, 256]],
    ['longs', npy("'<i8'", '(2, 1)', bytes(BigInt64Array.from([1n, -(2n ** 40n)]))), [2, 1], [1, -(2 ** 40)]],
    ['halves', npy("'<f2'", '(3,)', [0, 0x38, 0x55, 0x35, 0, 0xc0]), [3], [0.5, 0.333251953125, -2]],
    ['floats', npy("'<f4'", '(2,)', bytes(Float32Array.from([0.25, -3]))), [2], [0.25, -3]],
    ['big-endian floats', npy("'>f4'", '()', [0x40, 0x40, 0, 0]), [], [3]],
    ['doubles', npy("'<f8'", '(1,)', bytes(Float64Array.from([Math.PI]))), [1], [Math.PI]],
    ['text', npy("'<U3'", '(2,)', bytes(Uint32Array.from([0xe9, 0x74, 0xe9, 0x1f600, 0, 0]))), [2], ['été', '😀']],
    ['byte strings', npy("'|S2'", '(2,)', [97, 98, 99, 0]), [2], ['ab', 'c']],
    ['version 2', npy("'|u1'", '(2,)', [5, 6], { version: 2 }), [2], [5, 6]],
    ['no elements', npy("'<f4'", '(0, 3)', []), [0, 3], []],
  ])('reads %s', (_, file, shape, values) => {
    const array = readNpy(file, 'a.npy');
    expect([array.shape, [...array.values]]).toEqual([shape, values]);
  });

  it("brings Fortran's order into C's", () => {
    // [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]: the first axis runs quickest in the file
    const body = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
    expect([...readNpy(npy("'|u1'", '(2, 3, 2)', body, { fortran: true }), 'a.npy').values]).toEqual(range(12));
  });

  it("reads Node's Buffers, whose slices are views, and leaves them as they were", () => {
    const file = Buffer.from(npy("'|u1'", '(2, 2)', [0, 1, 2, 3], { fortran: true }));
    expect([...readNpy(file, 'a.npy').values]).toEqual([0, 2, 1, 3]);
    expect([...readNpy(file, 'a.npy').values]).toEqual([0, 2, 1, 3]);
    expect([...readNpy(Buffer.from(npy("'<f4'", '(1,)', [0, 0, 128, 63])), 'a.npy').values]).toEqual([1]);
  });

  it.each([
    ['another file', bytesOf('<html>'), 'a.npy is not an .npy file.'],
    ['objects', npy("'|O'", '(2,)', [1, 2, 3]), 'a.npy holds Python objects. Save it again as an array of numbers.'],
    ['records', npy("[('a', '<i4')]", '(2,)', []), 'a.npy holds records; expected an array of numbers.'],
    ['complex numbers', npy("'<c8'", '(1,)', range(8)), 'a.npy holds values of type <c8, which are not read.'],
    ['a file cut off', npy("'<f4'", '(3,)', range(8)), 'a.npy: expected 12 bytes for [3] of <f4, got 8.'],
    ['a header cut off', npy("'<f4'", '(3,)', []).subarray(0, 60), 'a.npy is damaged: its header cannot be read.'],
    ['a start alone', npy("'<f4'", '(3,)', []).subarray(0, 8), 'a.npy is damaged: its header cannot be read.'],
  ])('refuses %s', (_, file, message) => {
    expect(() => readNpy(file, 'a.npy')).toThrow(message);
  });
});

describe('writeNpy', () => {
  it('writes what readNpy reads', () => {
    const values = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.float32Array({ maxLength: 50 }),
      fc.int32Array({ maxLength: 50 }),
      // Trailing zeros of text are padding, in numpy too.
      fc.array(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.endsWith('\0')),
        { maxLength: 5 },
      ),
    );
    fc.assert(
      fc.property(values, (written) => {
        const array = readNpy(writeNpy([written.length], written), 'a.npy');
        expect([array.shape, [...array.values]]).toEqual([[written.length], [...written]]);
      }),
    );
  });

  it('starts the values at a multiple of 64, as the format asks', () => {
    for (const shape of [[1], [10, 3, 32, 32], [1_000_000, 3, 224, 224]]) {
      const file = writeNpy(shape, new Uint8Array());
      expect(file.length % 64).toBe(0);
      expect(file.at(-1)).toBe(10);
    }
  });
});
