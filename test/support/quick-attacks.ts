/** @file Settings under which the contract runs each attack, and what it asks of them there. */

/** What the contract knows of an attack. */
export interface Quick {
  /** Its own options, fewer steps than usual where many are not needed. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Share of pictures that it fools at least, in 8 bits. */
  readonly share: number;
  /** Median distance over the known optimum of a linear model that it stays below, for attacks that look for the smallest change. */
  readonly ratio: number;
  /** The same in l0, where the optimum is ten values; `ratio` unless given. */
  readonly countRatio?: number;
  /** Budget over the known optimum of a linear model at which it fools, for attacks within a ball. */
  readonly slack: number;
  /** Without gradients, whether it fools a network whose scores are level but for one cliff that small changes do not reach. */
  readonly crossesPlateaus: boolean;
}

const usual: Quick = { options: {}, share: 1, ratio: 1.05, slack: 1.05, crossesPlateaus: true };

const special: Readonly<Record<string, Partial<Quick>>> = {
  fgsm: { share: 0.5, slack: 12 },
  pgd: { slack: 1.25 },
  'apgd-ce': { options: { steps: 40 } },
  'apgd-dlr': { options: { steps: 40 } },
  'apgd-t': { options: { steps: 30 } },
  autoattack: { options: { steps: 30, queries: 300 } },
  fab: { options: { steps: 40 } },
  'fab-t': { options: { steps: 40 } },
  // Longer steps that fall less often, so that the way from noise can be gone in few.
  bb: { options: { steps: 36, decays: 3, rate: 0.004 } },
  // Weights of random signs, pixel by pixel, are what square windows suit least.
  square: { options: { queries: 1500, rescale: true }, slack: 3 },
  // Values are taken as they come, not the best first, each by the same step, and only where it lowers a score.
  simba: { options: { queries: 3000 }, ratio: 4.5, crossesPlateaus: false },
  // Estimates from far fewer queries than there are values; of level scores they are zero.
  nes: { options: { queries: 3000 }, slack: 2, crossesPlateaus: false },
  spsa: { options: { steps: 30 }, slack: 2, crossesPlateaus: false },
  // The normal of a plane among 768 values is felt by some 2000 steps.
  hopskipjump: { options: { queries: 2000 }, ratio: 2 },
  // A walk along the border, one look at a time.
  boundary: { options: { queries: 2000 }, ratio: 6 },
  // The same; the planes of this network's weights are no low waves.
  geoda: { options: { queries: 700, subspace: 1 }, ratio: 4.5 },
  // Values only ever rise, two at a time.
  jsma: { slack: 3, share: 0.8 },
  // Two places and three colours a pixel are evolved by a small population; three values change where one would do.
  'one-pixel': { options: { population: 40, generations: 60 }, share: 0.5, slack: 6 },
  // The plane is put three times as far as the border, so values change that a nearer one would leave.
  sparsefool: { ratio: 1.55 },
  // One value more than the ten that are needed.
  'sigma-zero': { options: { steps: 100 }, countRatio: 1.1 },
  fmn: { countRatio: 1.1 },
  // In tanh space black and white values are far away: few steps have to be long.
  // In linf tau falls by tenths from each picture found, and the few long steps end early: a quarter above the optimum.
  cw: { options: { steps: 150, rounds: 7, initialConstant: 0.1, rate: 0.05 }, ratio: 1.3, countRatio: 2.6 },
  // What it makes small is neither norm alone.
  ead: { options: { steps: 150, rounds: 7, initialConstant: 0.1 }, ratio: 1.1 },
  // Its l0 form is far from the best on networks as well (AttackBench: 39 of 100).
  pdpgd: { options: { steps: 300 }, countRatio: 6 },
  pdgd: { options: { steps: 300 } },
  alma: { options: { steps: 1000 } },
  // Pictures of 16 pixels are smaller than the usual window; on weights of random signs any smoothing tells little.
  'ti-fgsm': { options: { kernel: 3 } },
  // Moved and resized copies of a picture say nothing of weights of random signs, pixel by pixel.
  'di-fgsm': { slack: 2 },
  bsr: { options: { shuffles: 20 }, slack: 6 },
  'vmi-fgsm': { options: { neighbours: 5 } },
  admix: { options: { scales: 3, mixes: 2 } },
  ssm: { options: { spectra: 5 } },
};

/** The settings of an attack. */
export function quick(name: string): Quick {
  return { ...usual, ...special[name] };
}
