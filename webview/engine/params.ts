/** What each graph of a model gets from the parameters of a run. */
import type { RunParams } from '../../model/protocol/engine.ts';
import type { Role } from './opening.ts';

/** Raw inputs of the whole model, as the decoder's own file calls them. */
const DECODER_NAMES: Readonly<Record<string, string>> = {
  decoder_input_ids: 'input_ids',
  decoder_attention_mask: 'attention_mask',
  attention_mask: 'encoder_attention_mask',
};

/**
 * The parameters for one graph. In a pair, raw inputs are named as the model as a whole names them: `input_ids` belongs to the encoder,
 * `decoder_input_ids` to the decoder, whose file calls it `input_ids`.
 * @param paired false for a file that is run alone: it gets raw inputs as they are
 */
export function paramsFor(role: Role, paired: boolean, params: RunParams): RunParams {
  if (!paired || role !== 'decoder' || !params.raw) return params;
  const { input_ids: _, ...rest } = params.raw;
  const raw = Object.entries(rest).map(([name, value]) => [DECODER_NAMES[name] ?? name, value] as const);
  return { ...params, raw: Object.fromEntries(raw) };
}
