/**
 * Rotary positions as configurations write them (`rope_parameters`; older spellings have been brought to it).
 */
import type { RotaryScaling, RotarySettings } from '../blocks/positions/rotary-frequencies.ts';
import { HeadlightError } from '../errors.ts';
import { Config, type ConfigValues } from '../safetensors/config.ts';

/**
 * The rotary positions of a model, or of one type of its layers.
 * @param headDim d
 * @param defaultBase base where the configuration has none
 * @param layerType key of `rope_parameters` where layers differ (`full_attention`, `sliding_attention`)
 * @throws HeadlightError `unsupported` for a scaling that is not known here
 */
export function ropeOf(config: Config, headDim: number, defaultBase = 10_000, layerType = 'full_attention'): RotarySettings {
  const parameters = parametersOf(config, layerType);
  const spread = Math.floor(headDim * parameters.number('partial_rotary_factor', 1));
  const columns = spread + (spread % 2);
  return { columns, spread, base: parameters.number('rope_theta', defaultBase), scaling: scalingOf(config, parameters) };
}

function parametersOf(config: Config, layerType: string): Config {
  if (!config.has('rope_parameters')) return new Config({}, config.where);
  const all = config.section('rope_parameters');
  const own = all.values[layerType];
  return typeof own === 'object' && own !== null ? new Config(own as ConfigValues, `${all.where}, ${layerType}`) : all;
}

const SCALINGS: Readonly<Record<string, (parameters: Config, config: Config) => RotaryScaling>> = {
  default: () => ({ type: 'default' }),
  linear: (parameters) => ({ type: 'linear', factor: parameters.number('factor') }),
  dynamic: (parameters, config) => ({
    type: 'dynamic',
    factor: parameters.number('factor'),
    positions: config.count('max_position_embeddings'),
  }),
  llama3: (parameters) => ({
    type: 'llama3',
    factor: parameters.number('factor'),
    lowFrequencyFactor: parameters.number('low_freq_factor'),
    highFrequencyFactor: parameters.number('high_freq_factor'),
    positions: parameters.count('original_max_position_embeddings'),
  }),
  yarn,
  longrope,
  su: longrope,
};

function scalingOf(config: Config, parameters: Config): RotaryScaling {
  const type = parameters.text(['rope_type', 'type'], 'default');
  const read = Object.hasOwn(SCALINGS, type) ? SCALINGS[type] : undefined;
  if (read === undefined) {
    throw new HeadlightError(
      'unsupported',
      `${parameters.where}: rope_type ${type} is not known here; known are ${Object.keys(SCALINGS).join(', ')}.`,
    );
  }
  return read(parameters, config);
}

function yarn(parameters: Config, config: Config): RotaryScaling {
  const longest = config.count('max_position_embeddings');
  const positions = parameters.count('original_max_position_embeddings', longest);
  const factor = parameters.number('factor', longest / positions);
  return {
    type: 'yarn',
    factor,
    positions,
    betaFast: parameters.number('beta_fast', 32),
    betaSlow: parameters.number('beta_slow', 1),
    truncate: parameters.flag('truncate', true),
    attentionFactor: parameters.number('attention_factor', yarnAttentionFactor(parameters, factor)),
  };
}

/** 0.1·m·ln(factor) + 1 (YaRN, 3.4); DeepSeek's files divide two of these. */
function yarnAttentionFactor(parameters: Config, factor: number): number {
  const withScale = (m: number): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  const [one, all] = [parameters.number('mscale', 0), parameters.number('mscale_all_dim', 0)];
  return one === 0 || all === 0 ? withScale(1) : withScale(one) / withScale(all);
}

function longrope(parameters: Config, config: Config): RotaryScaling {
  const longest = config.count('max_position_embeddings');
  const original = config.count('original_max_position_embeddings', parameters.count('original_max_position_embeddings', longest));
  const factor = config.has('original_max_position_embeddings') ? longest / original : parameters.number('factor', longest / original);
  const attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  return {
    type: 'longrope',
    short: parameters.numbers('short_factor'),
    long: parameters.numbers('long_factor'),
    positions: original,
    attentionFactor: parameters.number('attention_factor', attention),
  };
}
