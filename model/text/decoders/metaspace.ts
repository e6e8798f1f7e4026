import type { Json } from '../json.ts';
import { prependScheme, replacementOf } from '../pre-tokenizers/metaspace.ts';
import type { Decoder } from './index.ts';

/** Metaspace: ▁ becomes a space; in the first token it vanishes, as it was put there, unless the scheme is `never`. */
export function metaspace(config: Json): Decoder {
  const mark = String.fromCodePoint(replacementOf(config));
  const drops = prependScheme(config) !== 'never';
  return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && drops ? '' : ' '));
}
