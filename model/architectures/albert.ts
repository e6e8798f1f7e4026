/**
 * ALBERT: one layer's weights used at every depth (or those of a few groups), and embeddings of another width than the layers.
 *
 * Source: Lan et al. 2020, "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations".
 */
import { activation, tanh } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitHeads } from '../blocks/heads.ts';
import { linear } from '../blocks/linear.ts';
import { paddingMask } from '../blocks/masks.ts';
import type { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { postNorm } from '../blocks/residual.ts';
import type { Config } from '../safetensors/config.ts';
import { bertEmbeddings } from './bert-embeddings.ts';
import { type BertSettings, bertSettings, describeBert } from './bert-encoder.ts';
import type { Family } from './family.ts';
import { labelCount } from './heads.ts';
import { attentionMask, inputIds, tokenTypeIds } from './inputs.ts';
import { refuseUnless } from './options.ts';
import { predictions } from './prediction-head.ts';
import { answerSpan, firstToken, tokenClasses, writeHead } from './text-heads.ts';

export const albert: Family = {
  modelTypes: ['albert'],
  prefix: 'albert.',
  aliases: { 'albert.embeddings.word_embeddings.weight': ['predictions.decoder.weight'] },
  describe: (config) => {
    const { layers, layersOfGroup } = settingsOf(config);
    return { ...describeBert('ALBERT', config), layers: layers * layersOfGroup };
  },
  build: (root, config) => {
    const settings = settingsOf(config);
    const base = root.at('albert');
    const [ids, mask, types] = [inputIds(root.build), attentionMask(root.build), tokenTypeIds(root.build)];
    const embedded = bertEmbeddings(base.at('embeddings'), { ids, types }, settings, settings.embedded); // [B, T, E]
    writeHeads(root, config, encoder(base.at('encoder'), embedded, paddingMask(root.ops, mask), settings), settings);
  },
};

interface Settings extends BertSettings {
  /** E */
  readonly embedded: number;
  /** Groups of layers with weights of their own. */
  readonly groups: number;
  /** Layers of a group, one after the other. */
  readonly layersOfGroup: number;
}

/** E where a configuration has none. */
const EMBEDDING_WIDTH = 128;

function settingsOf(config: Config): Settings {
  const settings = { ...bertSettings(config), activation: config.text('hidden_act', 'gelu_new') };
  refuseUnless(settings.positionType === 'absolute', config, 'position_embedding_type');
  return {
    ...settings,
    embedded: config.count('embedding_size', EMBEDDING_WIDTH),
    groups: config.count('num_hidden_groups', 1),
    layersOfGroup: config.count('inner_group_num', 1),
  };
}

/** Depth n uses group ⌊n·groups / L⌋: [B, T, E] → [B, T, D] */
function encoder<T>(module: Module<T>, embedded: T, visible: T, settings: Settings): T {
  const { build } = module;
  const { layers, groups, layersOfGroup, width } = settings;
  let hidden = linear(module.at('embedding_hidden_mapping_in'), embedded, { in: settings.embedded, out: width });
  build.record('hidden/0', hidden);
  for (let depth = 0; depth < layers; depth++) {
    const group = module.at(`albert_layer_groups.${Math.floor((depth * groups) / layers)}`);
    for (let inner = 0; inner < layersOfGroup; inner++) {
      const place = { layer: depth * layersOfGroup + inner, visible };
      hidden = albertLayer(group.at(`albert_layers.${inner}`), hidden, place, settings);
    }
    build.record(`hidden/${depth + 1}`, hidden);
  }
  return hidden;
}

interface Place<T> {
  readonly layer: number;
  /** bool [B, 1, 1, T] */
  readonly visible: T;
}

/** LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x)): [B, T, D] → [B, T, D] */
function albertLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: Settings): T {
  const { ops } = module;
  const { width, inner, epsilon } = settings;
  const norm = (name: string) => (sum: T) => layerNorm(module.at(name), sum, width, epsilon);
  const parts = { up: module.at('ffn'), act: module.at('activation'), down: module.at('ffn_output') };
  const think = (y: T): T => feedForward(parts, y, { width, inner, f: activation(settings.activation) });
  const attend = (y: T): T => selfAttention(module.at('attention'), y, place, settings);
  return postNorm(ops, postNorm(ops, x, attend, norm('attention.LayerNorm')), think, norm('full_layer_layer_norm'));
}

/** [B, T, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, x: T, { layer, visible }: Place<T>, { width, heads, headDim }: Settings): T {
  const project = (name: string): T => splitHeads(module.ops, linear(module.at(name), x, { in: width, out: width }), heads, headDim);
  const [query, key, value] = [project('query'), project('key'), project('value')];
  const context = attention(module, { query, key, value }, { kind: 'self', layer, heads, headDim, visible, mayBeBlind: false });
  return linear(module.at('dense'), context, { in: width, out: width });
}

function writeHeads<T>(root: Module<T>, config: Config, hidden: T, settings: Settings): void {
  const { build } = root;
  const { width } = settings;
  const pooled = (): T => pooler(root.at('albert'), hidden, width);
  const classify = (name: string, labels: number): T => linear(root.at(name), pooled(), { in: width, out: labels });
  const words = (): T => predictions(predictionParts(root), config, hidden, settings);
  const plans = {
    MaskedLM: { tensor: 'predictions.dense.weight', write: () => build.output('logits', words()) },
    PreTraining: {
      tensor: 'predictions.dense.weight',
      write: () => {
        build.output('prediction_logits', words());
        build.output('sop_logits', classify('sop_classifier.classifier', labelCount(config)));
      },
    },
    SequenceClassification: {
      tensor: 'classifier.weight',
      write: () => build.output('logits', classify('classifier', labelCount(config))),
    },
    TokenClassification: tokenClasses(root, config, hidden, width),
    QuestionAnswering: answerSpan(root, hidden, width),
  };
  writeHead(root, config, plans, () => {
    build.output('last_hidden_state', hidden);
    if (root.has('albert.pooler.weight')) build.output('pooler_output', pooled());
  });
}

function predictionParts<T>(root: Module<T>) {
  const head = root.at('predictions');
  return {
    ...{ dense: head.at('dense'), active: head.at('activation'), norm: head.at('LayerNorm'), decoder: head.at('decoder') },
    ...{ biases: [head, head.at('decoder')], embedding: root.at('albert.embeddings.word_embeddings') },
  };
}

/** tanh(x₀·Wᵀ + b): [B, T, D] → [B, D] */
function pooler<T>(base: Module<T>, hidden: T, width: number): T {
  const dense = linear(base.at('pooler'), firstToken(base, hidden), { in: width, out: width });
  return base.record(tanh(base.ops, dense), 'pooler_activation');
}
