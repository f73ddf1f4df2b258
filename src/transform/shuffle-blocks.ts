/**
 * @file Block shuffle and rotation (Wang et al. 2024): the picture is cut into strips and these into blocks at random places, both are
 * shuffled, and each block is turned around its middle; what leaves a block is lost, and zeros fill the gaps. Cuts follow the authors'
 * TransferAttack (sizes at most about 2 : 1, the strips along an axis chosen at random); it turns whole strips, though, where the paper
 * and its first code turn blocks, as is done here.
 */
import type { RandomStream } from '../random/random-stream.ts';
import { shuffled } from '../random/shuffled.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { cast } from '../tensor/ops/cast.ts';
import { expand } from '../tensor/ops/expand.ts';
import { gatherElements } from '../tensor/ops/gather.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import type { Transform } from './transform.ts';

/** Options of `shuffleBlocks`. */
export interface ShuffleBlocksOptions {
  /** Strips, and blocks in each; 2 unless given. */
  readonly blocks?: number;
  /** Largest angle of a block in degrees; 24 unless given. */
  readonly angle?: number;
}

/** A block of the result and where it comes from: rows and columns. */
interface Block {
  readonly from: readonly [row: number, column: number];
  readonly to: readonly [row: number, column: number];
  readonly size: readonly [height: number, width: number];
  /** In radians. */
  readonly angle: number;
}

/** Shuffles and turns the blocks of pictures of a size. */
export function shuffleBlocks(
  { blocks = 2, angle = 24 }: ShuffleBlocksOptions,
  [height, width]: readonly [number, number],
): Transform {
  // For each pixel of the result the four of the picture that it is interpolated from, and their weights.
  const four = { shape: [4, height * width], dtype: 'float32' as const };
  return {
    key: `shuffle ${blocks} blocks by ${angle}`,
    data: { place: four, weight: four },
    draw: (random) =>
      tapsOf(random === undefined ? [] : drawBlocks(random, blocks, angle, [height, width]), [height, width]),
    apply: (x, { place, weight }) => {
      const [n, c] = x.shape as [number, number];
      const pixels = reshape(x, [n, c, height * width]);
      const terms = [0, 1, 2, 3].map((k) => {
        const one = (taps: typeof place) => reshape(take(taps!, k, 1), [n, 1, height * width]);
        const picks = expand(cast(one(place), 'int64'), [n, c, height * width]);
        return mul(gatherElements(pixels, picks, 2), one(weight));
      });
      return reshape(
        terms.reduce((sum, term) => add(sum, term)),
        x.shape,
      );
    },
  };
}

/** Lengths of `count` parts of a whole, in random proportion between 1 : 1 and 2 : 1, in whole pixels. */
function cut(length: number, count: number, random: RandomStream): number[] {
  const shares = Array.from({ length: count }, () => 1 + random.uniform());
  const total = sumOf(shares);
  const parts = shares.map((share) => Math.round((share / total) * length));
  const rest = length - sumOf(parts);
  const largest = parts.indexOf(Math.max(...parts));
  return parts.with(largest, parts[largest]! + rest);
}

/** Parts in another order, with their old and new starts. */
function reordered(parts: readonly number[], random: RandomStream) {
  const starts = (lengths: readonly number[]) => lengths.map((_, i) => sumOf(lengths.slice(0, i)));
  const from = starts(parts);
  const order = shuffled(Array.from(parts.keys()), random);
  const to = starts(order.map((part) => parts[part]!));
  return order.map((part, i) => ({ from: from[part]!, to: to[i]!, length: parts[part]! }));
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function drawBlocks(
  random: RandomStream,
  count: number,
  degrees: number,
  [height, width]: readonly [number, number],
): Block[] {
  const inRows = random.uniform() < 0.5;
  const [along, across] = inRows ? [height, width] : [width, height];
  const placed = (a: number, b: number) => (inRows ? [a, b] : [b, a]) as [number, number];
  return reordered(cut(along, count, random), random).flatMap((strip) =>
    reordered(cut(across, count, random), random).map((block) => ({
      from: placed(strip.from, block.from),
      to: placed(strip.to, block.to),
      size: placed(strip.length, block.length),
      angle: ((2 * random.uniform() - 1) * degrees * Math.PI) / 180,
    })),
  );
}

/** Bilinear taps of the blocks, [4, H W] places and weights; without blocks each pixel is its own. */
function tapsOf(blocks: readonly Block[], [height, width]: readonly [number, number]) {
  const area = height * width;
  const place = Float32Array.from({ length: 4 * area }, (_, i) => i % area);
  const weight = new Float32Array(4 * area);
  if (blocks.length === 0) weight.fill(1, 0, area);
  for (const { from, to, size, angle } of blocks) {
    const [h, w] = size;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        // Centres of pixels from the block's middle, turned back to where they come from.
        const [v, u] = [i + 0.5 - h / 2, j + 0.5 - w / 2];
        const row = v * cos - u * sin + h / 2 - 0.5;
        const column = v * sin + u * cos + w / 2 - 0.5;
        const [top, left] = [Math.floor(row), Math.floor(column)];
        for (let k = 0; k < 4; k++) {
          const [r, c] = [top + (k >> 1), left + (k & 1)];
          if (r < 0 || r >= h || c < 0 || c >= w) continue;
          const at = k * area + (to[0] + i) * width + to[1] + j;
          place[at] = (from[0] + r) * width + from[1] + c;
          weight[at] = (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
        }
      }
    }
  }
  return { place, weight };
}
