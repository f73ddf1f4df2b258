import { describe, expect, test } from 'vitest';
import { decodeTensors, encodeTensors } from './safetensors.ts';

const file = {
  tensors: {
    'a.weight': { data: Float32Array.of(1, -2, 3.5, 0, 7, 8), shape: [2, 3] },
    b: { data: Float32Array.of(9), shape: [1] },
  },
  metadata: { note: 'größer' },
};

describe('safetensors', () => {
  test('come back as they were written', () => {
    expect(decodeTensors(encodeTensors(file), 'x')).toEqual(file);
  });

  test('have the header that the format prescribes', () => {
    const bytes = encodeTensors(file);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(length % 8).toBe(0);
    expect(header['a.weight']).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] });
    expect(header.b.data_offsets).toEqual([24, 28]);
    expect(bytes.length).toBe(8 + length + 28);
  });

  test.each([
    ['a few bytes', (bytes: Uint8Array) => bytes.slice(0, 5), /shorter than its header/],
    ['half of its header', (bytes: Uint8Array) => bytes.slice(0, 40), /ends inside its header/],
    [
      'half of its data',
      (bytes: Uint8Array) => bytes.slice(0, bytes.length - 10),
      /ends before "a.weight"|ends before "b"/,
    ],
    ['another format', (bytes: Uint8Array) => bytes.map((v, i) => (i >= 8 && i < 20 ? 0x7a : v)), /header is not JSON/],
  ])('are refused with the reason where %s is left', (_, damage, reason) => {
    expect(() => decodeTensors(damage(encodeTensors(file)), 'state.checkpoint')).toThrow(reason);
    expect(() => decodeTensors(damage(encodeTensors(file)), 'state.checkpoint')).toThrow(/state\.checkpoint/);
  });
});
