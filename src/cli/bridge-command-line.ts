/** @file The command that makes a bridge's page again, with every flag that decides what is on it. */
import type { BridgeFlags } from './commands/bridge.ts';

/** The command line. Pictures are left for the reader to name. @param model as the user named it */
export function bridgeCommandLine(model: string, flags: Omit<BridgeFlags, 'json' | 'batch' | 'csv' | 'out'>): string {
  const { unit, dose, doses, strength, distance = [], all, notice, closely, count, seed } = flags;
  const { preprocessing, classes, output, size, standIn = [], device } = flags;
  const given = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  return [
    'pareidolia',
    'bridge',
    model,
    'PICTURES',
    ...unit.flatMap((one) => ['--unit', one]),
    ...given('--dose', fraction(dose)),
    ...given('--doses', doses?.map(fraction).join(',')),
    ...given('--strength', strength),
    ...distance.flatMap((one) => ['-d', one]),
    ...(all ? ['--all'] : []),
    ...given('--notice', notice),
    ...given('--closely', closely),
    ...given('--count', count),
    ...given('--seed', seed),
    ...given('--preprocessing', preprocessing),
    ...given('--classes', classes),
    ...given('--output', output),
    ...given('--size', size),
    ...standIn.flatMap(([node, rule]) => ['--stand-in', `${node}=${rule}`]),
    ...(device === 'cpu' ? [] : ['--device', device]),
  ]
    .map(quoted)
    .join(' ');
}

/** A dose in 255ths where it is a whole number of them. */
function fraction(dose: number): string {
  const level = Math.round(255 * dose);
  return level / 255 === dose ? `${level}/255` : String(dose);
}

/** A word as shells take it. */
function quoted(word: string): string {
  return /^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
