/**
 * The family of a model from the graph alone: the classes that the dynamo exporter writes down, else names that are a family's own.
 *
 * Source: module names of transformers' models, as exporters keep them (RUNTIME C.2).
 */
import { operatorOf } from './attributes.ts';
import type { Graph } from './graph.ts';
import type { onnx } from './proto.js';

/** Names that tell a family; all patterns of an entry must match, the first such entry counts. Paths have `/` for every separator. */
const TELLING: readonly (readonly [family: string, ...names: RegExp[]])[] = [
  ['albert', /albert_layer_groups|albert_layers/],
  ['distilbert', /distilbert|transformer\/layer\/\d+\/(attention\/q_lin|sa_layer_norm)/],
  ['modernbert', /modernbert|layers\/\d+\/(attn\/Wqkv|mlp_norm)/],
  ['deberta-v2', /deberta|encoder\/rel_embeddings/],
  ['electra', /electra|embeddings_project/],
  ['xlm-roberta', /xlm_roberta/],
  ['roberta', /roberta/],
  ['whisper', /whisper/],
  ['whisper', /encoder\/conv1/, /encoder_attn/],
  ['t5', /\/(SelfAttention|EncDecAttention)\/|DenseReluDense/],
  ['clip', /vision_model\//, /text_model\//],
  ['clip_vision_model', /pre_layrnorm/],
  ['clip_text_model', /embeddings\/token_embedding/, /encoder\/layers\/\d+\/self_attn/],
  ['swin', /swin|encoder\/layers\/\d+\/blocks\//],
  ['dinov2', /dinov2|layer_scale1/],
  ['deit', /deit|distillation_token/],
  ['vit', /vit\/|patch_embeddings\/projection|vision_transformer/],
  ['xlnet', /xlnet|rel_attn/],
  ['bloom', /bloom|word_embeddings_layernorm/],
  ['gpt_neox', /gpt_neox|embed_in\b/],
  ['openai-gpt', /tokens_embed|positions_embed/],
  ['gpt2', /\bwte\b|transformer\/h\/\d+\/attn\/c_attn/],
  ['ctrl', /multi_head_attention\/Wq/],
  ['mamba', /\bmixer\/(A_log|x_proj|dt_proj)|mamba/],
  ['mbart', /layernorm_embedding/, /encoder\/layer_norm\b/],
  ['bart', /layernorm_embedding/],
  ['marian', /encoder_attn/, /embed_positions/],
  ['opt', /decoder\/layers\/\d+\/self_attn/, /embed_positions/],
  ['mixtral', /block_sparse_moe|layers\/\d+\/mlp\/gate\//],
  ['gpt_oss', /mlp\/router/],
  ['gemma3', /embed_scale/, /q_norm|sliding_attention/],
  ['gemma2', /embed_scale|pre_feedforward_layernorm/],
  ['qwen3', /attn\/q_norm/],
  ['qwen2', /self_attn\/q_proj\/bias|attn\/qkv_proj\/Add\/bias/],
  ['phi3', /self_attn\/qkv_proj/],
  ['llama', /layers\/\d+\/(self_attn|attn|input_layernorm)/, /embed_tokens/],
  ['bert', /encoder\/layer\/\d+\/|\bbert\b/],
];

/** The family, or null when nothing in the graph tells. */
export function guessArchitecture(graphs: readonly Graph[], nodes: readonly onnx.NodeProto[]): string | null {
  return fromClasses(nodes) ?? fromNames(graphs, nodes) ?? fromOperators(nodes);
}

/** `transformers.models.bert.modeling_bert.BertModel` in the class hierarchy of a node. */
function fromClasses(nodes: readonly onnx.NodeProto[]): string | null {
  for (const { metadataProps } of nodes) {
    const entry = metadataProps.find(({ key }) => key === 'pkg.torch.onnx.class_hierarchy' || key === 'namespace');
    const family = entry?.value.match(/transformers\.models\.(\w+)\./)?.[1];
    if (family && family !== 'auto') return family.replaceAll('_', '-');
  }
  return null;
}

function fromNames(graphs: readonly Graph[], nodes: readonly onnx.NodeProto[]): string | null {
  const stored = graphs.flatMap(({ proto }) => proto.initializer.map(({ name }) => name));
  const scopes = nodes.flatMap(({ metadataProps }) =>
    metadataProps.filter(({ key }) => key.endsWith('name_scopes')).map(({ value }) => value),
  );
  const text = [...stored, ...nodes.map(({ name }) => name), ...scopes].map((name) => name.replaceAll('.', '/')).join('\n');
  const family = TELLING.find(([, ...patterns]) => patterns.every((pattern) => pattern.test(text)))?.[0] ?? null;
  // RoBERTa's modules are named as BERT's; what it does otherwise is to count its positions from the mask.
  return family === 'bert' && nodes.some(({ opType }) => opType === 'CumSum') ? 'roberta' : family;
}

/** A model of another kind: said by its operators. */
function fromOperators(nodes: readonly onnx.NodeProto[]): string | null {
  const operators = new Set(nodes.map(operatorOf));
  if (operators.has('LSTM')) return 'lstm';
  if (operators.has('GRU') || operators.has('RNN')) return 'rnn';
  return operators.has('Conv') && !operators.has('MatMul') ? 'cnn' : null;
}
