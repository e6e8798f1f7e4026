/**
 * What BART, mBART, Marian and FSMT have in common: two texts, words and positions embedded on each side, layers, output weights.
 */
import { activation } from '../blocks/activations.ts';
import { causalPaddingMask, paddingMask } from '../blocks/masks.ts';
import { encoded, type Module } from '../blocks/module.ts';
import { layerNorm } from '../blocks/norms.ts';
import type { Config } from '../safetensors/config.ts';
import { classPlan, type FirstToken } from './bart-classes.ts';
import { bartDecoder, bartEncoder, EPSILON, type LayerSettings, type StackSizes } from './bart-layers.ts';
import {
  hasDecoder,
  isEncoderAlone,
  type OutputPlaces,
  outputLogits,
  sightOf,
  sourceInputs,
  type TokenInputs,
  targetInputs,
} from './encoder-decoder.ts';
import type { Description, Family } from './family.ts';
import { headOf } from './heads.ts';
import { attentionMask, inputIds } from './inputs.ts';
import { divide } from './options.ts';

export type Side = 'encoder' | 'decoder';

export interface BartSettings extends LayerSettings {
  readonly vocabulary: number;
  readonly maxTokens: number;
  /** What word embeddings are multiplied with. */
  readonly factor: number;
  /** A LayerNorm on the sum of words and positions. */
  readonly embeddingNorm: boolean;
  /** False where a side may have a table of words of its own. */
  readonly tied: boolean;
}

/** What a family of BART's kind says of itself. */
export interface BartKin<S extends BartSettings> {
  readonly modelTypes: readonly string[];
  readonly architecture: string;
  /** What the model knows about order, in words. */
  readonly positions: string;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** @throws HeadlightError for a configuration that lacks something or has an option that is not done here */
  readonly settings: (config: Config) => S;
  /** Word embeddings, times their factor: int64 [B, T] → [B, T, D] */
  readonly words: <T>(root: Module<T>, side: Side, ids: T, settings: S) => T;
  /** Positions of a side, to be added: int64 [B, T] → [.., T, D] */
  readonly places: <T>(module: Module<T>, ids: T, settings: S) => T;
  /** Where the output weights are. */
  readonly output: <T>(root: Module<T>, config: Config, settings: S) => Omit<OutputPlaces<T>, 'width'>;
  /** What a classifier's target starts with, where classifiers are built as BART's. */
  readonly classes?: FirstToken;
  /** The target's mask where no run gives one, int64 [B, T]; all ones unless said. */
  readonly targetMask?: <T>(root: Module<T>, config: Config, target: TokenInputs<T>) => T;
}

/** A family whose model is BART's with other embeddings, norms and output weights. */
export function bartFamily<S extends BartSettings>(kin: BartKin<S>): Family {
  return {
    modelTypes: kin.modelTypes,
    prefix: 'model.',
    aliases: kin.aliases,
    describe: (config) => describeBart(config, kin.architecture, kin.positions, kin.settings(config)),
    build: (root, config) => {
      const settings = kin.settings(config);
      if (headOf(config) === 'CausalLM') {
        decoderAlone(root, config, kin, settings);
        return;
      }
      const { ids, mask } = sourceInputs(root.build);
      const alone = !hasDecoder(root, config, 'model.decoder.layers.0.fc1.weight');
      const memory = encoded(root.build, settings.width, () => {
        const embedded = embed(root, 'encoder', ids, kin, settings);
        return bartEncoder(root.at('model.encoder'), embedded, { visible: paddingMask(root.ops, mask), alone }, settings);
      });
      if (alone) root.build.output('last_hidden_state', memory);
      else target(root, config, { ids, memory, mask }, kin, settings);
    },
  };
}

/** A language model of the decoder's layers, without a source: what they would see of one is left out. */
function decoderAlone<T, S extends BartSettings>(root: Module<T>, config: Config, kin: BartKin<S>, settings: S): void {
  const [ids, mask] = [inputIds(root.build), attentionMask(root.build)];
  const sight = { visible: causalPaddingMask(root.ops, mask), memory: null, visibleMemory: null };
  const hidden = bartDecoder(root.at('model.decoder'), embed(root, 'decoder', ids, kin, settings), sight, settings);
  writeWords(root, config, hidden, kin.output(root, config, settings), settings);
}

/** Heads are the encoder's, or those of a decoder alone; the decoder beside an encoder may have others. */
export function describeBart(config: Config, architecture: string, positions: string, settings: BartSettings): Description {
  const { encoder, decoder, maxTokens, vocabulary } = settings;
  const alone = headOf(config) === 'CausalLM';
  const { heads, headDim } = alone ? decoder : encoder;
  const layers = (alone ? 0 : encoder.layers) + (isEncoderAlone(config) ? 0 : decoder.layers);
  return { architecture, layers, heads, kvHeads: heads, headDim, positions, maxTokens, vocabulary };
}

/** The decoder and its head: what the head says, or `last_hidden_state` [B, T, D], and `encoder_last_hidden_state` [B, S, D]. */
function target<T, S extends BartSettings>(
  root: Module<T>,
  config: Config,
  source: TokenInputs<T> & { readonly memory: T },
  kin: BartKin<S>,
  settings: S,
): void {
  const { build } = root;
  const classes = kin.classes ? classPlan(root, config, { ids: source.ids, first: kin.classes, width: settings.width }) : null;
  const { ids, mask } = classes?.target ?? givenTarget(root, config, kin);
  const embedded = embed(root, 'decoder', ids, kin, settings);
  const hidden = bartDecoder(root.at('model.decoder'), embedded, sightOf(build, source.memory, source.mask, mask), settings);
  if (classes !== null) classes.write(hidden);
  else writeWords(root, config, hidden, kin.output(root, config, settings), settings);
  build.output('encoder_last_hidden_state', source.memory);
}

/** The target that a run gives, with its mask. */
function givenTarget<T, S extends BartSettings>(root: Module<T>, config: Config, kin: BartKin<S>): TokenInputs<T> {
  const given = targetInputs(root.build, config);
  return { ...given, mask: kin.targetMask?.(root, config, given) ?? given.mask };
}

/** `logits`, with their bias where there is one, or `last_hidden_state` */
function writeWords<T>(root: Module<T>, config: Config, hidden: T, places: Omit<OutputPlaces<T>, 'width'>, { width }: BartSettings): void {
  const { build, ops } = root;
  const logits = outputLogits(root, config, hidden, { ...places, width });
  const bias = root.has('final_logits_bias') ? root.weight('final_logits_bias', [1, places.vocabulary]) : null;
  if (logits === null) build.output('last_hidden_state', hidden);
  else build.output('logits', bias === null ? logits : ops.add(logits, bias));
}

/** words·factor + positions, through a norm where there is one: int64 [B, T] → [B, T, D] */
function embed<T, S extends BartSettings>(root: Module<T>, side: Side, ids: T, kin: BartKin<S>, settings: S): T {
  const module = root.at(`model.${side}`);
  const sum = root.ops.add(kin.words(root, side, ids, settings), kin.places(module, ids, settings));
  return settings.embeddingNorm ? layerNorm(module.at('layernorm_embedding'), sum, settings.width, EPSILON) : sum;
}

/**
 * The sizes that configurations of this kind spell alike.
 * @param defaults what the family means where its configuration says nothing
 */
export function bartSettings(
  config: Config,
  defaults: { readonly activation: string; readonly scaled: boolean } = { activation: 'gelu', scaled: false },
): Omit<BartSettings, 'normFirst' | 'embeddingNorm' | 'vocabulary' | 'maxTokens'> {
  const width = config.count(['d_model', 'hidden_size']);
  return {
    width,
    encoder: stackSizes(config, 'encoder', width),
    decoder: stackSizes(config, 'decoder', width),
    f: activation(config.text('activation_function', defaults.activation)),
    factor: config.flag('scale_embedding', defaults.scaled) ? Math.sqrt(width) : 1,
    tied: config.flag('tie_word_embeddings', true),
  };
}

function stackSizes(config: Config, side: Side, width: number): StackSizes {
  const heads = config.count(`${side}_attention_heads`);
  const headDim = divide(config, `the head size of the ${side}`, width, heads);
  return { layers: config.count(`${side}_layers`), heads, headDim, inner: config.count(`${side}_ffn_dim`) };
}
