/** What configurations of DeBERTa (version 2 and 3) say. */
import { type BucketSettings, bucketRows } from '../blocks/positions/disentangled.ts';
import type { Config } from '../safetensors/config.ts';
import { divide, refuseUnless } from './options.ts';

export interface DebertaSettings {
  /** D */
  readonly width: number;
  /** E, the width of the embeddings. */
  readonly embedded: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly vocabulary: number;
  /** Token types, or 0. */
  readonly types: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Learned positions are added to the embeddings too. */
  readonly absolute: boolean;
  /** Null without relative attention. */
  readonly relative: RelativeSettings | null;
  /** Factor on all terms of a score: 1/√(terms·d). */
  readonly scale: number;
  /** A convolution beside the first layer, or null. */
  readonly convolution: Convolution | null;
}

export interface RelativeSettings extends BucketSettings {
  /** Rows of the table. */
  readonly rows: number;
  readonly contentToPosition: boolean;
  readonly positionToContent: boolean;
  /** Positions go through the projections of the words. */
  readonly shared: boolean;
  /** The table goes through a LayerNorm. */
  readonly normed: boolean;
}

export interface Convolution {
  readonly kernel: number;
  readonly groups: number;
  readonly activation: string;
}

/** @throws HeadlightError `format` for a configuration that lacks something, `unsupported` for terms of position other than `c2p` and `p2c` */
export function debertaSettings(config: Config): DebertaSettings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const headDim = divide(config, 'the head size', width, heads);
  refuseUnless(config.count('attention_head_size', headDim) === headDim, config, 'attention_head_size');
  const terms = termsOf(config);
  return {
    ...{ width, heads, headDim, embedded: config.count('embedding_size', width) },
    inner: config.count('intermediate_size'),
    layers: config.count('num_hidden_layers'),
    maxTokens: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    types: config.count('type_vocab_size', 0),
    epsilon: config.number('layer_norm_eps', 1e-7),
    activation: config.text('hidden_act', 'gelu'),
    absolute: config.flag('position_biased_input', true),
    relative: config.flag('relative_attention', false) ? relativeSettings(config, terms) : null,
    scale: 1 / Math.sqrt(headDim * (1 + terms.length)),
    convolution: convolutionOf(config),
  };
}

/** Terms of position in a score, a list or `c2p|p2c`. */
function termsOf(config: Config): string[] {
  const said = config.values.pos_att_type;
  const list = typeof said === 'string' ? said.toLowerCase().split('|') : config.texts('pos_att_type', []);
  const terms = list.map((term) => term.trim()).filter((term) => term !== '');
  refuseUnless(
    terms.every((term) => ['c2p', 'p2c'].includes(term)),
    config,
    'pos_att_type',
  );
  return terms;
}

function relativeSettings(config: Config, terms: readonly string[]): RelativeSettings {
  const said = config.integer('max_relative_positions', -1);
  const longest = said < 1 ? config.count('max_position_embeddings') : said;
  const buckets = config.integer('position_buckets', -1);
  const distances = { longest, buckets: buckets > 0 ? buckets : null };
  return {
    ...distances,
    rows: bucketRows(distances),
    contentToPosition: terms.includes('c2p'),
    positionToContent: terms.includes('p2c'),
    shared: config.flag('share_att_key', false),
    normed: config
      .text('norm_rel_ebd', 'none')
      .toLowerCase()
      .split('|')
      .map((name) => name.trim())
      .includes('layer_norm'),
  };
}

function convolutionOf(config: Config): Convolution | null {
  const kernel = config.count('conv_kernel_size', 0);
  return kernel === 0 ? null : { kernel, groups: config.count('conv_groups', 1), activation: config.text('conv_act', 'tanh') };
}
