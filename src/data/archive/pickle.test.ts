import { describe, expect, it } from 'vitest';
import { readPickle } from './pickle.ts';
import { PickledArray, pickledText } from './pickled.ts';

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/**
 * {'data': np.arange(6, dtype=np.uint8).reshape(2, 3), 'labels': [3, 300], 'batch_label': b'x y'} as CPython 3.11 with numpy 2.4
 * pickles it in protocols 0, 1, 2 and 4, and as Python 2 writes such a dict.
 */
const pickles: Readonly<Record<string, string>> = {
  'protocol 0':
    '(dp0\nVdata\np1\ncnumpy._core.multiarray\n_reconstruct\np2\n(cnumpy\nndarray\np3\n(I0\ntp4\nc_codecs\nencode\np5\n(Vb\np6\nVlatin1\np7\ntp8\nRp9\ntp10\nRp11\n(I1\n(I2\nI3\ntp12\ncnumpy\ndtype\np13\n(Vu1\np14\nI00\nI01\ntp15\nRp16\n(I3\nV|\np17\nNNNI-1\nI-1\nI0\ntp18\nbI00\ng5\n(V\\u0000\x01\x02\x03\x04\x05\np19\ng7\ntp20\nRp21\ntp22\nbsVlabels\np23\n(lp24\nI3\naI300\nasVbatch_label\np25\ng5\n(Vx y\np26\ng7\ntp27\nRp28\ns.',
  'protocol 1':
    '}q\x00(X\x04\x00\x00\x00dataq\x01cnumpy._core.multiarray\n_reconstruct\nq\x02(cnumpy\nndarray\nq\x03(K\x00tq\x04c_codecs\nencode\nq\x05(X\x01\x00\x00\x00bq\x06X\x06\x00\x00\x00latin1q\x07tq\x08Rq\ttq\nRq\x0b(K\x01(K\x02K\x03tq\x0ccnumpy\ndtype\nq\r(X\x02\x00\x00\x00u1q\x0eI00\nI01\ntq\x0fRq\x10(K\x03X\x01\x00\x00\x00|q\x11NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x12bI00\nh\x05(X\x06\x00\x00\x00\x00\x01\x02\x03\x04\x05q\x13h\x07tq\x14Rq\x15tq\x16bX\x06\x00\x00\x00labelsq\x17]q\x18(K\x03M,\x01eX\x0b\x00\x00\x00batch_labelq\x19h\x05(X\x03\x00\x00\x00x yq\x1ah\x07tq\x1bRq\x1cu.',
  'protocol 2':
    '\x80\x02}q\x00(X\x04\x00\x00\x00dataq\x01cnumpy._core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85q\x04c_codecs\nencode\nq\x05X\x01\x00\x00\x00bq\x06X\x06\x00\x00\x00latin1q\x07\x86q\x08Rq\t\x87q\nRq\x0b(K\x01K\x02K\x03\x86q\x0ccnumpy\ndtype\nq\rX\x02\x00\x00\x00u1q\x0e\x89\x88\x87q\x0fRq\x10(K\x03X\x01\x00\x00\x00|q\x11NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x12b\x89h\x05X\x06\x00\x00\x00\x00\x01\x02\x03\x04\x05q\x13h\x07\x86q\x14Rq\x15tq\x16bX\x06\x00\x00\x00labelsq\x17]q\x18(K\x03M,\x01eX\x0b\x00\x00\x00batch_labelq\x19h\x05X\x03\x00\x00\x00x yq\x1ah\x07\x86q\x1bRq\x1cu.',
  'protocol 4':
    '\x80\x04\x95\xc2\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04data\x94\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94C\x01b\x94\x87\x94R\x94(K\x01K\x02K\x03\x86\x94h\x05\x8c\x05dtype\x94\x93\x94\x8c\x02u1\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t\x94b\x89C\x06\x00\x01\x02\x03\x04\x05\x94t\x94b\x8c\x06labels\x94]\x94(K\x03M,\x01e\x8c\x0bbatch_label\x94C\x03x y\x94u.',
  "Python 2's protocol 2":
    '\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x03x yq\x03U\x06labelsq\x04]q\x05(K\x03M,\x01eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\t(K\x01K\x02K\x03\x86cnumpy\ndtype\nq\nU\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x06\x00\x01\x02\x03\x04\x05tbu.',
};

describe('readPickle', () => {
  it.each(Object.entries(pickles))('reads a dict with a numpy array in %s', (_, text) => {
    const value = readPickle(latin1(text), 'a.pkl');
    if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'dict') throw new Error();
    const data = value.entries.get('data');
    expect(data).toBeInstanceOf(PickledArray);
    expect(data).toMatchObject({ shape: [2, 3], descr: '|u1', fortran: false });
    expect([...(data as PickledArray).bytes]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(value.entries.get('labels')).toEqual([3, 300]);
    expect(pickledText(value.entries.get('batch_label'))).toBe('x y');
  });

  it.each([
    [
      'numbers',
      '(I-7\nL12345678901L\nF0.5\nG?\xe0\x00\x00\x00\x00\x00\x00J\xfe\xff\xff\xff\x8a\x02\x00\xffl.',
      [-7, 12345678901, 0.5, 0.5, -2, -256],
    ],
    ['booleans and none', '(NI01\n\x89l.', [null, true, false]],
    ['a memo', '(Va\np0\ng0\n0g0\nl.', ['a', 'a']],
    ['nested tuples', '((K\x01K\x02tK\x03t.', [[1, 2], 3]],
  ])('reads %s', (_, text, expected) => {
    expect(readPickle(latin1(text), 'a.pkl')).toEqual(expected);
  });

  it("reads protocol 0's quoted strings with their escapes", () => {
    expect(pickledText(readPickle(latin1("S'a\\x41\\n\\\\\\''\n."), 'a.pkl'))).toBe("aA\n\\'");
  });

  it('runs nothing: a pickle that calls a function is refused by its name', () => {
    expect(() => readPickle(latin1("cos\nsystem\n(S'echo pwned'\ntR."), 'a.pkl')).toThrow(
      "a.pkl calls Python's os.system, and only plain data is read.",
    );
    expect(() => readPickle(latin1('cconstructor\nprototype\n(tR.'), 'a.pkl')).toThrow("calls Python's");
    expect(() => readPickle(latin1('c\ntoString\n(tR.'), 'a.pkl')).toThrow("calls Python's");
  });

  it('says that a damaged pickle is one', () => {
    const text = pickles['protocol 2']!;
    for (let end = 0; end < text.length; end++) {
      expect(() => readPickle(latin1(text.slice(0, end)), 'a.pkl'), `cut at ${end}`).toThrow(/^a\.pkl /);
    }
    expect(() => readPickle(latin1('<html>'), 'a.pkl')).toThrow(
      'a.pkl has an opcode 0x3c at byte 0 that no data set uses; it is no pickle, or damaged.',
    );
  });
});
