/**
 * Gemma, Gemma 2 and Gemma 3 (text): embeddings × √D, gains of norms stored minus 1; since 2 a norm around each sublayer and layers with a
 * window in turn with full ones; 2 caps scores and logits, 3 has a norm on each head of q and k and two rotary bases,
 * and may look both ways (EmbeddingGemma).
 *
 * Sources: Gemma Team 2024, "Gemma"; 2024, "Gemma 2"; 2025, "Gemma 3 Technical Report".
 */
import type { Config } from '../safetensors/config.ts';
import { layerTypesOf, windowOf } from './layer-types.ts';
import { llamaFamily, llamaSettings } from './llama.ts';
import type { LayerKind, LlamaSettings } from './llama-decoder.ts';
import { refuseUnless } from './options.ts';
import { ropeOf } from './rope.ts';

/** What configurations of these families mean when they do not say. */
const HEAD_DIM = 256;
const WINDOW = 4096;
const SCALAR = 256;
const PATTERN_OF_3 = 6;
const BASE = 10_000;
const FULL_BASE_OF_3 = 1_000_000;

export const gemma = llamaFamily({
  modelTypes: ['gemma'],
  architecture: 'Gemma',
  settings: (config) => causalAlone(config, gemmaSettings(config)),
  tiedByDefault: true,
});

export const gemma2 = llamaFamily({
  modelTypes: ['gemma2'],
  architecture: 'Gemma 2',
  tiedByDefault: true,
  logitCap: 'final_logit_softcapping',
  settings: (config) => {
    const settings = gemmaSettings(config);
    const types = layerTypesOf(config, settings.layers.length, (layer) => layer % 2 === 0);
    const rope = { name: 'rotary_emb', settings: ropeOf(config, settings.headDim) };
    const layers = layersOf(types, windowOf(config, WINDOW), { full_attention: rope, sliding_attention: rope });
    const softcap = config.has('attn_logit_softcapping') ? config.number('attn_logit_softcapping') : null;
    return causalAlone(config, { ...settings, ...laterSettings(config), softcap, layers });
  },
});

export const gemma3 = llamaFamily({
  modelTypes: ['gemma3_text'],
  architecture: 'Gemma 3',
  tiedByDefault: true,
  logitCap: 'final_logit_softcapping',
  settings: (config) => {
    const settings = gemmaSettings(config);
    const pattern = config.count(['sliding_window_pattern', '_sliding_window_pattern'], PATTERN_OF_3);
    const types = layerTypesOf(config, settings.layers.length, (layer) => (layer + 1) % pattern !== 0);
    const ropes = {
      full_attention: { name: 'rotary_emb', settings: ropeOf(config, settings.headDim, FULL_BASE_OF_3) },
      sliding_attention: { name: 'rotary_emb_local', settings: ropeOf(config, settings.headDim, BASE, 'sliding_attention') },
    };
    const causal = !config.flag('use_bidirectional_attention', false);
    const window = windowOf(config, WINDOW);
    // Half of the window lies on either side of a token that sees both.
    const layers = layersOf(types, window === null || causal ? window : Math.floor(window / 2) + 1, ropes);
    return { ...settings, ...laterSettings(config), headNorm: true, causal, layers };
  },
});

function gemmaSettings(config: Config): LlamaSettings {
  const settings = llamaSettings(config, HEAD_DIM);
  return {
    ...settings,
    gain: 'gain - 1',
    activation: config.text(['hidden_activation', 'hidden_act'], 'gelu_pytorch_tanh'),
    embeddingFactor: Math.sqrt(settings.width),
  };
}

/** What came with Gemma 2: norms around each sublayer, a scale of its own. */
function laterSettings(config: Config): Pick<LlamaSettings, 'outerNorm' | 'scale'> {
  return { outerNorm: true, scale: config.number('query_pre_attn_scalar', SCALAR) ** -0.5 };
}

/** @throws HeadlightError `unsupported` for one whose tokens see what comes after them */
function causalAlone(config: Config, settings: LlamaSettings): LlamaSettings {
  refuseUnless(!config.flag('use_bidirectional_attention', false), config, 'use_bidirectional_attention');
  return settings;
}

function layersOf(types: readonly string[], window: number | null, ropes: Readonly<Record<string, LayerKind['rope']>>): LayerKind[] {
  return types.map((type) => ({ rope: ropes[type]!, window: type === 'sliding_attention' ? window : null }));
}
