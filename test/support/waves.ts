/** @file A picture by formula, so that any library can have the same. */

/** A picture by formula, [3, height, width], and with `disturbed` a fine pattern added. */
export function waves(height: number, width: number, disturbed = false): Float32Array {
  return Float32Array.from({ length: 3 * height * width }, (_, at) => {
    const [c, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    const plain = 0.5 + 0.3 * Math.sin(0.13 * x + 0.07 * y * (c + 1)) + 0.15 * Math.cos(0.9 * x - 0.31 * y + 2 * c);
    const pattern = disturbed ? 0.08 * Math.sin(2.1 * x + 1.7 * y) + 0.03 * Math.cos(0.005 * x * y) : 0;
    return Math.min(1, Math.max(0, plain + pattern));
  });
}
