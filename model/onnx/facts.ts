/**
 * Facts about a file that need no run: parameters, types, quantization in words, architecture, vocabulary, positions.
 * What the configuration says comes first; where there is none, the graph's own names, operators and tables.
 */
import type { ModelFacts } from '../protocol/engine.ts';
import { guessArchitecture } from './architecture.ts';
import { operatorOf, subgraphsOf } from './attributes.ts';
import { typeName } from './dtypes.ts';
import { configNumber } from './feed-context.ts';
import type { ModelConfig } from './feeds.ts';
import { declared, type Graph } from './graph.ts';
import { describePositions } from './position-facts.ts';
import type { onnx } from './proto.js';
import { describeQuantization } from './quantization.ts';
import { countWeights } from './weights.ts';

export type FileFacts = Pick<
  ModelFacts,
  'architecture' | 'parameters' | 'dtype' | 'quantization' | 'positions' | 'maxTokens' | 'vocabulary'
>;

/**
 * @param graphs the graphs of the model's files: one, or encoder and decoder
 */
export function fileFacts(graphs: readonly Graph[], config: ModelConfig): FileFacts {
  const nodes = graphs.flatMap((graph) => [...allNodes(graph.proto)]);
  const { parameters, type } = countWeights(graphs);
  const architecture = architectureOf(config) ?? guessArchitecture(graphs, nodes) ?? 'unknown';
  const positions = describePositions(graphs, nodes, architecture, config);
  return {
    architecture,
    parameters,
    dtype: typeName(type),
    quantization: describeQuantization(nodes, type),
    positions: positions.words,
    maxTokens: readsTokens(graphs) ? (maxTokensOf(graphs, config) ?? positions.tokens) : null,
    vocabulary: configNumber(config, 'vocab_size') ?? vocabularyOf(graphs),
  };
}

/** Every node of a graph and its subgraphs. */
export function* allNodes(graph: onnx.GraphProto): Generator<onnx.NodeProto> {
  for (const node of graph.node) {
    yield node;
    for (const { graph: inner } of subgraphsOf(node)) yield* allNodes(inner);
  }
}

function architectureOf(config: ModelConfig): string | null {
  const type = config?.['model_type'];
  if (typeof type === 'string' && type) return type;
  const classes = config?.['architectures'];
  const [first] = Array.isArray(classes) ? (classes as unknown[]) : [];
  return typeof first === 'string' ? first : null;
}

/** Rows of the table that the tokens look their embeddings up in. */
function vocabularyOf(graphs: readonly Graph[]): number | null {
  for (const graph of graphs) {
    for (const name of ['input_ids', 'decoder_input_ids']) {
      const rows = embeddingRows(graph, name);
      if (rows !== null) return rows;
    }
  }
  return null;
}

/** Lookups reach the ids directly or through Cast, Reshape and the like. */
function embeddingRows(graph: Graph, value: string, depth = 0): number | null {
  for (const { node, index } of graph.consumers(value)) {
    const operator = operatorOf(node);
    const table =
      operator === 'Gather' && index === 1
        ? node.input[0]
        : operator === 'com.microsoft::GatherBlockQuantized' && index === 1
          ? node.input[0]
          : /EmbedLayerNormalization$/.test(operator) && index === 0
            ? node.input[2]
            : null;
    const rows = table ? tableRows(graph, table) : null;
    if (rows !== null && rows > 1) return rows;
    const through =
      ['Cast', 'Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten'].includes(operator) && depth < 4 ? (node.output[0] ?? null) : null;
    const found = through ? embeddingRows(graph, through, depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}

/** First length of a stored table, also behind a DequantizeLinear or a Cast. */
function tableRows(graph: Graph, value: string): number | null {
  const stored = graph.stored(value);
  if (stored) return stored.dims.length === 2 ? Number(stored.dims[0]) : null;
  const node = graph.producer(value);
  return node && ['DequantizeLinear', 'Cast', 'Transpose'].includes(node.opType) ? tableRows(graph, node.input[0] ?? '') : null;
}

/** Whether any input is token ids: a picture has a position for every patch, but no longest text. */
function readsTokens(graphs: readonly Graph[]): boolean {
  return graphs.some(({ inputs }) => inputs.some(({ name }) => /^(decoder_)?input_ids$/.test(name)));
}

/** Longest input: what the configuration says, or the fixed length of the exported graph. */
function maxTokensOf(graphs: readonly Graph[], config: ModelConfig): number | null {
  for (const graph of graphs) {
    const ids = graph.inputs.find(({ name }) => /^(decoder_)?input_ids$/.test(name));
    const length = ids ? declared(ids).shape?.[1] : null;
    if (typeof length === 'number') return length;
  }
  const said = configNumber(
    config,
    'max_position_embeddings',
    'n_positions',
    'n_ctx',
    'max_seq_len',
    'max_sequence_length',
    'max_target_positions',
  );
  if (said === null) return null;
  // RoBERTa's table has rows in front that no token uses (514 rows, 512 tokens).
  const offset = /roberta|camembert|longformer/.test(String(config?.['model_type'])) ? (configNumber(config, 'pad_token_id') ?? 1) + 1 : 0;
  return said - offset;
}
