import { type Json, list } from '../json.ts';
import type { Traced } from '../traced.ts';
import { type PreTokenizer, preTokenizer } from './index.ts';

/** Pre-tokenizers one after the other, each on the pieces of the one before. */
export function sequence(config: Json): PreTokenizer {
  const steps = list(config.pretokenizers, 'pretokenizers of a Sequence').map(preTokenizer);
  return (piece) => steps.reduce<readonly Traced[]>((pieces, step) => pieces.flatMap((p) => step(p)), [piece]);
}
