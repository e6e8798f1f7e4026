/**
 * Llama (1 to 3.2, and what uses its `model_type`).
 *
 * Sources: Touvron et al. 2023, "LLaMA", "Llama 2"; Llama Team 2024, "The Llama 3 Herd of Models".
 */
import { cap } from '../blocks/attention.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { inputIds } from './inputs.ts';
import { describeLlama, type LlamaSettings, llamaDecoder } from './llama-decoder.ts';
import { ropeOf } from './rope.ts';

export const llama = llamaFamily({ modelTypes: ['llama'], architecture: 'Llama', settings: llamaSettings });

/** What a family of Llama's kind says of itself. */
export interface LlamaKin {
  readonly modelTypes: readonly string[];
  readonly architecture: string;
  /** @throws HeadlightError for a configuration that lacks something or has an option that is not done here */
  readonly settings: (config: Config) => LlamaSettings;
  /** Whether the output weights are the embeddings when the configuration does not say. */
  readonly tiedByDefault?: boolean;
  /** Name of the cap on the logits in the configuration, where the family has one. */
  readonly logitCap?: string;
}

/** A family whose model is Llama's decoder with other settings. */
export function llamaFamily({ modelTypes, architecture, settings: read, tiedByDefault = false, logitCap }: LlamaKin): Family {
  return {
    modelTypes,
    prefix: 'model.',
    wrappers: ['transformer.'],
    aliases: { 'model.embed_tokens.weight': ['lm_head.weight'] },
    describe: (config) => describeLlama(architecture, read(config)),
    build: (root, config) => {
      const settings = read(config);
      const ids = inputIds(root.build);
      const hidden = llamaDecoder(root.at('model'), ids, settings);
      const limit = logitCap !== undefined && config.has(logitCap) ? config.number(logitCap) : null;
      const finish = (logits: typeof hidden) => cap(root.ops, logits, limit);
      causalHead(root, config, hidden, { ids, embedding: root.at('model.embed_tokens'), tiedByDefault, finish, ...settings });
    },
  };
}

/**
 * What Llama's configurations say; its kin change some of it.
 * @param defaultHeadDim d where a configuration has none; D / H unless said
 */
export function llamaSettings(config: Config, defaultHeadDim?: number): LlamaSettings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const headDim = config.count('head_dim', defaultHeadDim ?? Math.floor(width / heads));
  const rope = { name: 'rotary_emb', settings: ropeOf(config, headDim) };
  return {
    ...{ width, heads, headDim },
    kvHeads: config.count('num_key_value_heads', heads),
    inner: config.count('intermediate_size'),
    vocabulary: config.count('vocab_size'),
    positions: config.count('max_position_embeddings', 2048),
    epsilon: config.number('rms_norm_eps', 1e-6),
    activation: config.text('hidden_act', 'silu'),
    layers: Array.from({ length: config.count('num_hidden_layers') }, () => ({ rope, window: null })),
    ...{ gain: 'gain', headNorm: false, outerNorm: false, embeddingFactor: 1, softcap: null, causal: true },
    scale: 1 / Math.sqrt(headDim),
  };
}
