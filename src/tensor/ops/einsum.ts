/** @file Einstein summation over any number of operands. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { formatShape, sizeOf, stridesOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { forEachIndex } from './indexing.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';

/** Labels of each operand's axes and of the result's, one letter each; no label twice in one operand. */
interface EinsumAttrs extends Attrs {
  readonly terms: readonly string[];
  readonly result: string;
}

function sizesOf(terms: readonly string[], shapes: readonly (readonly number[])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach((term, k) => {
    [...term].forEach((label, axis) => {
      sizes.set(label, shapes[k]![axis]!);
    });
  });
  return sizes;
}

export const einsumOp: Op<EinsumAttrs> = defineOp<EinsumAttrs>({
  name: 'einsum',
  infer: (inputs, { terms, result }) => {
    const sizes = sizesOf(
      terms,
      inputs.map((x) => x.shape),
    );
    return { shape: [...result].map((label) => sizes.get(label)!), dtype: inputs[0]!.dtype };
  },
  // Each label of an operand stands in the result or another operand, so its cotangent is an einsum of those.
  gradient: {
    variadic: ({ dy, x, attrs: { terms, result } }, i) => {
      const others = terms.map((_, k) => k).filter((k) => k !== i);
      return apply(einsumOp, [dy, ...others.map((k) => x[k]!)], {
        terms: [result, ...others.map((k) => terms[k]!)],
        result: terms[i]!,
      });
    },
  },
  lower: ({ e, inputs, attrs: { terms, result } }) =>
    e.node('Einsum', inputs, { equation: `${terms.join()}->${result}` }),
  evaluate: (inputs, { terms, result }, [spec]) => {
    const sizes = sizesOf(
      terms,
      inputs.map((x) => x.shape),
    );
    const labels = [...sizes.keys()];
    const stepsOf = (term: string, shape: readonly number[]) => {
      const strides = stridesOf(shape);
      return labels.map((label) => strides[term.indexOf(label)] ?? 0);
    };
    const steps = inputs.map((x, k) => stepsOf(terms[k]!, x.shape));
    const outSteps = stepsOf(result, spec!.shape);
    const y = new Float64Array(sizeOf(spec!.shape));
    const at = (index: readonly number[], by: readonly number[]) => index.reduce((sum, i, l) => sum + i * by[l]!, 0);
    forEachIndex(
      labels.map((label) => sizes.get(label)!),
      (index) => {
        y[at(index, outSteps)]! += inputs.reduce((product, { data }, k) => product * data[at(index, steps[k]!)]!, 1);
      },
    );
    return y;
  },
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }], attrs: { terms: ['ij', 'jk'], result: 'ik' } },
    {
      name: 'attention',
      inputs: [{ shape: [2, 3, 2, 4] }, { shape: [2, 5, 2, 4] }],
      attrs: { terms: ['bqhd', 'bkhd'], result: 'bhqk' },
    },
    { name: 'to a scalar', inputs: [{ shape: [3] }, { shape: [3] }], attrs: { terms: ['i', 'i'], result: '' } },
    {
      name: 'three operands',
      inputs: [{ shape: [2, 3] }, { shape: [3, 2] }, { shape: [2] }],
      attrs: { terms: ['ij', 'jk', 'k'], result: 'i' },
    },
  ],
});

const spareLabels = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Einstein summation, with NumPy's notation: repeated labels take diagonals, `...` broadcasts, a missing `->` keeps the
 * labels that occur once in alphabetical order.
 * @throws TypeError if the labels and shapes do not fit together.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string | undefined];
  const written = left.split(',');
  if (written.length !== operands.length)
    throw new TypeError(`einsum "${equation}" names ${written.length} operands, got ${operands.length}.`);

  const widths = written.map((term, k) => operands[k]!.shape.length - term.replace('...', '').length);
  const batch = Math.max(0, ...written.map((term, k) => (term.includes('...') ? widths[k]! : 0)));
  const spare = [...spareLabels].filter((label) => !equation.includes(label)).slice(0, batch);
  const expandDots = (term: string, width: number) => term.replace('...', spare.slice(batch - width).join(''));
  const terms = written.map((term, k) => expandDots(term, widths[k]!));
  terms.forEach((term, k) => {
    if (term.length !== operands[k]!.shape.length) {
      throw new TypeError(`einsum "${equation}": "${written[k]}" does not label ${formatShape(operands[k]!.shape)}.`);
    }
  });
  const once = [...new Set(terms.join(''))].filter(
    (label) => terms.join('').split(label).length === 2 && !spare.includes(label),
  );
  const result = right === undefined ? spare.join('') + once.sort().join('') : expandDots(right, batch);

  const xs = operands.map((x, k) => {
    const diagonal = takeDiagonals(x, terms[k]!);
    terms[k] = diagonal.term;
    return diagonal.x;
  });
  const largest = new Map<string, number>();
  terms.forEach((term, k) => {
    [...term].forEach((label, axis) => {
      largest.set(label, Math.max(largest.get(label) ?? 1, xs[k]!.shape[axis]!));
    });
  });
  // Axes of size 1 that broadcast are dropped; labels that nothing else has are summed at once.
  xs.forEach((x, k) => {
    const term = terms[k]!;
    const others = result + terms.filter((_, j) => j !== k).join('');
    const mismatch = [...term].find((label, axis) => x.shape[axis] !== 1 && x.shape[axis] !== largest.get(label));
    if (mismatch !== undefined)
      throw new TypeError(`einsum "${equation}": label "${mismatch}" stands for sizes that differ.`);
    const gone = [...term].flatMap((label, axis) =>
      (x.shape[axis] === 1 && largest.get(label) !== 1) || !others.includes(label) ? [axis] : [],
    );
    xs[k] = reduceSum(x, { axes: gone });
    terms[k] = [...term].filter((_, axis) => !gone.includes(axis)).join('');
  });
  if (xs.length === 1)
    return transpose(
      xs[0]!,
      [...result].map((label) => terms[0]!.indexOf(label)),
    );
  return apply(einsumOp, xs, { terms, result });
}

/** Replaces each pair of axes with one label by its diagonal. */
function takeDiagonals(x: Tensor, term: string): { x: Tensor; term: string } {
  const second = [...term].findIndex((label, axis) => term.indexOf(label) < axis);
  if (second === -1) return { x, term };
  const first = term.indexOf(term[second]!);
  const n = x.shape[first]!;
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const lead = rest.map((axis) => x.shape[axis]!);
  const square = reshape(transpose(x, [...rest, first, second]), [...lead, n * n]);
  const diagonal = slice(square, { axes: [lead.length], starts: [0], ends: [n * n], steps: [n + 1] });
  return takeDiagonals(diagonal, rest.map((axis) => term[axis]!).join('') + term[first]!);
}
