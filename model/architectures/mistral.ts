/**
 * Mistral: Llama's decoder in which every layer sees a window.
 *
 * Source: Jiang et al. 2023, "Mistral 7B".
 */
import { windowOf } from './layer-types.ts';
import { llamaFamily, llamaSettings } from './llama.ts';

/** Window of a configuration that does not name one. */
const WINDOW = 4096;

export const mistral = llamaFamily({
  modelTypes: ['mistral'],
  architecture: 'Mistral',
  settings: (config) => {
    const settings = llamaSettings(config);
    const window = windowOf(config, WINDOW);
    return { ...settings, layers: settings.layers.map((layer) => ({ ...layer, window })) };
  },
});
