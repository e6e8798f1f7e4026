/**
 * T5 and mT5: an encoder–decoder with relative positions alone; norms before the sublayers, without bias; scores are not divided by √d.
 * Version 1.1 has a gated feed-forward and output weights of its own.
 *
 * Sources: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer"; Shazeer 2020, "GLU Variants
 * Improve Transformer"; Xue et al. 2021, "mT5".
 */
import { embedding } from '../blocks/embedding.ts';
import { paddingMask } from '../blocks/masks.ts';
import { encoded, type Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { hasDecoder, isEncoderAlone, outputLogits, sightOf, sourceInputs, targetInputs } from './encoder-decoder.ts';
import type { Family } from './family.ts';
import { t5Decoder, t5Encoder } from './t5-layers.ts';
import { type T5Settings, t5Settings } from './t5-settings.ts';

export const t5: Family = {
  modelTypes: ['t5', 'mt5'],
  prefix: '',
  aliases: { 'shared.weight': ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight', 'lm_head.weight'] },
  describe: (config) => {
    const { encoderLayers, decoderLayers, heads, headDim, vocabulary } = t5Settings(config);
    const layers = encoderLayers + (isEncoderAlone(config) ? 0 : decoderLayers);
    const sizes = { layers, heads, kvHeads: heads, headDim, vocabulary };
    return { architecture: config.text('model_type') === 'mt5' ? 'mT5' : 'T5', positions: 'relative buckets', maxTokens: null, ...sizes };
  },
  build: (root, config) => {
    const settings = t5Settings(config);
    const { ids, mask } = sourceInputs(root.build);
    const { vocabulary, width } = settings;
    const alone = !hasDecoder(root, config, 'decoder.final_layer_norm.weight');
    const memory = encoded(root.build, width, () => {
      const words = embedding(root.at('shared'), ids, vocabulary, width);
      return t5Encoder(root.at('encoder'), words, { visible: paddingMask(root.ops, mask), alone }, settings);
    });
    if (alone) root.build.output('last_hidden_state', memory);
    else target(root, config, { memory, mask }, settings);
  },
};

/** The decoder and its head: outputs `logits` [B, T, V] or `last_hidden_state` [B, T, D], and `encoder_last_hidden_state` [B, S, D]. */
function target<T>(root: Module<T>, config: Config, source: { readonly memory: T; readonly mask: T }, settings: T5Settings): void {
  const { build, ops } = root;
  const { vocabulary, width, tied, scaledOutput } = settings;
  const shared = root.at('shared');
  const { ids, mask } = targetInputs(build, config);
  const words = embedding(shared, ids, vocabulary, width);
  const hidden = t5Decoder(root.at('decoder'), words, sightOf(build, source.memory, source.mask, mask), settings);
  const scaled = scaledOutput ? ops.mul(hidden, 1 / Math.sqrt(width)) : hidden;
  const logits = outputLogits(root, config, scaled, { embedding: shared, own: root.at('lm_head'), tied, width, vocabulary });
  if (logits === null) build.output('last_hidden_state', hidden);
  else build.output('logits', logits);
  build.output('encoder_last_hidden_state', source.memory);
}
