/**
 * Adaptive embedding and adaptive softmax: words are sorted by frequency into clusters; the rarer the cluster, the narrower its vectors.
 *
 *     p(word) = p(word in the first cluster)                  for frequent words
 *     p(word) = p(cluster)·p(word within the cluster)         for the others
 *
 * Sources: Grave et al. 2017, "Efficient softmax approximation for GPUs"; Baevski, Auli 2019, "Adaptive Input Representations for Neural
 * Language Modeling".
 */
import type { Ops } from '../ops/ops.ts';

/** A cluster of words: ids from `from` up to, without, `to`. */
export interface WordRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The vector of every word, from the table of its cluster.
 * @param ids int64 [B, T]
 * @param lookUp the vectors of a cluster for ids within it, int64 [B, T] → [B, T, D]
 * @returns [B, T, D]
 */
export function adaptiveEmbedding<T>(ops: Ops<T>, ids: T, clusters: readonly WordRange[], lookUp: (cluster: number, ids: T) => T): T {
  const int = (value: number): T => ops.scalar(value, 'int64');
  return clusters
    .map(({ from, to }, cluster) => {
      const within = ops.min(ops.max(ops.sub(ids, int(from)), int(0)), int(to - from - 1));
      return lookUp(cluster, within);
    })
    .reduce((vectors, ofCluster, cluster) => {
      const isLater = ops.greaterOrEqual(ids, int(clusters[cluster]!.from));
      return ops.where(ops.unsqueeze(isLater, [2]), ofCluster, vectors);
    });
}

/**
 * Log-probabilities of all words.
 * @param head logits of the words of the first cluster, then of the other clusters: [B, T, n₀ + clusters − 1]
 * @param tails logits of the words of each other cluster: [B, T, nᵢ]
 * @param first n₀
 * @returns [B, T, V]
 */
export function adaptiveLogSoftmax<T>(ops: Ops<T>, head: T, tails: readonly T[], first: number): T {
  const known = ops.logSoftmax(head);
  if (tails.length === 0) return known;
  const [words, clusters] = ops.split(known, [first, tails.length], { axis: -1 }) as [T, T];
  const later = tails.map((tail, i) => ops.add(ops.slice(clusters, [i], [i + 1], [2]), ops.logSoftmax(tail)));
  return ops.concat([words, ...later], { axis: -1 });
}
