/** @file An attack's result as a picture to look at: original, perturbation, adversarial, with the answers under them. */

import { distances, quantizeWithin } from '../distance/ball.ts';
import { type Caption, figurePng } from '../image/figure.ts';
import { type Picture, quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { AttackResult, DistanceAttackResult, Prediction } from './result.ts';

/** The picture that a PNG holds of a result, the one that `success8` and `after8` speak of. */
export function as8Bit(
  result: AttackResult | DistanceAttackResult,
  { channels, height, width }: Pick<Model, 'channels' | 'height' | 'width'>,
): Picture {
  return { data: eightBit(result), channels, height, width };
}

function eightBit(result: AttackResult | DistanceAttackResult): Float32Array {
  const { adversarial, original } = result;
  if ('norm' in result) return quantizeWithin(result.norm, adversarial, original, result.epsilon);
  return result.success8 ? result.adversarial8 : quantize8(adversarial);
}

/** Draws the figure as PNG bytes. The perturbation is amplified around grey until its largest value fills the range. */
export async function attackFigure(
  result: AttackResult | DistanceAttackResult,
  model: Model,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { channels, height, width } = model;
  const { original, before, after8, success8 } = result;
  const picture = (data: Float32Array): Picture => ({ data, channels, height, width });
  // A distance attack's picture of 8-bit values may be another than the one in float.
  const shown = 'norm' in result || !success8 ? result.adversarial : result.adversarial8;
  const lp = distances(shown, original);
  const amplification = Math.max(1, Math.round(0.5 / Math.max(lp.linf, 1e-6)));
  const perturbation = original.map((value, i) => Math.min(1, Math.max(0, 0.5 + amplification * (shown[i]! - value))));
  const distance = (name: string, value: number) => ({ text: `${name}  ${value.toPrecision(3)}` });
  return figurePng(
    {
      heading: `${model.name}: ${before.name} becomes ${after8.name}`,
      panels: [
        { title: 'original', picture: picture(original), captions: captionsOf(before, before.label) },
        {
          title: `perturbation, ${amplification} times`,
          picture: picture(perturbation),
          captions: [
            { text: `linf  ${(lp.linf * 255).toFixed(2)} / 255` },
            distance('l2', lp.l2),
            distance('l1', lp.l1),
          ],
        },
        {
          title: 'adversarial, as a PNG holds it',
          picture: as8Bit(result, model),
          captions: captionsOf(after8, after8.label),
        },
      ],
      note: `${constraintText(result)}; answers of the plain model${success8 ? ', confirmed after rounding to 8 bits' : '; NOT confirmed after rounding to 8 bits'}`,
    },
    text,
  );
}

/** What held the attack back, in words. */
function constraintText(result: AttackResult | DistanceAttackResult): string {
  if ('norm' in result) {
    const { norm, epsilon } = result;
    return `${norm} budget ${norm === 'linf' ? `${(epsilon * 255).toPrecision(3)} / 255` : epsilon.toPrecision(3)}`;
  }
  const { distance, budget, bounds, measured8, measured } = result;
  const found = (measured8 ?? measured)?.[distance];
  const own = budget === undefined ? 'smallest found' : `budget ${budget.toPrecision(3)}`;
  const also = Object.entries(bounds).map(([name, limit]) => `, ${name} at most ${limit.toPrecision(3)}`);
  return `${distance} ${found?.toPrecision(3) ?? ''} (${own})${also.join('')}`;
}

function captionsOf({ top }: Prediction, highlighted: number): Caption[] {
  return top.map(({ label, name, probability }) => ({
    text: name,
    share: probability,
    highlight: label === highlighted,
  }));
}
