/**
 * Transformer-XL's words, in and out: adaptive embedding and adaptive softmax under its tensor names.
 */
import { adaptiveEmbedding, adaptiveLogSoftmax } from '../blocks/adaptive.ts';
import { embedding } from '../blocks/embedding.ts';
import type { Module } from '../blocks/module.ts';
import type { AdaptiveSettings, Cluster } from './transfo-xl-settings.ts';

/**
 * Words·√D
 * @param module holds `emb_layers.0` … (`weight`), `emb_projs.0` …
 * @param ids int64 [B, T]
 * @returns [B, T, D]
 */
export function adaptiveWords<T>(module: Module<T>, ids: T, settings: AdaptiveSettings): T {
  const { ops } = module;
  const { clusters, width, isWhole, embedded } = settings;
  const words = isWhole
    ? projected(module, embedding(module.at('emb_layers.0'), ids, vocabularyOf(settings), embedded), 0, embedded, width)
    : adaptiveEmbedding(ops, ids, clusters, (cluster, within) => {
        const { from, to, embedded: narrow } = clusters[cluster]!;
        const vectors = embedding(module.at(`emb_layers.${cluster}`), within, to - from, narrow);
        return ops.matMul(vectors, ops.transpose(module.weight(`emb_projs.${cluster}`, [width, narrow]), [1, 0]));
      });
  return module.record(ops.mul(words, Math.sqrt(width)));
}

/** With one table a projection exists only where the widths differ: [.., E] → [.., D] */
function projected<T>(module: Module<T>, x: T, cluster: number, embedded: number, width: number): T {
  if (embedded === width) return x;
  return module.ops.matMul(x, module.ops.transpose(module.weight(`emb_projs.${cluster}`, [width, embedded]), [1, 0]));
}

/**
 * Log-probabilities of the next word.
 * @param crit holds `out_layers.0` …, `out_projs.0` …, `cluster_weight`, `cluster_bias`
 * @param words the module of the embeddings, whose tables and projections may be tied
 * @param hidden [B, T, D]
 * @returns [B, T, V]
 */
export function adaptiveLogits<T>(crit: Module<T>, words: Module<T>, hidden: T, settings: AdaptiveSettings): T {
  const { ops } = crit;
  const { clusters } = settings;
  const later = clusters.length - 1;
  const output = outputs(crit, words, settings);
  const [first, ...tails] = clusters.map((_, i) => {
    const { weight, bias, projection } = output(i);
    const withClusters = i === 0 && later > 0;
    const table = withClusters ? ops.concat([weight, crit.weight('cluster_weight', [later, clusters[0]!.embedded])], { axis: 0 }) : weight;
    const offset = withClusters ? ops.concat([bias, crit.weight('cluster_bias', [later])], { axis: 0 }) : bias;
    const narrow = projection === null ? hidden : ops.matMul(hidden, projection); // [B, T, E]
    return ops.add(ops.matMul(narrow, ops.transpose(table, [1, 0])), offset);
  });
  return crit.record(adaptiveLogSoftmax(ops, first!, tails, clusters[0]!.to));
}

interface Output<T> {
  /** [n, E] */
  readonly weight: T;
  /** [n] */
  readonly bias: T;
  /** [D, E] */
  readonly projection: T | null;
}

/** Output weights of a cluster: its own, or those of the embeddings; with one table a part of it. */
function outputs<T>(crit: Module<T>, words: Module<T>, settings: AdaptiveSettings): (cluster: number) => Output<T> {
  const { clusters, width, isWhole, embedded, tiedWords } = settings;
  const { ops } = crit;
  return (i) => {
    const { from, to, embedded: narrow } = clusters[i]!;
    const [layer, rows] = isWhole ? [0, vocabularyOf(settings)] : [i, to - from];
    const tied = tiedWords || !crit.has(`out_layers.${layer}.weight`);
    const weight = (tied ? words.at(`emb_layers.${layer}`) : crit.at(`out_layers.${layer}`)).weight('weight', [rows, narrow]);
    const bias = crit.at(`out_layers.${layer}`).weight('bias', [rows]);
    const part = (x: T): T => (isWhole ? ops.slice(x, [from], [to], [0]) : x);
    const needsProjection = !isWhole || embedded !== width;
    return {
      weight: part(weight),
      bias: part(bias),
      projection: needsProjection ? projectionOf(crit, words, i, clusters[i]!, settings) : null,
    };
  };
}

/** [D, E] */
function projectionOf<T>(crit: Module<T>, words: Module<T>, i: number, cluster: Cluster, { isWhole, width }: AdaptiveSettings): T {
  const tied = cluster.tiedProjection || !crit.has(`out_projs.${i}`);
  return tied
    ? words.weight(`emb_projs.${isWhole ? 0 : i}`, [width, cluster.embedded])
    : crit.weight(`out_projs.${i}`, [width, cluster.embedded]);
}

function vocabularyOf({ clusters }: AdaptiveSettings): number {
  return clusters.at(-1)!.to;
}
