/**
 * What a model is, as far as its small files tell: `config.json`, the head of `tokenizer.json`, `measured.json`. No weights are read.
 * The line that people see: `GPT-2 · 4 × 4 · 1.09 M · f32 · BPE 2,048`.
 */

import type { SiteKind } from '../../model/protocol/engine.ts';
import type { KnownHead } from '../../model/protocol/panel.ts';
import { table } from '../../model/table.ts';

/** A run of layers of one kind. */
export interface Stack {
  readonly kind: SiteKind;
  readonly layers: number;
  readonly heads: number;
}

export interface ModelCard {
  /** The family in words, null when nothing tells. */
  readonly family: string | null;
  readonly stacks: readonly Stack[];
  readonly parameters: number | null;
  /** `f32`, `bf16`, …; null when nothing tells. */
  readonly dtype: string | null;
  readonly tokenizer: { readonly kind: string | null; readonly vocabulary: number | null } | null;
  /** Longest text in tokens, null when nothing limits it. */
  readonly maxTokens: number | null;
  readonly input: 'text' | 'image' | 'text and image' | 'sound' | 'other';
  /** True for an encoder–decoder, which needs a target text or generates one. */
  readonly hasTarget: boolean;
  /** True where the model knows two segments. */
  readonly pairs: boolean;
  readonly knownHeads: readonly KnownHead[];
}

type Config = Readonly<Record<string, unknown>>;

const NAMES: Readonly<Record<string, string>> = table({
  albert: 'ALBERT',
  bart: 'BART',
  bert: 'BERT',
  bloom: 'BLOOM',
  camembert: 'CamemBERT',
  clip: 'CLIP',
  clip_text_model: 'CLIP (text)',
  clip_vision_model: 'CLIP (vision)',
  codegen: 'CodeGen',
  deberta: 'DeBERTa',
  'deberta-v2': 'DeBERTa-v2',
  deit: 'DeiT',
  dinov2: 'DINOv2',
  dinov3_vit: 'DINOv3',
  distilbert: 'DistilBERT',
  electra: 'ELECTRA',
  ernie: 'ERNIE',
  falcon: 'Falcon',
  gemma: 'Gemma',
  gemma2: 'Gemma 2',
  gemma3_text: 'Gemma 3',
  gpt2: 'GPT-2',
  gpt_bigcode: 'GPT-BigCode',
  gpt_neo: 'GPT-Neo',
  gpt_neox: 'GPT-NeoX',
  gpt_oss: 'gpt-oss',
  gptj: 'GPT-J',
  llama: 'Llama',
  m2m_100: 'M2M-100',
  marian: 'Marian',
  mbart: 'mBART',
  mistral: 'Mistral',
  modernbert: 'ModernBERT',
  mpnet: 'MPNet',
  mpt: 'MPT',
  mt5: 'mT5',
  olmo2: 'OLMo 2',
  opt: 'OPT',
  pegasus: 'Pegasus',
  phi: 'Phi',
  phi3: 'Phi-3',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
  roberta: 'RoBERTa',
  siglip: 'SigLIP',
  swin: 'Swin',
  t5: 'T5',
  vit: 'ViT',
  whisper: 'Whisper',
  'xlm-roberta': 'XLM-RoBERTa',
  xlnet: 'XLNet',
});

const VISION = /^(vit|deit|dino|beit|swin|siglip_vision|clip_vision|convnext|mobilevit)/;
const TWO_TOWERS = /^(clip|siglip|chinese_clip|clipseg)$/;
const PAIRS =
  /^(bert|albert|electra|ernie|mpnet|deberta|roberta|xlm-roberta|camembert|distilbert|xlnet|modernbert|layoutlm|nomic|longformer|big_bird|funnel)/;

/** The first of `keys` that is a whole number in `config`. */
function count(config: Config, ...keys: string[]): number | null {
  for (const key of keys) {
    const value = config[key];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  }
  return null;
}

const record = (value: unknown): Config | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : null;
const LAYERS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'];
const HEADS = ['num_attention_heads', 'n_head', 'n_heads', 'num_heads'];

function stack(kind: SiteKind, layers: number | null, heads: number | null): Stack[] {
  return layers && heads ? [{ kind, layers, heads }] : [];
}

function stacksOf(config: Config): Stack[] {
  const vision = record(config.vision_config);
  const text = record(config.text_config);
  if (vision && text && TWO_TOWERS.test(String(config.model_type))) {
    return [
      ...stack('vision', count(vision, ...LAYERS), count(vision, ...HEADS)),
      ...stack('text', count(text, ...LAYERS), count(text, ...HEADS)),
    ];
  }
  if (config.is_encoder_decoder === true) {
    const encoder = count(config, 'encoder_layers', ...LAYERS);
    const decoder = count(config, 'decoder_layers', 'num_decoder_layers', ...LAYERS);
    const heads = count(config, 'encoder_attention_heads', ...HEADS);
    const decoderHeads = count(config, 'decoder_attention_heads', ...HEADS);
    return [...stack('encoder', encoder, heads), ...stack('decoder', decoder, decoderHeads), ...stack('cross', decoder, decoderHeads)];
  }
  const own = text ?? config;
  return stack('self', count(own, ...LAYERS), count(own, ...HEADS));
}

const SHORT_TYPES: Readonly<Record<string, string>> = table({
  float32: 'f32',
  float16: 'f16',
  bfloat16: 'bf16',
  float64: 'f64',
  float8_e4m3fn: 'f8',
  int8: 'int8',
});

/** RoBERTa and its kin count positions from `pad_token_id + 1`, so that their table has two rows more than the text may have tokens. */
function maxTokensOf(config: Config, tokenizerConfig: Config | null): number | null {
  const own = record(config.text_config) ?? config;
  const table = count(own, 'max_position_embeddings', 'n_positions', 'n_ctx', 'max_source_positions', 'seq_length');
  const shifted = /^(roberta|xlm-roberta|camembert|longformer|mpnet)$/.test(String(config.model_type));
  const said = tokenizerConfig ? count(tokenizerConfig, 'model_max_length') : null;
  const limits = [table === null ? null : table - (shifted ? 2 : 0), said].filter((n): n is number => n !== null && n < 1e9);
  return limits.length > 0 ? Math.min(...limits) : null;
}

function inputOf(config: Config): ModelCard['input'] {
  const type = String(config.model_type ?? '');
  if (TWO_TOWERS.test(type)) return 'text and image';
  if (VISION.test(type)) return 'image';
  if (type === 'whisper') return 'sound';
  return /wav2vec|hubert/.test(type) ? 'other' : 'text';
}

/** What the small files of a model say. Everything may be missing. */
export interface SmallFiles {
  readonly config: unknown;
  readonly tokenizerConfig: unknown;
  readonly tokenizerKind: string | null;
  readonly measured: unknown;
  /** Counted from a safetensors header, null when there is none. */
  readonly parameters: number | null;
}

export function makeCard(files: SmallFiles): ModelCard {
  const config = record(files.config) ?? {};
  const text = record(config.text_config);
  const measured = record(files.measured);
  const type = typeof config.model_type === 'string' ? config.model_type : null;
  const dtype = config.dtype ?? config.torch_dtype ?? text?.dtype ?? text?.torch_dtype;
  const vocabulary = count(text ?? config, 'vocab_size');
  const stacks = stacksOf(config);
  return {
    family: type && Object.hasOwn(NAMES, type) ? NAMES[type]! : type,
    stacks,
    // What was measured counts fixed tables too, which a checkpoint need not hold.
    parameters: (measured ? count(measured, 'parameters') : null) ?? files.parameters,
    dtype: typeof dtype === 'string' ? (SHORT_TYPES[dtype] ?? dtype) : null,
    tokenizer: files.tokenizerKind || (vocabulary && inputOf(config) !== 'image') ? { kind: files.tokenizerKind, vocabulary } : null,
    maxTokens: maxTokensOf(config, record(files.tokenizerConfig)),
    input: inputOf(config),
    hasTarget: config.is_encoder_decoder === true,
    pairs: type !== null && PAIRS.test(type),
    knownHeads: measured ? knownHeads(measured) : [],
  };
}

/** `1.09 M`, `345 k`, `7.24 B`: three significant digits. */
export function shortCount(n: number): string {
  for (const [size, unit] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (n >= size) return `${(n / size).toPrecision(3)} ${unit}`;
  }
  return String(n);
}

/** The line beside a model's name. */
export function factsLine(card: ModelCard): string {
  const sizes = card.stacks.filter(({ kind }) => kind !== 'cross').map(({ layers, heads }) => `${layers} × ${heads}`);
  const parts = [
    card.family,
    sizes.length > 0 ? sizes.join(' + ') : null,
    card.parameters === null ? null : shortCount(card.parameters),
    card.dtype,
    card.tokenizer ? [card.tokenizer.kind, card.tokenizer.vocabulary?.toLocaleString('en-US')].filter(Boolean).join(' ') : null,
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

/** Heads that the model's own measurements name, strongest first. */
export function knownHeads(measured: Config): KnownHead[] {
  const found = [
    ...relationsOf(record(measured.heads)),
    ...relationsOf(record(measured.encoder), 'encoder'),
    ...crossOf(record(measured.crossAttention)),
    ...objectOf(measured),
  ];
  return found.sort((a, b) => b.weight - a.weight);
}

interface Best {
  readonly layer: number;
  readonly head: number;
  readonly weight: number;
}

function bestOf(relation: unknown): Best[] {
  const best = record(relation)?.best;
  if (!Array.isArray(best)) return [];
  return best.filter((b): b is Best => record(b) !== null && [b.layer, b.head, b.weight].every((n: unknown) => typeof n === 'number'));
}

function relationsOf(relations: Config | null, kind?: SiteKind): KnownHead[] {
  return Object.entries(relations ?? {}).flatMap(([relation, value]) =>
    bestOf(value).map(({ layer, head, weight }) => ({ relation, layer, head, weight, ...(kind ? { kind } : {}) })),
  );
}

function crossOf(cross: Config | null): KnownHead[] {
  const words: Readonly<Record<string, string>> = {
    rowForetells: 'to the source of the next word',
    rowHasRead: 'to the source of this word',
  };
  return Object.entries(cross ?? {}).flatMap(([row, value]) =>
    bestOf(value).map(({ layer, head, weight }) => ({ relation: words[row] ?? row, layer, head, weight, kind: 'cross' as const })),
  );
}

/** A picture model's measurement is a table [L][H]: the share of [CLS]'s weight on patches that touch the object. */
function objectOf(measured: Config): KnownHead[] {
  const table = measured.clsMassInsideMask;
  if (!Array.isArray(table)) return [];
  const all = table.flatMap((row, layer) =>
    Array.isArray(row) ? row.map((weight, head) => ({ relation: '[CLS] to the object', layer, head, weight: Number(weight) })) : [],
  );
  return all.sort((a, b) => b.weight - a.weight).slice(0, 3);
}

/** Names of one head's relations, strongest first. */
export function relationsOfHead(card: ModelCard, kind: SiteKind, layer: number, head: number): KnownHead[] {
  const first = card.stacks[0]?.kind ?? 'self';
  return card.knownHeads.filter((known) => (known.kind ?? first) === kind && known.layer === layer && known.head === head);
}

/** Relations that say nothing about the words of a text: where weight rests, and what was measured on random sequences. */
const WORDLESS = /^(first token|\[SEP\]|\[CLS\]|end of sentence)$|random/;

/**
 * The head to open with: the one that the measurements name most, by the summed weight of its relations between words; in an
 * encoder–decoder a cross head if any is named.
 */
export function firstHead(card: ModelCard): { kind: SiteKind; layer: number; head: number } | null {
  const cross = card.knownHeads.filter((known) => known.kind === 'cross');
  const sums = new Map<string, { kind: SiteKind; layer: number; head: number; sum: number }>();
  const named = cross.length > 0 ? cross : card.knownHeads.filter(({ relation }) => !WORDLESS.test(relation));
  for (const { kind = card.stacks[0]?.kind ?? 'self', layer, head, weight } of named) {
    const key = `${kind}/${layer}/${head}`;
    const entry = sums.get(key) ?? { kind, layer, head, sum: 0 };
    entry.sum += weight;
    sums.set(key, entry);
  }
  const [first] = [...sums.values()].sort((a, b) => b.sum - a.sum);
  return first ? { kind: first.kind, layer: first.layer, head: first.head } : null;
}
