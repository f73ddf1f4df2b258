/** @file Rounds a changed picture to 8 bits without going further from the original, where a bound leaves no room for that. */
import { toByte } from '../image/image.ts';

/** Each value to the nearest level, or to the next one towards x0 where the nearest is further from it than the value was. */
export function roundTowards(x: Float32Array, x0: Float32Array): Float32Array {
  return x.map((value, i) => {
    const [byte, origin] = [toByte(value), toByte(x0[i]!)];
    const isFurther = Math.abs(byte / 255 - x0[i]!) > Math.abs(value - x0[i]!) + 1e-6;
    return (isFurther ? byte + Math.sign(origin - byte) : byte) / 255;
  });
}
