/**
 * DeBERTa's disentangled attention: what a token says and where it stands meet in terms of their own.
 *
 *     score(i, j) = (q_i·k_j + q_i·K_δ + k_j·Q_δ) / √(n·d)      δ = bucket(i − j), n = number of terms
 *
 * K and Q are a learned vector for every bucket, through the layer's projections: `q_i·K_δ` is content to position, `k_j·Q_δ` position to
 * content. Version 2 has a bucket for every near distance, and wider and wider ones for those beyond.
 *
 * Sources: He et al. 2021, "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", 3.1; log buckets: the code of version 2.
 */
import type { Ops } from '../../ops/ops.ts';

export interface BucketSettings {
  /** Buckets on each side; null where every distance has its own. */
  readonly buckets: number | null;
  /** Largest distance that the model tells from those beyond. */
  readonly longest: number;
}

/** Rows of the table of positions: two sides. */
export function bucketRows({ buckets, longest }: BucketSettings): number {
  return 2 * (buckets ?? longest);
}

/**
 * Bucket of the distances 0, 1, … to the longest: themselves up to half of the buckets, however short the longest is, then by their logarithm. In
 * float32, step by step, as the models were trained: a ceiling stands at the end.
 */
export function logBuckets(buckets: number, longest: number): number[] {
  const middle = Math.floor(buckets / 2);
  const { fround, log } = Math;
  const span = fround(log(fround((longest - 1) / middle)));
  return Array.from({ length: Math.max(longest, middle) + 1 }, (_, distance) => {
    if (distance <= middle) return distance;
    const share = fround(fround(log(fround(distance / middle))) / span);
    return Math.ceil(fround(share * (middle - 1))) + middle;
  });
}

/**
 * δ: which row of the table stands for a distance.
 * @param distance i − j, int64 [T, S]
 * @returns int64 [T, S], from 0 to `bucketRows` − 1
 */
export function bucketOf<T>(ops: Ops<T>, distance: T, settings: BucketSettings): T {
  const { buckets, longest } = settings;
  const size = buckets ?? longest;
  const int = (value: number): T => ops.scalar(value, 'int64');
  const bucket = buckets === null ? distance : signedBuckets(ops, distance, buckets, longest);
  return ops.min(ops.max(ops.add(bucket, int(size)), int(0)), int(2 * size - 1));
}

function signedBuckets<T>(ops: Ops<T>, distance: T, buckets: number, longest: number): T {
  const table = logBuckets(buckets, longest);
  const far = ops.min(ops.abs(distance), ops.scalar(table.length - 1, 'int64'));
  return ops.mul(ops.sign(distance), ops.gather(ops.integers(table), far));
}

/** What meets in the terms of position. */
export interface Disentangled<T> {
  /** [B, H, T, d] */
  readonly query: T;
  /** [B, H, S, d] */
  readonly key: T;
  /** K: [1, H, rows, d], or null without content to position */
  readonly positionKey: T | null;
  /** Q: [1, H, rows, d], or null without position to content */
  readonly positionQuery: T | null;
  /** δ: int64 [T, S] */
  readonly rows: T;
}

/**
 * q_i·K_δ + k_j·Q_δ
 * @returns [B, H, T, S], not scaled yet; null where there is neither term
 */
export function disentangledBias<T>(ops: Ops<T>, { query, key, positionKey, positionQuery, rows }: Disentangled<T>): T | null {
  const toPosition = positionKey === null ? null : pick(ops, products(ops, query, positionKey), rows); // [B, H, T, S]
  const byKey = positionQuery === null ? null : pick(ops, products(ops, key, positionQuery), ops.transpose(rows, [1, 0])); // [B, H, S, T]
  const toContent = byKey === null ? null : ops.transpose(byKey, [0, 1, 3, 2]);
  return toPosition === null || toContent === null ? (toPosition ?? toContent) : ops.add(toPosition, toContent);
}

/** x·yᵀ: [B, H, T, d], [1, H, rows, d] → [B, H, T, rows] */
function products<T>(ops: Ops<T>, x: T, y: T): T {
  return ops.matMul(x, ops.transpose(y, [0, 1, 3, 2]));
}

/** Element (i, j) of every head is the one at (i, rows[i, j]): [B, H, T, rows], [T, S] → [B, H, T, S] */
function pick<T>(ops: Ops<T>, x: T, rows: T): T {
  const heads = ops.concat([ops.dimension(x, 0), ops.dimension(x, 1), ops.integers([1, 1])], { axis: 0 });
  return ops.gatherElements(x, ops.expand(ops.unsqueeze(rows, [0, 1]), heads), { axis: 3 });
}
