/**
 * The two matrices that a head is, cut out of the stored projections:
 *
 *     W_q·W_kᵀ [D, D]   how much the head's score grows when a vector x asks and a vector y is asked: x·(W_q·W_kᵀ)·yᵀ
 *     W_v·W_O  [D, D]   what a vector y adds to the residual stream when the head looks at it: y·(W_v·W_O)
 *
 * Both have rank d at most. Biases, the factor 1 ∕ √d and rotations by position are left out. Source: Elhage et al. 2021, "A Mathematical
 * Framework for Transformer Circuits" (QK and OV circuits).
 */
import { type HeadColumns, type HeadRows, type HeadWeights, headWeights, type Site, type StoredMatrix } from '../../attention/index.ts';
import type { HeadMatrix } from '../../protocol/explorer.ts';
import type { Series } from '../series.ts';
import { readSlice } from '../slice.ts';
import { productSeries } from './made.ts';
import { singularOfProduct, type Tall } from './singular.ts';

export interface HeadProducts {
  readonly scores: Factors;
  /** Null where values or W_O are not known. */
  readonly outputs: Factors | null;
  readonly turned: boolean;
  /** Tensors that they were cut out of. */
  readonly from: readonly string[];
}

/** A·Bᵀ, with both factors [D, d]. */
export interface Factors {
  readonly left: Tall;
  readonly right: Tall;
}

/** @throws HeadlightError `unsupported` where no fixed matrix stands behind the head; what reading throws */
export async function readHead(site: Site, head: number, open: (tensor: string) => Series): Promise<HeadProducts> {
  const weights = headWeights(site, head);
  const { query, key, value, output } = weights;
  const scores = { left: await columnsOf(query, open), right: await columnsOf(key, open) };
  const outputs = value && output ? { left: await columnsOf(value, open), right: await rowsOf(output, open) } : null;
  return { scores, outputs, turned: query.turned || key.turned, from: tensorsOf(weights) };
}

const tensorsOf = ({ query, key, value, output }: HeadWeights) => [
  ...new Set([query, key, value, output].flatMap((one) => (one ? [one.tensor] : []))),
];

/** Columns of a projection as [D, d]. */
const columnsOf = (part: HeadColumns, open: (tensor: string) => Series): Promise<Tall> => cut(part, part.columns, 1 - part.summed, open);

/** Rows of W_O as [D, d]: its transposed. */
const rowsOf = (part: HeadRows, open: (tensor: string) => Series): Promise<Tall> => cut(part, part.rows, part.summed, open);

/** Chosen indices of an axis, as columns. Indices in even steps are read together. */
async function cut({ tensor }: StoredMatrix, chosen: Int32Array, axis: number, open: (tensor: string) => Series): Promise<Tall> {
  const series = open(tensor);
  const length = series.shape[1 - axis]!;
  const d = chosen.length;
  const step = d > 1 ? chosen[1]! - chosen[0]! : 1;
  const even = step > 0 && chosen.every((index, i) => index === chosen[0]! + i * step);
  const runs = even ? [{ start: chosen[0]!, count: d, step }] : Array.from(chosen, (start) => ({ start, count: 1, step: 1 }));
  const data = new Float64Array(length * d);
  let at = 0;
  for (const run of runs) {
    const params = { rowAxis: 1 - axis, columnAxis: axis, at: [0, 0], rows: { start: 0, count: length, step: 1 }, columns: run };
    const { values } = await readSlice(series, params);
    for (let r = 0; r < length; r++) for (let c = 0; c < run.count; c++) data[r * d + at + c] = values[r * run.count + c]!;
    at += run.count;
  }
  return { rows: length, columns: d, data };
}

/** What the page shows of a matrix; its numbers are read like those of a tensor, by its name. */
export function matrixFacts(name: string, factors: Factors): HeadMatrix {
  const { shape } = productSeries(name, factors);
  const singular = Array.from(singularOfProduct(factors.left, factors.right));
  return { name, shape, singular, norm: Math.sqrt(singular.reduce((sum, value) => sum + value * value, 0)) };
}
