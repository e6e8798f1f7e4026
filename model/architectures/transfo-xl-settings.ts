/** What configurations of Transformer-XL say. */
import { HeadlightError } from '../errors.ts';
import type { Config } from '../safetensors/config.ts';
import { refuseUnless } from './options.ts';

export interface TransfoXlSettings {
  /** D */
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  /** F */
  readonly inner: number;
  readonly layers: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  /** Vectors of the segment before that a layer reads. */
  readonly memory: number;
  /** Distances beyond are seen as this one; null for none. */
  readonly clamp: number | null;
  /** Every query sees as many keys: the last `memory` ones. */
  readonly sameLength: boolean;
  readonly normFirst: boolean;
  readonly adaptive: AdaptiveSettings;
}

/** Words by frequency: clusters of which the later ones have narrower vectors. */
export interface AdaptiveSettings {
  /** Clusters as ranges of ids. */
  readonly clusters: readonly Cluster[];
  /** D */
  readonly width: number;
  /** One table for all clusters: `div_val` is 1. */
  readonly isWhole: boolean;
  /** Width of the first table. */
  readonly embedded: number;
  readonly tiedWords: boolean;
}

export interface Cluster {
  readonly from: number;
  readonly to: number;
  /** Width of its vectors. */
  readonly embedded: number;
  /** Its output projection is its input projection. */
  readonly tiedProjection: boolean;
}

/** @throws HeadlightError `unsupported` for an `attn_type` other than 0, `format` as always */
export function transfoXlSettings(config: Config): TransfoXlSettings {
  const clamp = config.integer('clamp_len', 1000);
  refuseUnless(config.count('attn_type', 0) === 0, config, 'attn_type');
  return {
    width: config.count(['d_model', 'hidden_size']),
    heads: config.count(['n_head', 'num_attention_heads']),
    headDim: config.count('d_head'),
    inner: config.count('d_inner'),
    layers: config.count(['n_layer', 'num_hidden_layers']),
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-5),
    memory: config.count('mem_len'),
    clamp: clamp > 0 ? clamp : null,
    sameLength: config.flag('same_length', true),
    normFirst: config.flag('pre_lnorm', false),
    adaptive: adaptiveSettings(config),
  };
}

function adaptiveSettings(config: Config): AdaptiveSettings {
  const width = config.count(['d_model', 'hidden_size']);
  const embedded = config.count('d_embed', width);
  const divisor = config.count('div_val', 1);
  const vocabulary = config.count('vocab_size');
  const ends = [...config.numbers('cutoffs', []), vocabulary];
  const ties = config.flags(
    'tie_projs',
    ends.map((_, i) => i > 0),
  );
  if (ends.some((end, i) => end <= (ends[i - 1] ?? 0))) {
    throw new HeadlightError(
      'format',
      `${config.where}: cutoffs [${ends.slice(0, -1)}] do not rise from 0 to the vocabulary, ${vocabulary}.`,
    );
  }
  const clusters = ends.map((to, i) => ({
    ...{ from: ends[i - 1] ?? 0, to, tiedProjection: ties[i] ?? false },
    embedded: Math.floor(embedded / divisor ** i),
  }));
  return { clusters, width, isWhole: divisor === 1, embedded, tiedWords: config.flag(['tie_word_embeddings', 'tie_weight'], true) };
}
