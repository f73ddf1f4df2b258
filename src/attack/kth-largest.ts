/** @file The k-th largest of many numbers without sorting them (Hoare 1961, "Algorithm 65: find"). */

/** The k-th largest value, k from 1. NaN counts as no order: give none. */
export function kthLargest(values: Float32Array, k: number): number {
  const v = values.slice();
  const at = v.length - k;
  let [left, right] = [0, v.length - 1];
  while (left < right) {
    const pivot = middleOf(v[left]!, v[(left + right) >> 1]!, v[right]!);
    let [i, j] = [left, right];
    while (i <= j) {
      while (v[i]! < pivot) i++;
      while (v[j]! > pivot) j--;
      if (i > j) break;
      const swapped = v[i]!;
      v[i++] = v[j]!;
      v[j--] = swapped;
    }
    if (at <= j) right = j;
    else if (at >= i) left = i;
    else break;
  }
  return v[at]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
