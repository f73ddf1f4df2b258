import { describe, expect, test } from 'vitest';
import { writeNpy } from './npy.ts';
import { readWeights } from './read-weights.ts';
import { encodeTensors } from './safetensors.ts';
import { readTorchWeights } from './torch-weights.ts';
import { zipOf } from './zip.ts';

/*
 * OrderedDict(a = arange(6).reshape(2, 3) / 4, at = a.t()[1:], b = Parameter([0.1, -2.5], float64), c = tensor(7.)) as PyTorch 1.13
 * saves it with `_use_new_zipfile_serialization` False and True; then {'n': tensor([1, 2])}.
 */
const older = [
  'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZX',
  'NxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxAClScQEoWAEAAABh',
  'cQJjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3RlbnNvcl92MgpxAygoWAcAAABzdG9yYWdlcQRjdG9yY2gKRmxvYXRTdG9yYWdlCnEFWAkAAAA3MzExMjUyMz',
  'JxBlgDAAAAY3B1cQdLBk50cQhRSwBLAksDhnEJSwNLAYZxColoAClScQt0cQxScQ1YAgAAAGF0cQ5oAygoaARoBVgJAAAANzMxMTI1MjMycQ9oB0sGTnRx',
  'EFFLAUsCSwKGcRFLAUsDhnESiWgAKVJxE3RxFFJxFVgBAAAAYnEWY3RvcmNoLl91dGlscwpfcmVidWlsZF9wYXJhbWV0ZXIKcRdoAygoaARjdG9yY2gKRG',
  '91YmxlU3RvcmFnZQpxGFgJAAAANzMwNjQ4NzM2cRloB0sCTnRxGlFLAEsChXEbSwGFcRyJaAApUnEddHEeUnEfiGgAKVJxIIdxIVJxIlgBAAAAY3EjaAMo',
  'KGgEaAVYCQAAADY2ODE4NDM2OHEkaAdLAU50cSVRSwApKYloAClScSZ0cSdScSh1LoACXXEAKFgJAAAANjY4MTg0MzY4cQFYCQAAADczMDY0ODczNnECWA',
  'kAAAA3MzExMjUyMzJxA2UuAQAAAAAAAAAAAOBAAgAAAAAAAACamZmZmZm5PwAAAAAAAATABgAAAAAAAAAAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=',
].join('');

const archive = [
  'UEsDBAAACAgAAAAAAAAAAAAAAAAAAAAAAAAQABIAYXJjaGl2ZS9kYXRhLnBrbEZCDgBaWlpaWlpaWlpaWlpaWoACY2NvbGxlY3Rpb25zCk9yZGVyZWREaW',
  'N0CnEAKVJxAShYAQAAAGFxAmN0b3JjaC5fdXRpbHMKX3JlYnVpbGRfdGVuc29yX3YyCnEDKChYBwAAAHN0b3JhZ2VxBGN0b3JjaApGbG9hdFN0b3JhZ2UK',
  'cQVYAQAAADBxBlgDAAAAY3B1cQdLBnRxCFFLAEsCSwOGcQlLA0sBhnEKiWgAKVJxC3RxDFJxDVgCAAAAYXRxDmgDKChoBGgFaAZoB0sGdHEPUUsBSwJLAo',
  'ZxEEsBSwOGcRGJaAApUnESdHETUnEUWAEAAABicRVjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3BhcmFtZXRlcgpxFmgDKChoBGN0b3JjaApEb3VibGVTdG9y',
  'YWdlCnEXWAEAAAAxcRhoB0sCdHEZUUsASwKFcRpLAYVxG4loAClScRx0cR1ScR6IaAApUnEfh3EgUnEhWAEAAABjcSJoAygoaARoBVgBAAAAMnEjaAdLAX',
  'RxJFFLACkpiWgAKVJxJXRxJlJxJ3UuUEsHCMEvoreRAQAAkQEAAFBLAwQAAAgIAAAAAAAAAAAAAAAAAAAAAAAADgAzAGFyY2hpdmUvZGF0YS8wRkIvAFpa',
  'WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaAAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/UEsHCFLl5x8YAAAAGAAAAFBLAw',
  'QAAAgIAAAAAAAAAAAAAAAAAAAAAAAADgAsAGFyY2hpdmUvZGF0YS8xRkIoAFpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlqamZmZ',
  'mZm5PwAAAAAAAATAUEsHCHsgZSkQAAAAEAAAAFBLAwQAAAgIAAAAAAAAAAAAAAAAAAAAAAAADgA0AGFyY2hpdmUvZGF0YS8yRkIwAFpaWlpaWlpaWlpaWl',
  'paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWgAA4EBQSwcIYG3mCQQAAAAEAAAAUEsDBAAACAgAAAAAAAAAAAAAAAAAAAAAAAAPAD8AYXJj',
  'aGl2ZS92ZXJzaW9uRkI7AFpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaMwpQSwcI0Z5nVQIAAA',
  'ACAAAAUEsBAgAAAAAICAAAAAAAAMEvoreRAQAAkQEAABAAAAAAAAAAAAAAAAAAAAAAAGFyY2hpdmUvZGF0YS5wa2xQSwECAAAAAAgIAAAAAAAAUuXnHxgA',
  'AAAYAAAADgAAAAAAAAAAAAAAAADhAQAAYXJjaGl2ZS9kYXRhLzBQSwECAAAAAAgIAAAAAAAAeyBlKRAAAAAQAAAADgAAAAAAAAAAAAAAAABoAgAAYXJjaG',
  'l2ZS9kYXRhLzFQSwECAAAAAAgIAAAAAAAAYG3mCQQAAAAEAAAADgAAAAAAAAAAAAAAAADgAgAAYXJjaGl2ZS9kYXRhLzJQSwECAAAAAAgIAAAAAAAA0Z5n',
  'VQIAAAACAAAADwAAAAAAAAAAAAAAAABUAwAAYXJjaGl2ZS92ZXJzaW9uUEsGBiwAAAAAAAAAHgMtAAAAAAAAAAAABQAAAAAAAAAFAAAAAAAAAC8BAAAAAA',
  'AA0gMAAAAAAABQSwYHAAAAAAEFAAAAAAAAAQAAAFBLBQYAAAAABQAFAC8BAADSAwAAAAA=',
].join('');

const wholeNumbers = [
  'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZX',
  'NxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAn1xAFgBAAAAbnEBY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5z',
  'b3JfdjIKcQIoKFgHAAAAc3RvcmFnZXEDY3RvcmNoCkxvbmdTdG9yYWdlCnEEWAkAAAA3MzExMjQ2NDBxBVgDAAAAY3B1cQZLAk50cQdRSwBLAoVxCEsBhX',
  'EJiWNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxCilScQt0cQxScQ1zLoACXXEAWAkAAAA3MzExMjQ2NDBxAWEuAgAAAAAAAAABAAAAAAAAAAIAAAAAAAAA',
].join('');

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

describe.each([
  ['the older form', older],
  ['a zip archive', archive],
])('PyTorch weights in %s', (_, base64) => {
  test('are read by name, views in their own order, doubles as floats', async () => {
    const weights = await readTorchWeights(bytesOf(base64), 'w.pth');
    expect([...weights.keys()]).toEqual(['a', 'at', 'b', 'c']);
    expect(weights.get('a')).toEqual({ shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) });
    expect(weights.get('at')).toEqual({ shape: [2, 2], data: Float32Array.of(0.25, 1, 0.5, 1.25) });
    expect(weights.get('b')).toEqual({ shape: [2], data: Float32Array.of(0.1, -2.5) });
    expect(weights.get('c')).toEqual({ shape: [], data: Float32Array.of(7) });
  });

  test('are refused in one sentence wherever the file ends early', async () => {
    const bytes = bytesOf(base64);
    for (let length = 0; length < bytes.length; length++) {
      await expect(readTorchWeights(bytes.subarray(0, length), 'w.pth'), `${length} bytes`).rejects.toThrow(
        /^w\.pth .*\.$/,
      );
    }
  });

  test('are refused or read, never a fault of the program, whatever byte is wrong', async () => {
    const bytes = bytesOf(base64);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x2e, 0xff]) {
        const damaged = bytes.slice();
        damaged[at] = value;
        const outcome = await readTorchWeights(damaged, 'w.pth').catch((error: unknown) => error);
        if (!(outcome instanceof Map)) expect((outcome as Error).name, `byte ${at} = ${value}`).toBe('DataError');
      }
    }
  });
});

test('weights that are no floats are refused by their type', async () => {
  await expect(readTorchWeights(bytesOf(wholeNumbers), 'n.pt')).rejects.toThrow(
    'n.pt holds torch.LongStorage; weights are read as float32 or float64.',
  );
});

test('a pickle that calls anything else of Python is refused', async () => {
  const pickle = Uint8Array.from('\x80\x02cos\nsystem\n.', (char) => char.charCodeAt(0));
  await expect(readTorchWeights(pickle, 'evil.pt')).rejects.toThrow(/evil\.pt calls Python's os\.system/);
});

describe('readWeights', () => {
  const a = { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) };

  test('reads PyTorch files of both forms, .npz and safetensors alike', async () => {
    for (const base64 of [older, archive]) expect((await readWeights(bytesOf(base64), 'w')).size).toBe(4);
    expect((await readWeights(encodeTensors({ tensors: { a }, metadata: {} }), 'w')).get('a')).toEqual(a);
    const npz = await zipOf([['a.npy', writeNpy(a.shape, a.data)]]);
    expect((await readWeights(npz, 'w.npz')).get('a')).toEqual(a);
  });

  test('says what it reads where bytes are something else', async () => {
    await expect(readWeights(new TextEncoder().encode('<!doctype html>'), 'w.pth')).rejects.toThrow(
      "w.pth holds no weights: expected a file of PyTorch's (.pth, .pt), .npz or .safetensors.",
    );
    const whole = await zipOf([['n.npy', writeNpy([2], Int32Array.of(1, 2))]]);
    await expect(readWeights(whole, 'w.npz')).rejects.toThrow('n.npy in w.npz holds i4; weights are floating-point.');
    await expect(readWeights(await zipOf([['a.txt', Uint8Array.of(1)]]), 'w.zip')).rejects.toThrow(
      "w.zip is a zip archive without the data.pkl of PyTorch's.",
    );
  });
});
