/** @file An attack's result as a picture to look at: original, perturbation, adversarial, with the answers under them. */

import { quantizeWithin } from '../distance/ball.ts';
import { type Caption, figurePng } from '../image/figure.ts';
import type { Picture } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { AttackResult, Prediction } from './result.ts';

/** The picture that a PNG holds of a result, the one that `success8` and `after8` speak of: rounded inside the ball. */
export function as8Bit(
  { norm, adversarial, original, epsilon }: AttackResult,
  { channels, height, width }: Pick<Model, 'channels' | 'height' | 'width'>,
): Picture {
  return { data: quantizeWithin(norm, adversarial, original, epsilon), channels, height, width };
}

/** Draws the figure as PNG bytes. The perturbation is amplified around grey until its largest value fills the range. */
export async function attackFigure(
  result: AttackResult,
  model: Model,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { channels, height, width } = model;
  const { original, adversarial, before, after8, distances, norm, epsilon } = result;
  const picture = (data: Float32Array): Picture => ({ data, channels, height, width });
  const amplification = Math.max(1, Math.round(0.5 / Math.max(distances.linf, 1e-6)));
  const perturbation = original.map((value, i) =>
    Math.min(1, Math.max(0, 0.5 + amplification * (adversarial[i]! - value))),
  );
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
            { text: `linf  ${(distances.linf * 255).toFixed(2)} / 255` },
            distance('l2', distances.l2),
            distance('l1', distances.l1),
          ],
        },
        {
          title: 'adversarial, as a PNG holds it',
          picture: as8Bit(result, model),
          captions: captionsOf(after8, after8.label),
        },
      ],
      note: `${norm} budget ${norm === 'linf' ? `${(epsilon * 255).toPrecision(3)} / 255` : epsilon.toPrecision(3)}; answers of the plain model${result.success8 ? ', confirmed after rounding to 8 bits' : '; NOT confirmed after rounding to 8 bits'}`,
    },
    text,
  );
}

function captionsOf({ top }: Prediction, highlighted: number): Caption[] {
  return top.map(({ label, name, probability }) => ({
    text: name,
    share: probability,
    highlight: label === highlighted,
  }));
}
