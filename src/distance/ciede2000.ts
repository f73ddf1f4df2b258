/** @file Colour difference CIEDE2000 of every pixel: its mean and its largest value. */
import { reduceMean } from '../tensor/ops/reduce.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { deltaE2000, labOf } from './lab.ts';
import { oncePerPair } from './once.ts';
import { asChannels, powerNorm } from './picture.ts';

const axes = { axes: [1, 2, 3] };

const differences = oncePerPair(
  (x: Tensor, y: Tensor): Tensor => deltaE2000(labOf(asChannels(x, 3)), labOf(asChannels(y, 3))),
);

function pooled(name: string, brief: string, pool: (map: Tensor) => Tensor): Distance {
  const value = (x: Tensor, y: Tensor) => pool(differences(x, y));
  return {
    name,
    brief,
    source: 'Sharma, Wu and Dalal 2005, all weights 1; about 1 is a difference that is just seen between large patches',
    convention: {
      colour: 'sRGB to CIE L*a*b*, white D65',
      sampling: 'none; every pixel by itself',
      better: 'lower',
      identity: 0,
      symmetric: true,
      minimumSize: 1,
    },
    value,
    distance: value,
    map: differences,
  };
}

/** Mean colour difference of pixels, Delta E. */
export const ciede2000: Distance = pooled('ciede2000', 'mean colour difference', (map) => reduceMean(map, axes));

/** The norm whose slope stands for that of the largest difference; a higher one looks at fewer pixels and gets stuck sooner. */
const highPower = 8;

/** Largest colour difference of a pixel, Delta E. */
export const ciede2000Max: Distance = {
  ...pooled('ciede2000:max', 'largest colour difference', (map) => reduceMax(map, axes)),
  standIn: (x, y) => powerNorm(differences(x, y), highPower),
};
