/** @file `pareidolia attacks`: the attacks there are, or one of them with its options. */
import type { AttackMethod } from '../../attack/method.ts';
import { attackMethods, methodNamed } from '../../attack/methods.ts';
import type { CliContext } from '../context.ts';
import { textTable } from '../text-table.ts';

/** Runs the command. */
export function attacks(this: CliContext, { json }: { readonly json: boolean }, name?: string): void {
  const chosen = name === undefined ? attackMethods : [methodNamed(name)];
  if (json) {
    const rows = chosen.map(({ run: _, ...row }) => row);
    this.process.stdout.write(`${JSON.stringify(name === undefined ? rows : rows[0], null, 2)}\n`);
    return;
  }
  const lines = name === undefined ? overview(chosen) : details(chosen[0]!);
  this.process.stdout.write(`${lines.join('\n')}\n`);
}

const titles = {
  budget: 'Within a ball (--epsilon):',
  minimal: 'The smallest change (no --epsilon):',
} as const;

const headings = ['name', 'norms', 'needs', 'cost of a picture that resists', 'paper', 'what it is'];

function overview(methods: readonly AttackMethod[]): string[] {
  const blocks = (['budget', 'minimal'] as const).map((kind) => {
    const rows = methods
      .filter((method) => method.kind === kind)
      .map(({ name, norms, knowledge, cost, paper, brief }) => [name, norms.join(' '), knowledge, cost, paper, brief]);
    const table = textTable(
      headings.map((title) => ({ title })),
      rows,
    );
    return [titles[kind], ...table.map((line) => `  ${line}`), ''];
  });
  return [
    ...blocks.flat(),
    '"pareidolia attacks NAME" lists the options of one; --method best chooses by norm and budget.',
  ];
}

function details({ name, brief, kind, norms, knowledge, targeted, cost, paper, own }: AttackMethod): string[] {
  const options = Object.entries(own);
  const width = Math.max(0, ...options.map(([option]) => option.length));
  return [
    `${name}: ${brief} (${paper})`,
    `  ${kind === 'budget' ? 'stays within a ball' : 'looks for the smallest change'} in ${norms.join(', ')}; needs ${knowledge}; ${targeted ? 'can be led to a class' : 'cannot be led to a class'}`,
    `  cost of a picture that resists: ${cost}`,
    ...(options.length === 0 ? [] : ['  options (--set NAME=VALUE):']),
    ...options.map(([option, words]) => `    ${option.padEnd(width)}  ${words}`),
  ];
}
