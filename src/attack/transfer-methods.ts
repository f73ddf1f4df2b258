/** @file Transfer attacks by the names of their papers: `transferAttack` with one part of it on. Any other part may be added. */
import type { AttackMethod } from './method.ts';
import { methodOf } from './method.ts';
import { runTransferAttack } from './transfer-attack.ts';
import type { TransferOptions } from './transfer-options.ts';

/** What a named attack asks of `transferAttack`. */
export type TransferPreset = Omit<TransferOptions, 'epsilon'>;

interface Named {
  readonly brief: string;
  readonly paper: string;
  /** Forward and backward passes through each surrogate. */
  readonly passes: number;
  readonly preset: TransferPreset;
}

const named = {
  'mi-fgsm': { brief: 'momentum', paper: 'Dong et al. 2018', passes: 10, preset: {} },
  'ni-fgsm': {
    brief: 'momentum with gradients taken ahead',
    paper: 'Lin et al. 2020',
    passes: 10,
    preset: { nesterov: true },
  },
  'si-fgsm': { brief: 'momentum over darkened copies', paper: 'Lin et al. 2020', passes: 50, preset: { scales: 5 } },
  'si-ni-fgsm': {
    brief: 'the same with gradients taken ahead',
    paper: 'Lin et al. 2020',
    passes: 50,
    preset: { nesterov: true, scales: 5 },
  },
  'di-fgsm': {
    brief: 'momentum over resized and padded copies',
    paper: 'Xie et al. 2019',
    passes: 10,
    preset: { diversity: 0.5 },
  },
  'ti-fgsm': {
    brief: 'momentum of smoothed gradients',
    paper: 'Dong et al. 2019',
    passes: 10,
    preset: { kernel: 15 },
  },
  'vmi-fgsm': {
    brief: 'momentum corrected by the gradients of neighbours',
    paper: 'Wang and He 2021',
    passes: 190,
    preset: { neighbours: 20 },
  },
  admix: {
    brief: 'momentum over darkened copies mixed with other pictures',
    paper: 'Wang et al. 2021',
    passes: 150,
    preset: { scales: 5, mixes: 3 },
  },
  ssm: {
    brief: 'momentum over copies with changed spectra',
    paper: 'Long et al. 2022',
    passes: 200,
    preset: { spectra: 20 },
  },
  bsr: {
    brief: 'momentum over copies with shuffled and turned blocks',
    paper: 'Wang et al. 2024',
    passes: 200,
    preset: { shuffles: 20 },
  },
} as const satisfies Readonly<Record<string, Named>>;

/** Names of transfer attacks. */
export type TransferName = keyof typeof named;

/**
 * Options of `transferAttack` for the attacks of the papers.
 * @example
 * const vmiDi = { ...transferPresets['vmi-fgsm'], diversity: 0.5, epsilon: 16 / 255, surrogates: [resnet] };
 */
export const transferPresets = Object.fromEntries(
  Object.entries(named).map(([name, { preset }]) => [name, preset]),
) as Readonly<Record<TransferName, TransferPreset>>;

/** Own options with a few words on each, and what they are where a preset does not say. */
const own: Readonly<Record<string, readonly [words: string, usual: string | number | boolean]>> = {
  surrogates: ['models that gradients come from', 'the victim'],
  fusion: ['what several surrogates are averaged in: logits or losses', 'logits'],
  keepBest: ['look at every step and keep the best, where the victim is its own surrogate', false],
  loss: ['cross-entropy, margin or dlr', 'cross-entropy'],
  steps: ['gradient steps', 10],
  stepSize: ['length of a step', 'epsilon / steps'],
  momentum: ['share of the accumulated gradient that is kept', 1],
  nesterov: ['take gradients ahead', false],
  scales: ['copies times 1, 1/2, 1/4 …', 1],
  diversity: ['probability of resizing and padding', 0],
  enlargement: ['size of the ground over that of the picture there', 1.1],
  kernel: ['side of the Gaussian that smooths gradients, odd', 1],
  neighbours: ['neighbours for the variance', 0],
  beta: ['how far they lie, in budgets', 1.5],
  mixes: ['copies mixed with other pictures', 0],
  mixShare: ['share of the other picture', 0.2],
  pool: ['pictures to mix with', 'the picture itself, moved and mirrored'],
  spectra: ['copies with changed spectra', 0],
  rho: ['largest change of a coefficient', 0.5],
  sigma: ['deviation of the noise there', 'epsilon'],
  shuffles: ['copies with shuffled blocks', 0],
  blocks: ['blocks along each side', 2],
  angle: ['largest angle of a block in degrees', 24],
};

/** Their rows in the registry. */
export const transferMethods: readonly AttackMethod[] = Object.entries<Named>(named).map(
  ([name, { brief, paper, passes, preset }]) =>
    methodOf<TransferOptions>(
      {
        name,
        brief: `for transfer: ${brief}`,
        kind: 'budget',
        norms: ['linf', 'l2'],
        knowledge: 'surrogate',
        targeted: true,
        cost: `${passes} forward and backward passes of surrogates`,
        paper,
        own: Object.fromEntries(
          Object.entries(own).map(([option, [words, usual]]) => [
            option,
            `${words} (${(preset as Readonly<Record<string, unknown>>)[option] ?? usual})`,
          ]),
        ),
      },
      (victim, images, labels, options) =>
        runTransferAttack(name, victim, images, labels, { ...preset, ...defined(options) }),
    ),
);

/** Options without those that are undefined, which would hide a preset's. */
function defined(options: TransferOptions): TransferOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as TransferOptions;
}
