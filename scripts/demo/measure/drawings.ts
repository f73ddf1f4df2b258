/** @file What networks draw, from noise and from a picture. */
import type { Model } from '../../../src/model/model.ts';
import { type Visualization, visualizeClass, visualizeClasses } from '../../../src/visualize/visualize-class.ts';
import { type ComparedName, comparedNames, type Findings, type Shown, type Walk } from '../findings.ts';
import type { Update } from '../progress.ts';
import { answersOf, countRight, perNetwork } from './ask.ts';
import { seed } from './attacks.ts';

/** How far numbers may be from the start at each stop of the walk. */
const walkBudgets = [8, 32, 96, 255];

/** Models that are compared, and one that only looks on. */
type Models = Readonly<Record<ComparedName | 'second', Model>>;

/** Every class drawn by both networks, and what the second one takes the drawings for. */
export async function drawingsOf(
  models: Models,
  classes: number,
  steps: number,
  update: Update,
): Promise<Findings['drawings']> {
  const labels = Array.from({ length: classes }, (_, label) => label);
  const drawn = await perNetwork(comparedNames, (name) =>
    visualizeClasses(models[name], labels, {
      steps,
      seed,
      onProgress: (at, last) => update(`${name} network, step ${at} of ${last}`),
    }),
  );
  const recognised = await perNetwork(comparedNames, async (name) =>
    countRight(await answersOf(models.second, drawn[name]), drawn[name]),
  );
  return { ...drawn, recognised };
}

/** From a picture towards a class, with more and more room around the picture. */
export async function walkOf(models: Models, start: Shown, target: number, steps: number): Promise<Walk> {
  const stops = await perNetwork(comparedNames, async (name) => {
    const list: Visualization[] = [];
    for (const epsilon of walkBudgets) {
      const within = { norm: 'linf', epsilon: epsilon / 255 } as const;
      list.push(await visualizeClass(models[name], target, { start: start.picture, within, steps, seed }));
    }
    return list;
  });
  return { start, target, budgets: walkBudgets, stops };
}
