/** One row of an output as shares. */
import { HeadlightError } from '../../model/errors.ts';
import { logSumExp, type Shares, sharesOf } from '../../model/predictions/shares.ts';
import type { PredictParams } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';

/**
 * @param tensor [B, V] or [B, T, V]; the first of the batch counts
 * @throws HeadlightError `internal` for another rank, or a position that it has not
 */
export function predictRow(tensor: Tensor, { output, position, top, asked }: Omit<PredictParams, 'run'>): Shares {
  return sharesOf(rowAt(tensor, output, position), top, asked);
}

/**
 * Bits of surprise: −log₂ p of the token that came, for each row.
 * @param tensor [B, T, V]; the first of the batch counts
 * @param ids [T]; −1 for rows without a token
 * @returns [T], NaN for rows without a token
 */
export function surpriseOf(tensor: Tensor, output: string, ids: readonly number[]): Float32Array {
  return Float32Array.from(ids, (id, row) => {
    if (id < 0) return Number.NaN;
    const scores = rowAt(tensor, output, row);
    return (logSumExp(scores) - (scores[id] ?? Number.NaN)) / Math.LN2;
  });
}

/** The scores of one position, or of the whole where there are no positions. */
export function rowAt({ shape, data }: Tensor, output: string, position: number | null): ArrayLike<number> {
  const width = shape.at(-1) ?? 0;
  const rows = shape.length === 3 ? shape[1]! : 1;
  const row = position ?? 0;
  if (shape.length < 2 || shape.length > 3 || row < 0 || row >= rows) {
    throw new HeadlightError('internal', `${output} [${shape.join(', ')}] has no row ${row}.`);
  }
  const values = data.subarray(row * width, (row + 1) * width);
  return values instanceof BigInt64Array || values instanceof BigUint64Array ? Array.from(values, Number) : values;
}
