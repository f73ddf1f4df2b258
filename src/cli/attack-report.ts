/** @file What `attack` prints: lines for each picture, or JSON, the same for all kinds of attack. */
import type { AttackResult, DistanceAttackResult } from '../attack/result.ts';
import type { ComparisonRow } from '../distance/compare.ts';
import { whoNotices } from '../distance/notice.ts';
import type { Destination } from './attack-files.ts';
import { distanceTable, noticeLines, plainRow, reasonLines, reasonsOf } from './distance-rows.ts';

/** What distances say of an adversarial picture beside its original. */
export interface DistanceReport {
  readonly rows: readonly ComparisonRow[];
  /** Root of the pictures' number of pixels. */
  readonly side: number;
}

/** A picture's result with what became of it. */
export interface ReportedResult {
  readonly picture: string;
  readonly result: AttackResult | DistanceAttackResult;
  readonly files: Partial<Destination> | undefined;
  /** Under every distance, where that was asked for and something was found. */
  readonly reported: DistanceReport | undefined;
}

function verdict({ misclassifiedBefore, target, success, success8 }: ReportedResult['result']): string {
  if (misclassifiedBefore) return target === undefined ? 'wrong before' : 'the target before';
  if (!success) return 'resisted';
  return success8 ? 'fooled' : 'fooled in float, not after 8 bits';
}

/** How far the picture went: by the norm of its ball, or by the distance and bounds of the attack. */
function measureText(result: ReportedResult['result']): string {
  if ('norm' in result) {
    const { norm, distances } = result;
    return `${norm} ${norm === 'linf' ? `${(distances.linf * 255).toFixed(2)}/255` : distances[norm].toFixed(3)}`;
  }
  const { measured8, measured = {}, distance } = result;
  const found = Object.entries(measured8 ?? measured);
  if (found.length === 0) return `${distance} -`;
  return found
    .map(([name, value]) => `${name} ${name === 'linf' ? `${(value * 255).toFixed(2)}/255` : value.toPrecision(3)}`)
    .join(', ');
}

/** How well a change kept to its band. */
function outsideText({ name, outside, outsideRounded }: NonNullable<AttackResult['subspace']>): string {
  const percent = (share: number) => `${(100 * share).toPrecision(2)}%`;
  return `  outside the ${name}: ${percent(outside)} of the change's energy, where the ball and the range of pixels cut it off; ${percent(outsideRounded)} as written`;
}

/** The distances of a report, indented under their picture. */
function reportLines({ rows, side }: DistanceReport): string[] {
  return [...distanceTable(rows, 'not calibrated'), ...noticeLines(rows, side), ...reasonLines(reasonsOf(rows))].map(
    (line) => `  ${line}`,
  );
}

/** Lines for people. */
export function attackText(all: readonly ReportedResult[]): string {
  const share = ({ name, probability }: AttackResult['before']) => `${name} ${(100 * probability).toFixed(1)}%`;
  const lines = all.flatMap(({ picture, result, files = {}, reported }) => {
    const { before, after8, forwards, backwards, notes } = result;
    const written = Object.values(files);
    return [
      `${picture}: ${verdict(result)}: ${share(before)} -> ${share(after8)}, ${measureText(result)}, ${forwards} forward and ${backwards} backward passes`,
      ...(written.length === 0 ? [] : [`  written: ${written.join(', ')}`]),
      ...(reported === undefined ? [] : reportLines(reported)),
      ...('subspace' in result && result.subspace !== undefined && result.success
        ? [outsideText(result.subspace)]
        : []),
      ...notes.map((note) => `  note: ${note}`),
    ];
  });
  const right = all.filter(({ result }) => !result.misclassifiedBefore);
  const fooled = right.filter(({ result }) => result.success8).length;
  const left = all.length - right.length;
  return `${lines.join('\n')}\n${fooled} of ${right.length} fooled after 8-bit rounding${left > 0 ? `; ${left} left out, wrong or at the target before` : ''}\n`;
}

/** A result for JSON: everything but the pixels, and the path only where it is asked for. */
export function resultJson({ picture, result, files, reported }: ReportedResult, withPath: boolean): object {
  const hidden = new Set(['adversarial', 'adversarial8', 'original', ...(withPath ? [] : ['path'])]);
  const rest = Object.fromEntries(Object.entries(result).filter(([key]) => !hidden.has(key)));
  return { picture, ...rest, files: files ?? {}, ...(reported === undefined ? {} : reportJson(reported)) };
}

function reportJson({ rows, side }: DistanceReport): object {
  return { reportedDistances: rows.map(plainRow), noticed: whoNotices(rows, side) };
}
