/** Which layers see the whole text and which a window of it. */
import type { Config } from '../safetensors/config.ts';

/** Length of the window, or null for none. A configuration that says null means none; one that says nothing means `byDefault`. */
export function windowOf(config: Config, byDefault: number | null): number | null {
  if (config.values.sliding_window === undefined) return byDefault;
  return config.has('sliding_window') ? config.count('sliding_window') : null;
}

/**
 * The type of every layer, as `layer_types` says; files without it follow the rule of their family.
 * @param isSliding the rule: whether layer i sees a window
 */
export function layerTypesOf(config: Config, layers: number, isSliding: (layer: number) => boolean): readonly string[] {
  const byRule = Array.from({ length: layers }, (_, layer) => (isSliding(layer) ? 'sliding_attention' : 'full_attention'));
  return config.texts('layer_types', byRule);
}
