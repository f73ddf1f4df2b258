/** @file Programs for one picture of a distance attack: what a change makes of it, and what model and distances say of it. */
import { compile, type Program } from '../runtime/compile.ts';
import { changed, type DistanceProblem, keyOf, measuredOf } from './distance-problem.ts';

/** What the derived model and the distances say of a picture. */
export interface Judgement {
  readonly logits: Float32Array;
  /** The main distance, then the bounded ones. */
  readonly measured: readonly number[];
}

/** Programs for one picture. */
export interface Judges {
  /** z to the changed picture. */
  change(feeds: {
    readonly z: Float32Array;
    readonly x0: Float32Array;
    readonly mask: Float32Array;
  }): Promise<Float32Array>;
  judge(feeds: { readonly x: Float32Array; readonly x0: Float32Array }): Promise<Judgement>;
}

const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });

/** Compiles the judges. @throws DistanceError if a distance is not defined for the model's size */
export async function compileJudges(problem: DistanceProblem): Promise<Judges> {
  const { model, change } = problem;
  const picture = [1, model.channels, model.height, model.width];
  const changer: Program = await compile(
    ({ z, x0, mask }) => ({ x: changed(change, z!, { x0: x0!, mask: mask! }) }),
    {
      z: float([1, ...change.shape(picture.slice(1))]),
      x0: float(picture),
      mask: float([1, 1, model.height, model.width]),
    },
    { device: model.device, key: `change ${change.name}` },
  );
  const judging: Program = await compile(
    ({ x, x0 }) => ({ logits: model.logits(x!), measured: measuredOf(problem, x!, x0!) }),
    { x: float(picture), x0: float(picture) },
    { device: model.device, key: `${keyOf(problem)} judge` },
  );
  return {
    change: async (feeds) => (await changer.run(feeds)).x!.data as Float32Array,
    judge: async (feeds) => {
      const { logits, measured } = await judging.run(feeds);
      return { logits: logits!.data as Float32Array, measured: Array.from(measured!.data as Float32Array) };
    },
  };
}
