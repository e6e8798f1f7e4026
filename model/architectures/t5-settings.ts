/** What the configurations of T5 and its kin say. */
import { type Activation, activation } from '../blocks/activations.ts';
import type { Config } from '../safetensors/config.ts';

export interface T5Settings {
  readonly width: number;
  readonly heads: number;
  /** d; H·d need not be D. */
  readonly headDim: number;
  readonly inner: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly f: Activation;
  readonly gated: boolean;
  /** Rows of the table of relative positions, and the distance where its last one begins. */
  readonly buckets: number;
  readonly longest: number;
  /** False where encoder and decoder may have tables of words of their own. */
  readonly tiedTables: boolean;
  /** True where the output weights are the word embeddings. */
  readonly tied: boolean;
  /** True where the decoder's result is divided by √D before the output weights. */
  readonly scaledOutput: boolean;
}

/** @throws HeadlightError `format` for a configuration that lacks a size, `unsupported` for an activation that is not known */
export function t5Settings(config: Config): T5Settings {
  const encoderLayers = config.count(['num_layers', 'num_hidden_layers']);
  return {
    width: config.count(['d_model', 'hidden_size']),
    heads: config.count(['num_heads', 'num_attention_heads']),
    headDim: config.count('d_kv'),
    inner: config.count('d_ff'),
    ...{ encoderLayers, decoderLayers: config.count('num_decoder_layers', encoderLayers) },
    vocabulary: config.count('vocab_size'),
    epsilon: config.number('layer_norm_epsilon', 1e-6),
    buckets: config.count('relative_attention_num_buckets', 32),
    longest: config.count('relative_attention_max_distance', 128),
    ...feedForwardOf(config),
    ...outputOf(config),
  };
}

/** `relu`, `gated-silu` … as `feed_forward_proj` spells them; `gated-gelu` has always meant the tanh form. */
function feedForwardOf(config: Config): Pick<T5Settings, 'f' | 'gated'> {
  const name = config.text('feed_forward_proj', 'relu');
  const gated = name.startsWith('gated-');
  const plain = gated ? name.slice('gated-'.length) : name;
  return { gated, f: activation(gated && plain === 'gelu' ? 'gelu_new' : plain) };
}

/**
 * transformers 4 says by `tie_word_embeddings` whether the output weights are the word embeddings, and divides by √D where they are;
 * transformers 5 means the encoder's and the decoder's embeddings by it, and says the rest by `scale_decoder_outputs`.
 */
function outputOf(config: Config): Pick<T5Settings, 'tiedTables' | 'tied' | 'scaledOutput'> {
  const tied = config.flag('tie_word_embeddings', config.text('model_type', 't5') !== 'mt5');
  const scaledOutput = config.flag('scale_decoder_outputs', tied);
  return { tiedTables: tied, tied: tied && scaledOutput, scaledOutput };
}
