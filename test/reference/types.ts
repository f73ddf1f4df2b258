/** @file What a reference implementation of an op is: float64 loops, independent of how the op is written as ONNX. */
import type { HostTensor } from '../../src/tensor/host.ts';
import type { Attrs, HostData, Spec } from '../../src/tensor/op.ts';

/** The value of an op on host tensors. */
export type Reference = (
  inputs: readonly HostTensor[],
  attrs: Attrs,
  outputs: readonly Spec[],
) => HostData | HostData[];
