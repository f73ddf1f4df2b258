/** @file The normal of the border between answers, felt from labels alone by random steps around a point of it. */
import { lookAll, type Procedure } from './procedure.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled } from './vector.ts';

/** Steps that are asked about at once, so that no round holds more pictures than these. */
const stepsAtOnce = 32;

/**
 * The sum over steps u of phi u, with phi 1 where x + u fools and -1 where not, less its own mean (Chen et al. 2020, equation 16; Rahmati et al.
 * 2020, equation 9). Steps are taken as they are after clipping to [0, 1] and under the mask. It points to where answers are adversarial.
 * @param step draws a step, [C, H, W]
 */
export function* feltNormal(
  trial: Trial,
  x: Float32Array,
  evaluations: number,
  step: () => Float32Array,
): Procedure<Float32Array> {
  const weighted = new Float64Array(x.length);
  const plain = new Float64Array(x.length);
  let fooling = 0;
  for (let asked = 0; asked < evaluations; asked += stepsAtOnce) {
    const pictures = Array.from({ length: Math.min(stepsAtOnce, evaluations - asked) }, () =>
      allowed(addScaled(x, 1, step()), trial),
    );
    const answers = yield* lookAll(pictures);
    for (const [b, picture] of pictures.entries()) {
      const phi = answers[b]!.fools ? 1 : -1;
      fooling += Number(phi === 1);
      for (let i = 0; i < x.length; i++) {
        const moved = picture[i]! - x[i]!;
        weighted[i] = weighted[i]! + phi * moved;
        plain[i] = plain[i]! + moved;
      }
    }
  }
  const mean = (2 * fooling) / evaluations - 1;
  const baseline = Math.abs(mean) === 1 ? 0 : mean;
  return Float32Array.from(weighted, (sum, i) => sum - baseline * plain[i]!);
}
