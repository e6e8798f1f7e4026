/**
 * The decoder that Llama and its kin share (Mistral, Qwen, Gemma): pre-norm with RMSNorm, rotary positions, groups of heads that share key
 * and value, gated feed-forward, under Llama's tensor names.
 *
 * Sources: Touvron et al. 2023, "LLaMA"; Ainslie et al. 2023, "GQA"; Gemma Team 2024, "Gemma 2" (norms around each sublayer).
 */
import { activation } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { gatedFeedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { causalPaddingMask, countAlong, distances, nearMask, paddingMask } from '../blocks/masks.ts';
import { type Module, unread } from '../blocks/module.ts';
import { rmsNorm } from '../blocks/norms.ts';
import { type RotaryTables, rotaryTables, rotate } from '../blocks/positions/rotary.ts';
import type { RotarySettings } from '../blocks/positions/rotary-frequencies.ts';
import type { Ops } from '../ops/ops.ts';
import type { Description } from './family.ts';
import { attentionMask, positionIds } from './inputs.ts';

/** Rotary tables that layers share, under the name of their module. */
export interface Rope {
  readonly name: string;
  readonly settings: RotarySettings;
}

/** What differs from layer to layer. */
export interface LayerKind {
  readonly rope: Rope;
  /** See `windowMask`; null for the whole text. */
  readonly window: number | null;
}

/** Sizes and options of a decoder of Llama's kind. */
export interface LlamaSettings {
  /** D */
  readonly width: number;
  /** H */
  readonly heads: number;
  /** G */
  readonly kvHeads: number;
  /** d; H·d may differ from D */
  readonly headDim: number;
  /** F */
  readonly inner: number;
  /** V */
  readonly vocabulary: number;
  /** Longest text. */
  readonly positions: number;
  readonly epsilon: number;
  readonly activation: string;
  /** One entry a layer. */
  readonly layers: readonly LayerKind[];
  /** How the gains of norms are stored. */
  readonly gain: 'gain' | 'gain - 1';
  /** RMSNorm on each head of q and k before they are turned. */
  readonly headNorm: boolean;
  /** A norm after each sublayer too, before the sum. */
  readonly outerNorm: boolean;
  /** Factor on the embeddings. */
  readonly embeddingFactor: number;
  /** Factor on q·k. */
  readonly scale: number;
  readonly softcap: number | null;
  /** False where a token sees what comes after it too; its window then reaches to both sides. */
  readonly causal: boolean;
}

/** What such settings say of a model. */
export function describeLlama(architecture: string, settings: LlamaSettings): Description {
  const { layers, heads, kvHeads, headDim, positions: maxTokens, vocabulary } = settings;
  return { architecture, layers: layers.length, heads, kvHeads, headDim, positions: 'rotary', maxTokens, vocabulary };
}

/**
 * Ids → the last hidden state, after the final norm.
 * @param module holds `embed_tokens`, `layers.0` …, `norm`
 * @param ids int64 [B, T]
 * @returns [B, T, D]
 */
export function llamaDecoder<T>(module: Module<T>, ids: T, settings: LlamaSettings): T {
  const { ops, build } = module;
  const { width, vocabulary, embeddingFactor, layers, causal } = settings;
  const rows = (y: T): T => (causal ? unread(build, y) : y);
  const [mask, positions] = [attentionMask(build), rows(positionIds(build))];
  const words = embedding(module.at('embed_tokens'), ids, vocabulary, width);
  let x = build.record('hidden/0', rows(embeddingFactor === 1 ? words : ops.mul(words, embeddingFactor)));
  const share = once(
    (kind: LayerKind) => kind.rope.name,
    (kind) => tablesOf(module, positions, kind.rope),
  );
  const see = once(
    (kind: LayerKind) => String(kind.window),
    (kind) => (causal ? causalPaddingMask(ops, mask, kind.window) : paddingAndNear(ops, mask, kind.window)),
  );
  layers.forEach((kind, layer) => {
    const place = { layer, kind, tables: share(kind), visible: see(kind) };
    x = decoderLayer(module.at(`layers.${layer}`), x, place, settings);
    if (layer + 1 < layers.length) build.record(`hidden/${layer + 1}`, x);
  });
  return build.record(`hidden/${layers.length}`, rmsNorm(module.at('norm'), x, width, settings.epsilon, settings.gain));
}

/** All tokens, or those less than a window away on either side: int64 [B, T] → bool, broadcasts to [B, 1, T, T] */
function paddingAndNear<T>(ops: Ops<T>, mask: T, window: number | null): T {
  const places = countAlong(ops, mask, 1);
  const padding = paddingMask(ops, mask);
  return window === null ? padding : ops.and(padding, nearMask(ops, distances(ops, places, places), window - 1));
}

/** Makes a value the first time that its key is asked for. */
function once<K, V>(keyOf: (input: K) => string, make: (input: K) => V): (input: K) => V {
  const made = new Map<string, V>();
  return (input) => {
    const key = keyOf(input);
    const value = made.get(key) ?? make(input);
    made.set(key, value);
    return value;
  };
}

function tablesOf<T>(module: Module<T>, positions: T, { name, settings }: Rope): RotaryTables<T> {
  const tables = rotaryTables(module.ops, positions, settings);
  module.record(tables.cos, name);
  return tables;
}

interface Place<T> {
  readonly layer: number;
  readonly kind: LayerKind;
  readonly tables: RotaryTables<T>;
  /** bool [B, 1, T, T] */
  readonly visible: T;
}

/** x + attention(norm(x)), then x + feedForward(norm(x)): [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: LlamaSettings): T {
  const { ops } = module;
  const { width, inner, epsilon, gain, outerNorm } = settings;
  const norm = (name: string, y: T): T => rmsNorm(module.at(name), y, width, epsilon, gain);
  const mlp = module.at('mlp');
  const parts = { gate: mlp.at('gate_proj'), up: mlp.at('up_proj'), down: mlp.at('down_proj'), act: mlp.at('act_fn') };
  const attended = selfAttention(module.at('self_attn'), norm('input_layernorm', x), place, settings);
  const middle = ops.add(x, outerNorm ? norm('post_attention_layernorm', attended) : attended);
  const before = norm(outerNorm ? 'pre_feedforward_layernorm' : 'post_attention_layernorm', middle);
  const thought = gatedFeedForward(parts, before, { width, inner, f: activation(settings.activation) });
  return module.record(ops.add(middle, outerNorm ? norm('post_feedforward_layernorm', thought) : thought));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, kind, tables, visible }: Place<T>, settings: LlamaSettings): T {
  const { ops } = module;
  const { width, heads, kvHeads, headDim, epsilon, gain, headNorm, scale, softcap, causal } = settings;
  const project = (name: string, count: number): T =>
    splitHeads(ops, linear(module.at(name), x, { in: width, out: count * headDim }), count, headDim);
  const normed = (name: string, y: T): T => (headNorm ? rmsNorm(module.at(name), y, headDim, epsilon, gain) : y);
  const query = rotate(ops, normed('q_norm', project('q_proj', heads)), tables, headDim); // [B, H, T, d]
  const key = rotate(ops, normed('k_norm', project('k_proj', kvHeads)), tables, headDim); // [B, G, T, d]
  const value = project('v_proj', kvHeads);
  const { window } = kind;
  const which = { kind: 'self', layer, heads, kvHeads, headDim, scale, softcap, window, visible, causal } as const;
  return linear(module.at('o_proj'), attention(module, { query, key, value }, which), { in: heads * headDim, out: width });
}
