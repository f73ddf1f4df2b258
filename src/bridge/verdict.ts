/**
 * @file Which links of the chain held: a pattern of high frequency, to which the unit answers alone, which adds to a picture, which is hidden
 * there, and which fools.
 */
import type { Link, VerdictSource } from './link.ts';
import { addsLink, aloneLink, foolsLink, hiddenLink, highLink } from './links.ts';

/** The verdict of every link, in the order of the chain. */
export function verdictOf(source: VerdictSource): Link[] {
  return [highLink(source), aloneLink(source), addsLink(source), hiddenLink(source), foolsLink(source)];
}
