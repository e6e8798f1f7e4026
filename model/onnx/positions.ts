/**
 * Position ids as models that take them from outside expect them.
 *
 * Source: transformers `create_position_ids_from_input_ids` (RoBERTa), `prepare_inputs_for_generation` (decoders: running count of the
 * mask, 1 where masked); transformers.js `createPositionIds` (PaliGemma, Gemma 3 count from 1).
 */

const ROBERTA: ReadonlySet<string> = new Set([
  'roberta',
  'xlm-roberta',
  'xlm-roberta-xl',
  'camembert',
  'roberta-prelayernorm',
  'xmod',
  'mpnet',
  'longformer',
  'data2vec-text',
  'esm',
]);
const FROM_ONE: ReadonlySet<string> = new Set(['paligemma', 'gemma3', 'gemma3_text']);

/** The number of the first position in a family: RoBERTa's table starts behind its padding index. */
export function firstPosition(family: string, padding: number | null): number {
  if (ROBERTA.has(family)) return (padding ?? 1) + 1;
  return FROM_ONE.has(family) ? 1 : 0;
}

/**
 * One position for each token: the count of attended tokens before it, 1 where the token is masked.
 * @param mask 1 = attend
 * @param past positions already in a cache
 */
export function positionsOf(mask: readonly number[], first: number, past: number): number[] {
  let next = first + past;
  return mask.map((attended) => (attended ? next++ : 1));
}
