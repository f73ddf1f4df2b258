/** @file How curves of a figure are told apart. */
import type { Look } from '../report/plot.ts';

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), with a dash each. */
const looks = [
  { colour: '#0072b2' },
  { colour: '#d55e00', dash: '8 5' },
  { colour: '#009e73', dash: '3 5' },
  { colour: '#000000', dash: '10 4 2 4' },
  { colour: '#cc79a7', dash: '1 5' },
  { colour: '#56b4e9', dash: '14 5' },
] as const;

/** The look of the curve at a place of the legend; they repeat after six. */
export function lookAt(index: number): Look {
  return { symbol: 'circle', radius: 3.5, ...looks[index % looks.length]! };
}
