/**
 * Whisper: a sound as a log-mel picture, two convolutions and a pre-norm encoder; a pre-norm decoder writes what was said.
 *
 * Source: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", 2.2.
 */
import { gelu } from '../blocks/activations.ts';
import { convolution } from '../blocks/convolution.ts';
import { embedding } from '../blocks/embedding.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong } from '../blocks/masks.ts';
import { encoded, type Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { type BartSettings, bartSettings, describeBart } from './bart-kin.ts';
import { bartDecoder, bartEncoder } from './bart-layers.ts';
import { hasDecoder, hiddenName, outputLogits, sightOf, targetInputs } from './encoder-decoder.ts';
import type { Family } from './family.ts';
import { isTied, labelCount } from './heads.ts';

interface WhisperSettings extends BartSettings {
  /** M: bands of the log-mel picture. */
  readonly bands: number;
  /** S: positions of the encoder, each two columns of the picture. */
  readonly sourcePositions: number;
}

export const whisper: Family = {
  modelTypes: ['whisper'],
  prefix: 'model.',
  aliases: { 'model.decoder.embed_tokens.weight': ['proj_out.weight'] },
  describe: (config) => describeBart(config, 'Whisper', 'sinusoidal (encoder), learned (decoder)', settingsOf(config)),
  build: (root, config) => {
    const settings = settingsOf(config);
    const alone = !hasDecoder(root, config, 'model.decoder.layers.0.fc1.weight');
    const memory = encoded(root.build, settings.width, () => {
      const module = root.at('model.encoder');
      return bartEncoder(module, heard(module, settings), { visible: null, alone }, settings);
    });
    if (alone) writeEncoder(root, config, memory, settings);
    else target(root, config, memory, settings);
  },
};

function settingsOf(config: Config): WhisperSettings {
  return {
    // No implementation multiplies the words, whatever `scale_embedding` says.
    ...{ ...bartSettings(config), normFirst: true, embeddingNorm: false, factor: 1 },
    vocabulary: config.count('vocab_size'),
    maxTokens: config.count('max_target_positions'),
    bands: config.count('num_mel_bins'),
    sourcePositions: config.count('max_source_positions'),
  };
}

/** gelu(conv(gelu(conv(picture)))) + the stored table of sinusoids: input `input_features` [B, M, 2S] → [B, S, D] */
function heard<T>(module: Module<T>, { bands, sourcePositions, width }: WhisperSettings): T {
  const { ops, build } = module;
  const shape = ['B', bands, 2 * sourcePositions];
  const picture = build.input({ name: 'input_features', dtype: 'float32', shape, fill: { by: 'user' } });
  const first = convolution(module.at('conv1'), picture, { in: bands, out: width, kernel: [3], padding: [1] }); // [B, D, 2S]
  const halved = { in: width, out: width, kernel: [3], padding: [1], stride: [2] };
  const second = convolution(module.at('conv2'), gelu(ops, first), halved); // [B, D, S]
  const columns = ops.transpose(gelu(ops, second), [0, 2, 1]); // [B, S, D]
  const table = module.at('embed_positions');
  return ops.add(columns, table.record(table.weight('weight', [sourcePositions, width])));
}

/** Outputs `logits` [B, labels] of a classifier of sounds, or `last_hidden_state` [B, S, D]. */
function writeEncoder<T>(root: Module<T>, config: Config, memory: T, settings: WhisperSettings): void {
  const [name = ''] = config.texts('architectures', []);
  if (!name.endsWith('ForAudioClassification') || !root.has('projector.weight')) {
    root.build.output('last_hidden_state', memory);
    return;
  }
  const width = config.count('classifier_proj_size', 256);
  const hidden = config.flag('use_weighted_layer_sum', false) ? mixed(root, settings.encoder.layers) : memory;
  const projected = linear(root.at('projector'), hidden, { in: settings.width, out: width }); // [B, S, E]
  const mean = root.ops.reduceMean(projected, [1], { keepdims: 0 });
  root.build.output('logits', linear(root.at('classifier'), mean, { in: width, out: labelCount(config) }));
}

/** Σ softmax(w)ᵢ·hᵢ over the embeddings and all layers: [B, S, D] */
function mixed<T>({ ops, build }: Module<T>, layers: number): T {
  const shares = ops.softmax(build.weight('layer_weights', [layers + 1])); // [L + 1]
  const weighted = Array.from({ length: layers + 1 }, (_, layer) =>
    ops.mul(build.stage(hiddenName('self', layer)), ops.gather(shares, layer, { axis: 0 })),
  );
  return weighted.reduce((sum, one) => ops.add(sum, one));
}

/** The decoder and its head: outputs `logits` [B, T, V] or `last_hidden_state` [B, T, D], and `encoder_last_hidden_state` [B, S, D]. */
function target<T>(root: Module<T>, config: Config, memory: T, settings: WhisperSettings): void {
  const { build } = root;
  const { width, vocabulary } = settings;
  const module = root.at('model.decoder');
  const { ids, mask } = targetInputs(build, config);
  const hidden = bartDecoder(module, said(module, ids, settings), sightOf(build, memory, null, mask), settings);
  const own = root.at('proj_out');
  const tied = isTied(root, config, 'proj_out.weight', true);
  const logits = outputLogits(root, config, hidden, { embedding: module.at('embed_tokens'), own, tied, width, vocabulary });
  build.output(logits === null ? 'last_hidden_state' : 'logits', logits ?? hidden);
  build.output('encoder_last_hidden_state', memory);
}

/** words + learned positions: int64 [B, T] → [B, T, D] */
function said<T>(module: Module<T>, ids: T, { vocabulary, maxTokens, width }: WhisperSettings): T {
  const { ops } = module;
  const words = embedding(module.at('embed_tokens'), ids, vocabulary, width);
  const positions = ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
  const places = embedding(module.at('embed_positions'), positions, maxTokens, width);
  return ops.add(words, places);
}
