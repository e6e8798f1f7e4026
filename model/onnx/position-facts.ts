/** What a file knows about order, in words: `learned`, `rotary`, `ALiBi` … */
import { table } from '../table.ts';
import { intOf, operatorOf } from './attributes.ts';
import type { ModelConfig } from './feeds.ts';
import type { Graph } from './graph.ts';
import type { onnx } from './proto.js';

export interface PositionFacts {
  readonly words: string | null;
  /** Tokens that a learned table has rows for; null where there is none. */
  readonly tokens: number | null;
}

/** Tables of positions by their names in exports. */
const TABLE = /position_embedding|positional_embedding|embed_positions|\bwpe\b|pos_embed|positions_embed/;
const RELATIVE = /relative_attention_bias|relative_position|rel_embeddings|rel_attn|r_r_bias/;
/** Families whose scheme no table or operator of the graph shows. */
const FAMILIES: Readonly<Record<string, string>> = table({
  bloom: 'ALiBi',
  mpt: 'ALiBi',
  t5: 'relative buckets',
  mt5: 'relative buckets',
  longt5: 'relative buckets',
  umt5: 'relative buckets',
  deberta: 'relative (disentangled)',
  'deberta-v2': 'relative (disentangled)',
  xlnet: 'relative (Transformer-XL)',
  swin: 'relative (2-D)',
  marian: 'sinusoidal',
  ctrl: 'sinusoidal',
  whisper: 'sinusoidal (encoder), learned (decoder)',
});
/** Rows in front of a table that no token uses: behind the padding index, or a fixed offset. */
const UNUSED_ROWS: Readonly<Record<string, number>> = table({ roberta: 2, 'xlm-roberta': 2, camembert: 2, bart: 2, mbart: 2, opt: 2 });

export function describePositions(
  graphs: readonly Graph[],
  nodes: readonly onnx.NodeProto[],
  architecture: string,
  config: ModelConfig,
): PositionFacts {
  const rows = learnedRows(graphs, nodes);
  const family = FAMILIES[architecture];
  if (family) return { words: family, tokens: null };
  if (isRotary(graphs, nodes, config)) return { words: 'rotary', tokens: null };
  if (rows !== null) return { words: 'learned', tokens: rows - (UNUSED_ROWS[architecture] ?? 0) };
  const names = graphs.flatMap(({ proto }) => proto.initializer.map(({ name }) => name));
  if (names.some((name) => RELATIVE.test(name)) || nodes.some(({ name }) => RELATIVE.test(name)))
    return { words: 'relative', tokens: null };
  return { words: null, tokens: null };
}

function isRotary(graphs: readonly Graph[], nodes: readonly onnx.NodeProto[], config: ModelConfig): boolean {
  if (config && ('rope_theta' in config || 'rope_parameters' in config || 'rotary_emb_base' in config || 'rotary_pct' in config))
    return true;
  if (nodes.some((node) => /RotaryEmbedding$/.test(operatorOf(node)) || intOf(node, 'do_rotary', 0) === 1)) return true;
  if (nodes.some(({ name, output }) => /rotary_emb/.test(name) || output.some((value) => /rotary_emb/.test(value)))) return true;
  return graphs.some(({ proto }) => proto.initializer.some(({ name }) => /inv_freq|rotary|cos_cache/.test(name)));
}

/** Rows of a stored table of positions, by its name or the name of the node that reads it. */
function learnedRows(graphs: readonly Graph[], nodes: readonly onnx.NodeProto[]): number | null {
  for (const { proto } of graphs) {
    const table = proto.initializer.find(({ name, dims }) => TABLE.test(name) && dims.length >= 2);
    if (table) return Number(table.dims.at(-2));
  }
  for (const node of nodes) {
    const operator = operatorOf(node);
    const table = /EmbedLayerNormalization$/.test(operator)
      ? node.input[3]
      : operator === 'Gather' && TABLE.test(node.name)
        ? node.input[0]
        : null;
    const stored = table ? graphs.map((graph) => graph.stored(table)).find((tensor) => tensor?.dims.length === 2) : null;
    if (stored) return Number(stored.dims[0]);
  }
  return null;
}
