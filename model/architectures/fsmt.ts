/**
 * FSMT, fairseq's translation models: the Transformer of 2017 as it stands in the paper, with ReLU and norms after the sums. Each side has a
 * vocabulary of its own; sinusoidal positions count from behind the padding index, and leave padding out.
 *
 * Sources: Vaswani et al. 2017, "Attention Is All You Need"; Ng et al. 2019, "Facebook FAIR's WMT19 News Translation Task Submission".
 */
import { embedding } from '../blocks/embedding.ts';
import { textPositions } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import type { Config } from '../safetensors/config.ts';
import { type BartSettings, bartFamily, bartSettings, type Side } from './bart-kin.ts';
import { tableOfSinusoids } from './sinusoidal-table.ts';

interface FsmtSettings extends BartSettings {
  /** V of the target. */
  readonly targetVocabulary: number;
  /** Id of padding in both vocabularies. */
  readonly padding: number;
}

export const fsmt = bartFamily<FsmtSettings>({
  modelTypes: ['fsmt'],
  architecture: 'FSMT',
  positions: 'sinusoidal',
  aliases: {
    'model.decoder.embed_tokens.weight': ['model.decoder.output_projection.weight'],
    'model.encoder.embed_tokens.weight': ['model.decoder.embed_tokens.weight'],
  },
  settings: (config) => ({
    ...bartSettings(config, { activation: 'relu', scaled: true }),
    ...{ normFirst: false, embeddingNorm: false },
    vocabulary: config.count('src_vocab_size'),
    targetVocabulary: config.count('tgt_vocab_size'),
    maxTokens: config.count('max_position_embeddings'),
    padding: paddingOf(config),
  }),
  words,
  places,
  output: (root, _config, { targetVocabulary }) => {
    const own = root.at('model.decoder.output_projection');
    return { embedding: root.at('model.decoder.embed_tokens'), own, tied: !own.has('weight'), vocabulary: targetVocabulary };
  },
  targetMask: (root, config, { ids, mask }) =>
    root.build.given('decoder_attention_mask') ? mask : isNoPadding(root, ids, paddingOf(config)),
});

function paddingOf(config: Config): number {
  return config.count('pad_token_id', 1);
}

/** int64 [B, T] → [B, T, D] */
function words<T>(root: Module<T>, side: Side, ids: T, { vocabulary, targetVocabulary, width, factor }: FsmtSettings): T {
  const rows = embedding(root.at(`model.${side}.embed_tokens`), ids, side === 'encoder' ? vocabulary : targetVocabulary, width);
  return factor === 1 ? rows : root.ops.mul(rows, factor);
}

/** Sinusoids of padding + 1, padding + 2 … for the tokens; padding has the row of its own index, which is zero: int64 [B, T] → [B, T, D] */
function places<T>(module: Module<T>, ids: T, { maxTokens, width, padding }: FsmtSettings): T {
  const { ops } = module;
  const table = module.at('embed_positions');
  const positions = ops.add(textPositions(ops, isNoPadding(module, ids, padding)), ops.scalar(padding + 1, 'int64'));
  const rows = maxTokens + padding + 1;
  return table.record(tableOfSinusoids(table, positions, rows, { width, layout: 'half', exponent: 'i/(D/2-1)' }, padding));
}

/** 1 = a token, 0 = padding: int64 [B, T] */
function isNoPadding<T>({ ops }: Module<T>, ids: T, padding: number): T {
  return ops.cast(ops.not(ops.equal(ids, ops.scalar(padding, 'int64'))), 'int64');
}
