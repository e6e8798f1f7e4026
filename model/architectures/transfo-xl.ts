/**
 * Transformer-XL: a decoder that reads a text in segments and remembers the hidden states of the one before; relative positions; words in
 * clusters by frequency.
 *
 * Source: Dai et al. 2019, "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context".
 */
import { relu } from '../blocks/activations.ts';
import { attention } from '../blocks/attention.ts';
import { feedForward } from '../blocks/feed-forward.ts';
import { splitThirds } from '../blocks/fused.ts';
import { linear } from '../blocks/linear.ts';
import { causalMask, countAlong, distances, windowMask } from '../blocks/masks.ts';
import { Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import { distanceSinusoids, distancesDown, relativeShift, scoresByDistance, withHeadBias } from '../blocks/positions/transformer-xl.ts';
import { postNorm, preNorm } from '../blocks/residual.ts';
import { END } from '../ops/operators/constants.ts';
import type { Config } from '../safetensors/config.ts';
import { causalHead } from './causal-heads.ts';
import type { Family } from './family.ts';
import { headIsThere, headOf } from './heads.ts';
import { inputIds } from './inputs.ts';
import { type TransfoXlSettings, transfoXlSettings } from './transfo-xl-settings.ts';
import { adaptiveLogits, adaptiveWords } from './transfo-xl-words.ts';

export const transfoXl: Family = {
  modelTypes: ['transfo-xl'],
  prefix: 'transformer.',
  describe: (config) => {
    const { layers, heads, headDim, vocabulary } = transfoXlSettings(config);
    const positions = 'relative (Transformer-XL)';
    return { architecture: 'Transformer-XL', layers, heads, kvHeads: heads, headDim, positions, maxTokens: null, vocabulary };
  },
  build: (root, config) => {
    const settings = transfoXlSettings(config);
    const module = root.at('transformer');
    const ids = inputIds(root.build);
    writeHead(root, config, decoder(module, ids, settings), ids, settings);
  },
};

/** Ids → the last hidden state [B, T, D]; every layer's memory, hidden states of the segments before, is an input and an output. */
function decoder<T>(module: Module<T>, ids: T, settings: TransfoXlSettings): T {
  const { build } = module;
  const { layers } = settings;
  let x = build.record('hidden/0', adaptiveWords(module.at('word_emb'), ids, settings.adaptive));
  const memories = Array.from({ length: layers }, (_, layer) => memoryInput(module, layer, settings));
  const shared = relations(module, x, settings);
  memories.forEach((memory, layer) => {
    const source = memory === null ? x : module.ops.concat([memory, x], { axis: 1 }); // [B, S, D]
    if (memory !== null) build.output(`new_mems/${layer}`, nextMemory(module, source, settings));
    x = decoderLayer(module.at(`layers.${layer}`), x, { layer, memory, ...shared }, settings);
    build.record(`hidden/${layer + 1}`, x);
  });
  return x;
}

/** The memory of a layer, zeros before the first segment: [M, B, D] as the model gives it out → [B, M, D]; null for models without. */
function memoryInput<T>({ build, ops }: Module<T>, layer: number, { memory, width }: TransfoXlSettings): T | null {
  if (memory === 0) return null;
  const shape = [memory, 'B', width];
  const given = build.input({ name: `mems/${layer}`, dtype: 'float32', shape, fill: { by: 'constant', value: 0 } });
  return ops.transpose(given, [1, 0, 2]);
}

/** The last M vectors that a layer read: [B, S, D] → [M, B, D] */
function nextMemory<T>({ ops }: Module<T>, source: T, { memory }: TransfoXlSettings): T {
  return ops.transpose(ops.slice(source, [-memory], [END], [1]), [1, 0, 2]);
}

type Relations<T> = Pick<Place<T>, 'sinusoids' | 'visible'>;

/** What is seen, and the sinusoids of the distances S − 1 … 0. */
function relations<T>(module: Module<T>, x: T, settings: TransfoXlSettings): Relations<T> {
  const { ops } = module;
  const { memory, width, clamp, sameLength } = settings;
  const remembered = ops.scalar(memory, 'int64');
  const places = countAlong(ops, x, 1); // [T]
  const length = ops.add(ops.squeeze(ops.dimension(x, 1)), remembered); // S
  const distance = distances(ops, ops.add(places, remembered), ops.range(ops.scalar(0, 'int64'), length)); // [T, S]
  const causal = causalMask(ops, distance);
  const table = distancesDown(ops, ops.sub(length, ops.scalar(1, 'int64')), ops.scalar(0, 'int64'), clamp);
  const sinusoids = ops.unsqueeze(distanceSinusoids(ops, table, width), [0]);
  module.at('pos_emb').record(sinusoids);
  return { sinusoids, visible: sameLength ? ops.and(causal, windowMask(ops, distance, memory)) : causal };
}

interface Place<T> {
  readonly layer: number;
  /** [B, M, D] */
  readonly memory: T | null;
  /** [1, S, D] */
  readonly sinusoids: T;
  /** bool [T, S] */
  readonly visible: T;
}

/** LayerNorm(x + attention(x)), then LayerNorm(x + feedForward(x)), or with the norms first: [B, T, D] → [B, T, D] */
function decoderLayer<T>(module: Module<T>, x: T, place: Place<T>, settings: TransfoXlSettings): T {
  const { ops } = module;
  const { width, inner, epsilon, normFirst } = settings;
  const norm = (at: Module<T>) => (y: T) => layerNorm(at.at('layer_norm'), y, width, epsilon);
  const [attend, think] = [module.at('dec_attn'), module.at('pos_ff')];
  const parts = { up: think.at('CoreNet.0'), act: think.at('CoreNet.1'), down: think.at('CoreNet.3') };
  const remember = (y: T): T => (place.memory === null ? y : ops.concat([place.memory, y], { axis: 1 })); // [B, S, D]
  const see = (source: T): T => selfAttention(attend, source, place, settings);
  const ponder = (y: T): T => feedForward(parts, y, { width, inner, f: relu });
  const [after, before] = [norm(attend), (y: T) => norm(attend)(remember(y))];
  const attended = attend.record(normFirst ? preNorm(ops, x, see, before) : postNorm(ops, x, (y) => see(remember(y)), after));
  const step = normFirst ? preNorm : postNorm;
  return module.record(think.record(step(ops, attended, ponder, norm(think))));
}

/** Queries of the segment, keys and values of memory and segment: [B, S, D] → [B, T, D] */
function selfAttention<T>(module: Module<T>, source: T, { layer, sinusoids, visible }: Place<T>, settings: TransfoXlSettings): T {
  const { ops } = module;
  const { width, heads, headDim, memory, sameLength } = settings;
  const scale = 1 / Math.sqrt(headDim);
  const inner = heads * headDim;
  const { query: all, key, value } = splitThirds(ops, linear(module.at('qkv_net'), source, { in: width, out: 3 * inner }), heads, headDim);
  const query = ops.slice(all, [memory], [END], [2]); // [B, H, T, d]
  const biased = (name: string): T => withHeadBias(ops, query, headBias(module, name, settings));
  const table = linear(module.at('r_net'), sinusoids, { in: width, out: inner }); // [1, S, H·d]
  const byKey = relativeShift(ops, scoresByDistance(ops, biased('r_r_bias'), table, heads, headDim)); // [B, H, T, S]
  const window = sameLength ? memory : null;
  const sizes = { kind: 'self', layer, heads, headDim, scale, visible, causal: true, window } as const;
  const parts = { query: biased('r_w_bias'), key, value };
  const context = attention(module, parts, { ...sizes, bias: ops.mul(byKey, scale), fromQueryAndKey: false });
  return linear(module.at('o_net'), context, { in: inner, out: width });
}

/** u or v, [H, d]: the layer's own, or one for all layers. */
function headBias<T>(module: Module<T>, name: string, { heads, headDim }: TransfoXlSettings): T {
  const place = module.has(name) ? module : new Module(module.build, 'transformer');
  return place.weight(name, [heads, headDim]);
}

function writeHead<T>(root: Module<T>, config: Config, hidden: T, ids: T, settings: TransfoXlSettings): void {
  const words = root.at('transformer.word_emb');
  if (headOf(config) !== 'CausalLM') {
    causalHead(root, config, hidden, { ids, embedding: words, tiedByDefault: true, ...settings });
  } else if (headIsThere(root, 'CausalLM', 'crit.out_layers.0.bias')) {
    root.build.output('logits', adaptiveLogits(root.at('crit'), words, hidden, settings.adaptive));
  } else root.build.output('last_hidden_state', hidden);
}
