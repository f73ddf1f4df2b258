/** @file Every shared model: inspected, run with the plain file's result, and differentiated as finite differences say. */
import { afterAll, describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { inspectModel } from '../src/model/inspect.ts';
import { loadModel } from '../src/model/load-model.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import { importGraph } from '../src/onnx/import/import-graph.ts';
import { compile, numbers, type Specs, type Tensors } from '../src/runtime/compile.ts';
import { grad } from '../src/tensor/grad.ts';
import { mul } from '../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { constant, type Tensor } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { pictureModels } from './support/models.ts';
import { hasSharedData, sharedFile, sharedPath } from './support/shared-data.ts';

const device = hasSharedData ? await openRuntime('cpu') : undefined;
afterAll(() => device?.dispose());

/** A smooth picture with some texture, as real ones are: noise alone drives many units to their kinks. */
function picture(channels: number, height: number, width: number): Float32Array {
  const random = pseudoRandom(11);
  return Float32Array.from({ length: channels * height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width) % height, at % width];
    return 0.5 + 0.25 * Math.sin(x / 9 + y / 14) + 0.15 * Math.cos(y / 5) + 0.1 * (random() - 0.5);
  });
}

/**
 * Largest relative error of directional derivatives against central differences, over random directions on the gradient's
 * side (each coordinate a random length, the gradient's sign), so that float32's noise is small beside the derivative.
 */
async function gradientError(
  objective: (x: Tensor) => Tensor,
  shape: readonly number[],
  x: Float32Array,
): Promise<number> {
  const specs: Specs = { x: { shape, dtype: 'float32' } };
  const trace = ({ x: z }: Tensors) => {
    const value = objective(z!);
    return { value, gradient: grad(value, [z!])[0]! };
  };
  const program = await compile(trace, specs, { device: device! });
  const gradient = numbers((await program.run({ x })).gradient!);
  const valueAt = async (z: Float32Array) => Number((await program.run({ x: z }, ['value'])).value!.data[0]);
  const random = pseudoRandom(23);
  let worst = 0;
  for (let direction = 0; direction < 3; direction++) {
    // Where the gradient is zero the direction is not: a part of it that is missing must show.
    const v = Float32Array.from(gradient, (g) => (Math.sign(g) || Math.sign(random() - 0.5)) * random());
    const slope = gradient.reduce((sum, g, i) => sum + g * v[i]!, 0);
    const errors: number[] = [];
    // Large steps cross kinks, small ones drown in rounding: the gradient is right if some step between agrees.
    for (const h of [3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6]) {
      const difference =
        (await valueAt(x.map((value, i) => value + h * v[i]!))) -
        (await valueAt(x.map((value, i) => value - h * v[i]!)));
      errors.push(Math.abs(difference / (2 * h) - slope) / Math.abs(slope));
    }
    worst = Math.max(worst, Math.min(...errors));
  }
  await program.release();
  return worst;
}

/** A fixed random mixture of scores. */
function mixture(y: Tensor): Tensor {
  const random = pseudoRandom(5);
  return reduceSum(
    mul(
      y,
      constant(
        Float64Array.from({ length: sizeOf(y.shape) }, () => random() - 0.5),
        y.shape,
      ),
    ),
  );
}

describe.skipIf(!hasSharedData)('shared models (skipped: the shared data is not beside the checkout)', () => {
  describe.each(pictureModels)('%s', (file, preprocessing) => {
    const options = { preprocessing, ...(file.includes('ppocr') ? { height: 96, width: 96 } : {}) };

    it('is inspected: a gradient exists and its cost is known', () => {
      const bytes = sharedFile(`models/${file}.onnx`);
      const inspection = inspectModel(parseModel(bytes), bytes, [], 96);
      expect(inspection.gradientProblem).toBeUndefined();
      expect(inspection.parameters).toBeGreaterThan(1000);
      expect(inspection.flops).toBeGreaterThan(1e5);
      expect(inspection.layers.length).toBeGreaterThan(2);
    });

    it('gives what ONNX Runtime gives on the plain file', async () => {
      await using model = await loadModel(sharedPath(`models/${file}.onnx`), { ...options, device: device! });
      const x = picture(model.channels, model.height, model.width);
      const plain = await model.predictPlain(x);
      const logits = await model.predict(x, 1);
      const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
      const top = logits.reduce((a, b) => Math.max(a, b));
      const total = logits.reduce((sum, z) => sum + Math.exp(z - top), 0);
      const scores =
        model.removedTail === 'softmax'
          ? logits.map((z) => Math.exp(z - top) / total)
          : model.removedTail === 'sigmoid'
            ? logits.map(sigmoid)
            : logits;
      const scale = plain.scores.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const tolerance = file.includes('fp16') ? 2e-2 : 1e-4;
      let worst = 0;
      plain.scores.forEach((score, k) => {
        worst = Math.max(worst, Math.abs(scores[k]! - score));
      });
      expect(worst).toBeLessThan(tolerance * scale + 1e-6);
    });

    it('has the gradient that finite differences say', async () => {
      await using model = await loadModel(sharedPath(`models/${file}.onnx`), { ...options, device: device! });
      const { channels, height, width } = model;
      const error = await gradientError(
        (x) => mixture(model.logits(x)),
        [1, channels, height, width],
        picture(channels, height, width),
      );
      expect(error).toBeLessThan(0.01);
    });
  });

  it('the generator, which takes a latent code, is differentiated through pareidolia/onnx', async () => {
    const bytes = sharedFile('models/other/mnist_vae_decoder.onnx');
    const model = parseModel(bytes);
    const { name } = model.graph!.input[0]!;
    const files = {
      model: { location: 'vae', bytes },
      external: () => {
        throw new Error('none');
      },
    };
    const error = await gradientError(
      (z) => mixture(importGraph(model, new Map([[name, z]]), { files }).outputs[0]!),
      [1, 2],
      Float32Array.of(0.3, -0.7),
    );
    expect(error).toBeLessThan(0.01);
    expect(inspectModel(model, bytes).gradientProblem).toBeUndefined();
  });

  it('the model of ops outside the standard is refused by their names', async () => {
    const path = sharedPath('models/other/style_candy_custom_ops.onnx');
    await expect(loadModel(path, { device: device! })).rejects.toThrow('ImageScaler, Crop, Affine');
    const bytes = sharedFile('models/other/style_candy_custom_ops.onnx');
    expect(inspectModel(parseModel(bytes), bytes).gradientProblem).toContain('ImageScaler');
  });

  it('a derived graph points into the file instead of holding its weights', async () => {
    await using model = await loadModel(sharedPath('models/imagenet/squeezenet1.1.onnx'), {
      preprocessing: 'caffe-bgr',
      device: device!,
    });
    const program = await compile(
      ({ x }) => ({ y: model.logits(x!) }),
      { x: { shape: [1, 3, 224, 224], dtype: 'float32' } },
      { device: device! },
    );
    expect(program.graphBytes).toBeLessThan(100_000); // the file has 5 MB
    await program.release();
  });
});
