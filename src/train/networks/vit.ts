/** @file A small vision transformer (Dosovitskiy et al. 2021) with pre-normalisation and the mean of the tokens for a class token. */
import { gelu } from '../../tensor/ops/activation.ts';
import { add, mul } from '../../tensor/ops/arithmetic.ts';
import { matmul } from '../../tensor/ops/matmul.ts';
import { reduceMean } from '../../tensor/ops/reduce.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { take } from '../../tensor/ops/slice.ts';
import { softmax } from '../../tensor/ops/softmax.ts';
import { transpose } from '../../tensor/ops/transpose.ts';
import { glorotUniform } from '../initializer.ts';
import { convolution, layerNorm, linear } from '../layers.ts';
import type { Layer } from '../scope.ts';

/** Shape of the transformer. */
export interface VitOptions {
  readonly classes: number;
  readonly patch: number;
  /** Size of a token. */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}

function attention(heads: number): Layer {
  return (x, scope) => {
    const [n, tokens, width] = x.shape as [number, number, number];
    const dense = (outputs: number) => linear(outputs, { initial: glorotUniform(width, outputs) });
    const parts = reshape(dense(3 * width)(x, scope.at('qkv')), [n, tokens, 3, heads, width / heads]);
    const [q, k, v] = [0, 1, 2].map((i) =>
      transpose(reshape(take(parts, i, 2), [n, tokens, heads, width / heads]), [0, 2, 1, 3]),
    );
    const scores = mul(matmul(q!, transpose(k!, [0, 1, 3, 2])), (width / heads) ** -0.5);
    const mixed = transpose(matmul(softmax(scores, 3), v!), [0, 2, 1, 3]);
    return dense(width)(reshape(mixed, [n, tokens, width]), scope.at('proj'));
  };
}

/** A vision transformer: [N, C, H, W] to class scores [N, K]. */
export function vit({ classes, patch, width, depth, heads }: VitOptions): Layer {
  return (x, scope) => {
    const patches = convolution(width, {
      kernel: patch,
      stride: patch,
      pad: 0,
      initial: glorotUniform(patch * patch * x.shape[1]!, width),
    })(x, scope.at('patch'));
    const tokens = patches.shape[2]! * patches.shape[3]!;
    const position = scope.parameter('position', [1, tokens, width], { kind: 'normal', std: 0.02 }, { decay: false });
    let y = add(transpose(reshape(patches, [x.shape[0]!, width, tokens]), [0, 2, 1]), position);
    for (let i = 0; i < depth; i++) {
      const block = scope.at('blocks').at(i);
      y = add(y, attention(heads)(layerNorm(y, block.at('norm1')), block.at('attn')));
      const hidden = gelu(
        linear(2 * width, { initial: glorotUniform(width, 2 * width) })(
          layerNorm(y, block.at('norm2')),
          block.at('fc1'),
        ),
      );
      y = add(y, linear(width, { initial: glorotUniform(2 * width, width) })(hidden, block.at('fc2')));
    }
    return linear(classes)(reduceMean(layerNorm(y, scope.at('norm')), { axes: [1] }), scope.at('head'));
  };
}
