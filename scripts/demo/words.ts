/** @file Small words of the demo's page: shares, lists, numbers. */

/** A share of some things in per cent; none and all are not rounded to. A dash where there are no things. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  const rounded = Math.round(share);
  if (rounded === 0 && part > 0) return 'under 1\u00a0%';
  if (rounded === 100 && part < whole) return 'over 99\u00a0%';
  return `${rounded}\u00a0%`;
}

/** Some of all: "none of the 6", "all 6", "4 of the 6". */
export function ofAll(part: number, whole: number): string {
  if (part === 0) return `none of the ${whole}`;
  return part === whole ? `all ${whole}` : `${part} of the ${whole}`;
}

/** A word with its article: a cube, an arrow. */
export function withArticle(word: string): string {
  return `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
}

/** The smallest of some numbers that at least half of them do not exceed. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
}
