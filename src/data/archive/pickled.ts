/** @file What a pickle holds once read, and the few functions of Python's that data calls. */

/** An array as numpy pickles it: a little- or big-endian buffer with its shape. */
export class PickledArray {
  shape: readonly number[] = [];
  /** numpy's type string, `|u1` or `<f4`. */
  descr = '';
  fortran = false;
  bytes: Uint8Array = new Uint8Array();
}

/** What a pickle holds. Python 2's strings are bytes; keys of dicts are text. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickledArray
  | Pickled[]
  | { readonly kind: 'dict'; readonly entries: Map<string, Pickled> }
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'dtype'; descr: string }
  | PickledStorage
  | PickledTensor;

/** A buffer of a PyTorch file, kept outside of the pickle. */
export interface PickledStorage {
  readonly kind: 'storage';
  /** PyTorch's class, `torch.FloatStorage`. */
  readonly type: string;
  readonly key: string;
}

/** A tensor of a PyTorch file: a view of a buffer, offset and strides counted in values. */
export interface PickledTensor {
  readonly kind: 'tensor';
  readonly storage: PickledStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Text of a string, in either of Python's kinds, or undefined for anything else. */
export function pickledText(value: Pickled | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? latin1(value) : undefined;
}

/** The functions that data calls, by Python's name. Undefined for arguments that they do not take. */
export const reducers: Readonly<Record<string, (args: readonly Pickled[]) => Pickled | undefined>> = {
  'numpy.core.multiarray._reconstruct': () => new PickledArray(),
  'numpy.dtype': ([descr]) => {
    const text = pickledText(descr);
    return text === undefined ? undefined : { kind: 'dtype', descr: text };
  },
  '_codecs.encode': ([text, codec]) =>
    typeof text === 'string' && pickledText(codec) === 'latin1'
      ? Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
      : undefined,
};

/** Whether a value is of a kind. */
export function isKind<K extends 'dict' | 'global' | 'dtype' | 'storage' | 'tensor'>(
  value: Pickled | undefined,
  kind: K,
): value is Extract<Pickled, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** Text of bytes, a character for each. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
