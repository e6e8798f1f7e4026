/**
 * Qwen 2 and Qwen 3: Llama's decoder with biases on q, k, v (2), or a norm on each head of q and k (3); later layers may see a window.
 *
 * Sources: Qwen Team 2024, "Qwen2 Technical Report"; Qwen Team 2025, "Qwen3 Technical Report".
 */
import type { Config } from '../safetensors/config.ts';
import { layerTypesOf, windowOf } from './layer-types.ts';
import { llamaFamily, llamaSettings } from './llama.ts';
import type { LlamaSettings } from './llama-decoder.ts';

const WINDOW = 4096;
const FULL_LAYERS = 28;
/** d where a configuration of Qwen 3 has none. */
const HEAD_DIM = 128;

export const qwen2 = llamaFamily({ modelTypes: ['qwen2'], architecture: 'Qwen 2', settings: withWindows });

export const qwen3 = llamaFamily({
  modelTypes: ['qwen3'],
  architecture: 'Qwen 3',
  settings: (config) => ({ ...withWindows(config, HEAD_DIM), headNorm: true }),
});

/** Windows only with `use_sliding_window`, and then on the layers from `max_window_layers` on. */
function withWindows(config: Config, headDim?: number): LlamaSettings {
  const settings = llamaSettings(config, headDim);
  const window = config.flag('use_sliding_window', false) ? windowOf(config, WINDOW) : null;
  const full = config.count('max_window_layers', FULL_LAYERS);
  const types = layerTypesOf(config, settings.layers.length, (layer) => window !== null && layer >= full);
  return { ...settings, layers: settings.layers.map((kind, i) => ({ ...kind, window: types[i] === 'sliding_attention' ? window : null })) };
}
