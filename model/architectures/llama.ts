/**
 * Llama (1 to 3.2, and what uses its `model_type`).
 *
 * Sources: Touvron et al. 2023, "LLaMA", "Llama 2"; Llama Team 2024, "The Llama 3 Herd of Models".
 */
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { inputIds } from './inputs.ts';
import { describeLlama, type LlamaSettings, llamaDecoder } from './llama-decoder.ts';
import { ropeOf } from './rope.ts';

export const llama: Family = {
  modelTypes: ['llama'],
  prefix: 'model.',
  aliases: { 'model.embed_tokens.weight': ['lm_head.weight'] },
  describe: (config) => describeLlama('Llama', llamaSettings(config)),
  build: (root, config) => {
    const settings = llamaSettings(config);
    const ids = inputIds(root.build);
    const hidden = llamaDecoder(root.at('model'), ids, settings);
    causalHead(root, config, hidden, { ids, embedding: root.at('model.embed_tokens'), tiedByDefault: false, ...settings });
  },
};

/** What Llama's configurations say; its kin change some of it. */
export function llamaSettings(config: Config): LlamaSettings {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const headDim = config.count('head_dim', Math.floor(width / heads));
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
    ...{ gain: 'gain', headNorm: false, outerNorm: false, embeddingFactor: 1, softcap: null },
    scale: 1 / Math.sqrt(headDim),
  };
}
