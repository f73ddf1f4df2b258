/** @file Where a function that never falls reaches a value: regula falsi with the Illinois correction (Dowell and Jarratt 1971). */

/** Steps at most; a bracket of any size is exhausted by then. */
const most = 100;

/**
 * An argument in [low, high] at which a function that never falls is close to a value; an end where the value is not between theirs.
 * @param f finite on the bracket, and continuous for the result to be close
 * @param precision relative, of the value or of the argument
 */
export function monotoneRoot(
  f: (s: number) => number,
  value: number,
  low: number,
  high: number,
  precision = 1e-9,
): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a) - value, f(b) - value];
  if (fa >= 0) return a;
  if (fb <= 0) return b;
  const scale = Math.max(Math.abs(value), 1e-300);
  let side = 0;
  for (let i = 0; i < most && b - a > precision * Math.max(Math.abs(a), Math.abs(b)); i++) {
    // Where the secant crawls, halve: the function may have a flat part or a jump.
    const middle = i % 8 === 7 ? (a + b) / 2 : (a * fb - b * fa) / (fb - fa);
    const s = middle > a && middle < b ? middle : (a + b) / 2;
    const fs = f(s) - value;
    if (Math.abs(fs) <= precision * scale) return s;
    if (fs < 0) {
      [a, fa] = [s, fs];
      if (side === -1) fb /= 2;
      side = -1;
    } else {
      [b, fb] = [s, fs];
      if (side === 1) fa /= 2;
      side = 1;
    }
  }
  return (a + b) / 2;
}

/** The first of start, 2 start, 4 start ... at which a function that never falls is at least a value, or the last of 60. */
export function doubledUntil(f: (s: number) => number, value: number, start: number): number {
  let s = start;
  for (let i = 0; i < 60 && !(f(s) >= value); i++) s *= 2;
  return s;
}

/** A bracket around a guess at whose ends a function that never falls is below and above a value; the widest of 60 where there is none. */
export function bracketed(f: (s: number) => number, value: number, guess: number): readonly [number, number] {
  let width = Math.max(0.01 * Math.abs(guess), 1e-9);
  let [low, high] = [guess, guess];
  if (f(guess) < value)
    for (let i = 0; i < 60 && !(f(high) >= value); i++, width *= 2) [low, high] = [high, high + width];
  else for (let i = 0; i < 60 && !(f(low) < value); i++, width *= 2) [low, high] = [low - width, low];
  return [low, high];
}
