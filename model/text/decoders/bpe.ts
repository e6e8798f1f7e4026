import { type Json, stringOr } from '../json.ts';
import type { Decoder } from './index.ts';

/** BPEDecoder: the end-of-word suffix becomes a space, at the very end nothing. */
export function bpe(config: Json): Decoder {
  const suffix = stringOr(config.suffix, '</w>', 'suffix');
  return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '));
}
