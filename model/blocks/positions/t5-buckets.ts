/**
 * T5's relative positions: a learned number of each head for every bucket of distances, added to the scores.
 *
 *     score(i, j) = q_i·k_j + b_h[bucket(j − i)]
 *
 * Near distances have a bucket each; those beyond share wider and wider ones, by their logarithm, up to `longest`; whatever is further away falls
 * into the last. An encoder has half of the buckets for keys before the query and half for keys after it; a decoder has them all for what came
 * before.
 *
 * Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2.1, and the code published
 * with it.
 */
import { HeadlightError } from '../../errors.ts';
import type { Ops } from '../../ops/ops.ts';
import { embedding } from '../embedding.ts';
import type { Module } from '../module.ts';

/** No table of buckets is made for longer distances than this. */
const LONGEST = 1_000_000;

export interface T5BucketSettings {
  /** Rows of the table. */
  readonly buckets: number;
  /** Distance from which on all keys fall into the last bucket. */
  readonly longest: number;
  /** True where keys after the query are seen, as in an encoder. */
  readonly bothDirections: boolean;
}

/**
 * Bucket of the distances 0, 1, … longest on one side. In float32, step by step, as the models were trained: a floor stands at the end.
 * @param buckets of this side
 * @throws HeadlightError `format` where the far half of the buckets has no distances
 */
export function t5LogBuckets(buckets: number, longest: number): number[] {
  const { fround, log } = Math;
  const near = Math.floor(buckets / 2);
  if (near < 1 || longest <= near || longest > LONGEST) {
    const words = `${buckets} buckets a side up to a distance of ${longest}`;
    throw new HeadlightError(
      'format',
      `Relative positions: ${words}; expected 2 or more, and a distance beyond half of them up to ${LONGEST}.`,
    );
  }
  const span = fround(log(longest / near));
  return Array.from({ length: longest + 1 }, (_, distance) => {
    if (distance < near) return distance;
    const share = fround(fround(log(fround(distance / near))) / span);
    return Math.min(near + Math.floor(fround(share * (buckets - near))), buckets - 1);
  });
}

/**
 * The bucket of every pair of query and key.
 * @param distance i − j, int64 [T, S]
 * @returns int64 [T, S]
 */
export function t5Buckets<T>(ops: Ops<T>, distance: T, { buckets, longest, bothDirections }: T5BucketSettings): T {
  const int = (value: number): T => ops.scalar(value, 'int64');
  const side = bothDirections ? Math.floor(buckets / 2) : buckets;
  const away = bothDirections ? ops.abs(distance) : ops.max(distance, int(0));
  const bucket = ops.gather(ops.integers(t5LogBuckets(side, longest)), ops.min(away, int(longest)));
  if (!bothDirections) return bucket;
  return ops.add(bucket, ops.where(ops.less(distance, int(0)), int(side), int(0)));
}

/**
 * b_h[bucket(j − i)]
 * @param distance i − j, int64 [T, S]
 * @returns [1, H, T, S], to be added to the scores; weight `weight` [buckets, H]
 */
export function t5Bias<T>(module: Module<T>, distance: T, heads: number, settings: T5BucketSettings): T {
  const { ops } = module;
  const bias = embedding(module, t5Buckets(ops, distance, settings), settings.buckets, heads); // [T, S, H]
  return ops.unsqueeze(ops.transpose(bias, [2, 0, 1]), [0]);
}
