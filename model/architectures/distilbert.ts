/**
 * DistilBERT: BERT's layers, half as many, without token types and pooler, under names of their own.
 *
 * Source: Sanh et al. 2019, "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter".
 */
import { activation, relu } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { embedding } from '../blocks/embedding.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { countAlong, paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { postNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { attentionMask, inputIds } from './inputs.ts';
import { divide } from './options.ts';
import { predictions } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';

export const distilbert: Family = {
  modelTypes: ['distilbert'],
  prefix: 'distilbert.',
  aliases: { 'distilbert.embeddings.word_embeddings.weight': ['vocab_projector.weight'] },
  describe: (config) => {
    const { layers, heads, headDim, positions: maxTokens, vocabulary } = settingsOf(config);
    const positions = config.flag('sinusoidal_pos_embds', false) ? 'sinusoidal' : 'learned';
    return { architecture: 'DistilBERT', layers, heads, kvHeads: heads, headDim, positions, maxTokens, vocabulary };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const base = root.at('distilbert');
    const [ids, mask] = [inputIds(root.build), attentionMask(root.build)];
    const x = embeddings(base.at('embeddings'), ids, settings);
    writeHeads(root, config, encoder(base.at('transformer'), x, paddingMask(root.ops, mask), settings), settings);
  },
};

interface Settings {
  readonly width: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly layers: number;
  readonly positions: number;
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly activation: string;
}

/** No configuration names ε. */
const EPSILON = 1e-12;

function settingsOf(config: Config): Settings {
  const width = config.count(['dim', 'hidden_size']);
  const heads = config.count(['n_heads', 'num_attention_heads']);
  return {
    width,
    heads,
    headDim: divide(config, 'the head size', width, heads),
    inner: config.count(['hidden_dim', 'intermediate_size']),
    layers: config.count(['n_layers', 'num_hidden_layers']),
    positions: config.count('max_position_embeddings'),
    vocabulary: config.count('vocab_size'),
    epsilon: EPSILON,
    activation: config.text('activation', 'gelu'),
  };
}

/** LayerNorm(word + position); the sinusoids that some models have for positions are stored like any table. [B, T] → [B, T, D] */
function embeddings<T>(module: Module<T>, ids: T, { width, vocabulary, positions, epsilon }: Settings): T {
  const { ops } = module;
  const places = ops.unsqueeze(countAlong(ops, ids, 1), [0]); // [1, T]
  const words = embedding(module.at('word_embeddings'), ids, vocabulary, width);
  const sum = ops.add(words, embedding(module.at('position_embeddings'), places, positions, width));
  return layerNorm(module.at('LayerNorm'), sum, width, epsilon);
}

/** All layers: [B, T, D] → [B, T, D] */
function encoder<T>(module: Module<T>, x: T, visible: T, settings: Settings): T {
  let hidden = module.build.record('hidden/0', x);
  for (let layer = 0; layer < settings.layers; layer++) {
    hidden = encoderLayer(module.at(`layer.${layer}`), hidden, { layer, visible }, settings);
    module.build.record(`hidden/${layer + 1}`, hidden);
  }
  return hidden;
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, 1, T] */
  readonly visible: T;
}

/** LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x)): [B, T, D] → [B, T, D] */
function encoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner, epsilon } = settings;
  const norm = (name: string) => (sum: T) => layerNorm(module.at(name), sum, width, epsilon);
  const ffn = module.at('ffn');
  const parts = { up: ffn.at('lin1'), act: ffn.at('activation'), down: ffn.at('lin2') };
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  const attend = (y: T): T => selfAttention(module.at('attention'), y, place, settings);
  return postNorm(ops, postNorm(ops, x, attend, norm('sa_layer_norm')), think, norm('output_layer_norm'));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, { width, heads, headDim }: Settings): T {
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('q_lin'), project('k_lin'), project('v_lin')];
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, visible, mayBeBlind: false });
  return linear(module.at('out_lin'), context, { in: width, out: width });
}

function writeHeads<T>(root: Module<T>, config: Config, hidden: T, settings: Settings): void {
  const { build } = root;
  const { width } = settings;
  const decoder = root.at('vocab_projector');
  const parts = {
    ...{ dense: root.at('vocab_transform'), active: root.at('activation'), norm: root.at('vocab_layer_norm'), decoder, biases: [decoder] },
    embedding: root.at('distilbert.embeddings.word_embeddings'),
  };
  const plans = {
    MaskedLM: {
      tensor: 'vocab_transform.weight',
      write: () => build.output('logits', predictions(parts, config, hidden, settings)),
    },
    SequenceClassification: {
      tensor: 'pre_classifier.weight',
      write: () => build.output('logits', classLogits(root, config, firstToken(root, hidden), width)),
    },
    TokenClassification: tokenClasses(root, config, hidden, width),
    QuestionAnswering: answerSpan(root, hidden, width),
  };
  writeHead(root, config, plans, () => build.output('last_hidden_state', hidden));
}

/** max(0, x₀·Wᵀ + b) through a last layer: [B, D] → [B, labels] */
function classLogits<T>(root: Module<T>, config: Config, first: T, width: number): T {
  const dense = relu(root.ops, linear(root.at('pre_classifier'), first, { in: width, out: width }));
  return linear(root.at('classifier'), dense, { in: width, out: labelCount(config) });
}
