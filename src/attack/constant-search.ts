/**
 * @file The search of Carlini and Wagner (2017) for the weight c of the misclassification term: ten times as much until the picture fools,
 * then bisection. Each picture has its own, and gives up a round by its own loss.
 */

/** A weight, and the bounds of the bisection. */
export interface Constant {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** Above this a weight counts as without bound. */
const unbounded = 1e10;

/** The first weight. */
export function firstConstant(value: number): Constant {
  return { value, lower: 0, upper: unbounded };
}

/** The weight after a round that did or did not succeed. */
export function nextConstant({ value, lower, upper }: Constant, succeeded: boolean): Constant {
  const bounds = succeeded ? { lower, upper: Math.min(upper, value) } : { lower: Math.max(lower, value), upper };
  const bisected = (bounds.lower + bounds.upper) / 2;
  return { ...bounds, value: bounds.upper < unbounded ? bisected : succeeded ? bisected : value * 10 };
}

/** Steps between looks at the loss at least: black and white values take their time to come loose in tanh space. */
const leastWindow = 50;

/** Whether a round has stopped getting better: every tenth of its steps the loss must fall by a ten-thousandth. */
export function stalls(steps: number): (step: number, loss: number) => boolean {
  const every = Math.max(leastWindow, Math.floor(steps / 10));
  let before = Number.POSITIVE_INFINITY;
  return (step, loss) => {
    if (step % every !== 0) return false;
    if (loss > 0.9999 * before) return true;
    before = loss;
    return false;
  };
}
