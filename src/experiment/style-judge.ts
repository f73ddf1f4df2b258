/** @file How much of one picture's content and of another's style a picture has, by a network's word (Gatys, Ecker and Bethge 2016). */
import type { Model } from '../model/model.ts';
import { compile } from '../runtime/compile.ts';
import { add, div, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gramOf } from '../visualize/objectives/matching.ts';
import { see } from '../visualize/see.ts';
import { ExperimentError } from './experiment-error.ts';

/** Layers whose values stand for content and style. */
export interface StyleLayers {
  readonly content: string;
  readonly style: readonly string[];
}

/** A network's layers by its ReLUs: content two thirds up, style all up to there. @throws ExperimentError if it has fewer than three */
export function styleLayers(model: Model): StyleLayers {
  const outputs = model.file.graph!.node.filter(({ opType }) => opType === 'Relu').map(({ output }) => output[0]!);
  if (outputs.length < 3)
    throw new ExperimentError(
      `The model ${model.name} has ${outputs.length} ReLUs, and style is taken from three at least; choose another model.`,
    );
  const at = Math.round((2 / 3) * (outputs.length - 1));
  return { content: outputs[at]!, style: outputs.slice(0, at + 1) };
}

/** Errors of a picture: 0 where it has all, 1 where nothing but the length is right. */
export interface StyleErrors {
  /** Distance of the content layer's values from the content picture's, over their length. */
  readonly content: number;
  /** The same of Gram matrices and the style picture's, the mean over layers. */
  readonly style: number;
}

/** Opens a judge: says of a picture how far it is from a content and a style picture, [C, H, W] each. */
export async function openStyleJudge(model: Model) {
  const { content, style } = styleLayers(model);
  const spec = { shape: [1, model.channels, model.height, model.width], dtype: 'float32' } as const;
  const seen = (x: Tensor) => see(model, x, x, { group: 1, viewCount: 1 });
  const gap = (a: Tensor, b: Tensor) => {
    const lengthOf = (v: Tensor) => sqrt(reduceMean(square(v)));
    return div(lengthOf(sub(a, b)), maximum(lengthOf(b), 1e-12));
  };
  const program = await compile(
    (inputs) => {
      const [x, c, s] = ['x', 'content', 'style'].map((name) => seen(inputs[name]!)) as [
        ReturnType<typeof seen>,
        ReturnType<typeof seen>,
        ReturnType<typeof seen>,
      ];
      const styles = style.map((layer) => gap(gramOf(x.at(layer)), gramOf(s.at(layer))));
      return {
        content: gap(x.at(content), c.at(content)),
        style: div(
          styles.reduce((sum, one) => add(sum, one)),
          styles.length,
        ),
      };
    },
    { x: spec, content: spec, style: spec },
    { device: model.device },
  );
  return {
    judge: async (x: Float32Array, contentPicture: Float32Array, stylePicture: Float32Array): Promise<StyleErrors> => {
      const found = await program.run({ x, content: contentPicture, style: stylePicture });
      return { content: Number(found.content!.data[0]), style: Number(found.style!.data[0]) };
    },
    release: () => program.release(),
  };
}
