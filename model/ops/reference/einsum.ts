/** Einsum: out[kept labels] = Σ over the other labels of the product of all inputs. */
import { sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import { asNumbers, type Call, failure, type Inputs, type Kernels, type NumberArray, need, resultFrom, text } from './kernel.ts';
import { broadcastShape, collapse, forEachRow } from './strides.ts';

/** Labels of one term: letters, and `…` for the axes of an ellipsis, named by their place from the end. */
function labelsOf(term: string, rank: number): string[] {
  const letters = term.replace('...', '…');
  const hidden = rank - (letters.length - (letters.includes('…') ? 1 : 0));
  return [...letters].flatMap((letter) => (letter === '…' ? Array.from({ length: hidden }, (_, n) => `…${hidden - n}`) : [letter]));
}

interface Equation {
  readonly terms: readonly string[][];
  readonly output: readonly string[];
}

/** Without `->` the output has the ellipsis, then every letter that stands once, in alphabetical order. */
function parse(equation: string, ranks: readonly number[], call: Call): Equation {
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string | undefined];
  const written = left.split(',');
  if (written.length !== ranks.length)
    throw failure(call, 'shape', `"${equation}" names ${written.length} inputs, but there are ${ranks.length}.`);
  const terms = written.map((term, n) => labelsOf(term, ranks[n]!));
  terms.forEach((labels, n) => {
    if (labels.length !== ranks[n]) throw failure(call, 'shape', `"${written[n]}" in "${equation}" does not name ${ranks[n]} axes.`);
  });
  const all = terms.flat();
  const hidden = [...new Set(all.filter((label) => label.startsWith('…')))].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  if (right === undefined) {
    const once = all.filter((label) => !label.startsWith('…') && all.filter((other) => other === label).length === 1).sort();
    return { terms, output: [...hidden, ...once] };
  }
  return { terms, output: [...right.replace('...', '…')].flatMap((letter) => (letter === '…' ? hidden : [letter])) };
}

/** Length of every label; 1 broadcasts. */
function lengthsOf(inputs: readonly Tensor[], terms: readonly string[][]): Map<string, number> {
  const lengths = new Map<string, number>();
  inputs.forEach(({ shape }, n) => {
    terms[n]!.forEach((label, axis) => {
      lengths.set(label, broadcastShape([lengths.get(label) ?? 1], [shape[axis]!])[0]!);
    });
  });
  return lengths;
}

/** Strides of an input along the labels; a label that stands twice takes the diagonal. */
function stridesAlong({ shape }: Tensor, labels: readonly string[], order: readonly string[]): number[] {
  const strides = stridesOf(shape);
  return order.map((wanted) =>
    labels.reduce((sum, label, axis) => (label === wanted && shape[axis] !== 1 ? sum + strides[axis]! : sum), 0),
  );
}

/** Products of all inputs along one row of the summed axes. */
function rowSum(data: readonly NumberArray[], places: readonly number[], steps: readonly number[], length: number): number {
  let sum = 0;
  if (data.length === 2) {
    const [a, b] = data as [NumberArray, NumberArray];
    for (let k = 0, p = places[0]!, q = places[1]!; k < length; k++, p += steps[0]!, q += steps[1]!) sum += a[p]! * b[q]!;
    return sum;
  }
  for (let k = 0; k < length; k++) {
    let product = 1;
    for (let n = 0; n < data.length; n++) product *= data[n]![places[n]! + k * steps[n]!]!;
    sum += product;
  }
  return sum;
}

function einsum(inputs: Inputs, call: Call): Tensor[] {
  const values = inputs.map((_, n) => need(inputs, n, call));
  const { terms, output } = parse(
    text(call, 'equation', ''),
    values.map((x) => x.shape.length),
    call,
  );
  const lengths = lengthsOf(values, terms);
  const summed = [...lengths.keys()].filter((label) => !output.includes(label));
  const along = (order: readonly string[]): number[][] => values.map((x, n) => stridesAlong(x, terms[n]!, order));
  const shape = output.map((label) => lengths.get(label)!);
  const data = values.map((x) => asNumbers(x.data));
  const inner = collapse({ shape: summed.map((label) => lengths.get(label)!), strides: along(summed) });
  const last = inner.shape.length - 1;
  const steps = inner.strides.map((s) => s[last]!);
  const out = new Float64Array(sizeOf(shape));
  let at = 0;
  const outer = { shape: [...shape, 1], strides: along(output).map((s) => [...s, 0]) };
  forEachRow(
    outer,
    values.map(() => 0),
    (start) => {
      let sum = 0;
      forEachRow(inner, start, (places) => {
        sum += rowSum(data, places, steps, inner.shape[last]!);
      });
      out[at++] = sum;
    },
  );
  return [resultFrom(values[0]!.dtype, shape, out)];
}

export const sums: Kernels = { Einsum: einsum };
