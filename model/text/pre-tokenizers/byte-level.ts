import { byteStandIns } from '../bytes.ts';
import { boolean, type Json } from '../json.ts';
import { regexMatcher } from '../pattern.ts';
import { expand, prepended, type Traced } from '../traced.ts';
import { cut } from './cut.ts';
import type { PreTokenizer } from './index.ts';

/** GPT-2's pattern, `\s` being Unicode's White_Space. */
const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const findWords = regexMatcher(GPT2);

/** Number of stand-ins in front of each character. */
function standInOffsets(text: Traced): Uint32Array {
  const at = new Uint32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const to = byteStandIns(text.char(i));
    at[i + 1] = at[i]! + (typeof to === 'number' ? 1 : to.length);
  }
  return at;
}

/**
 * ByteLevel: a space in front if asked, words by GPT-2's pattern, characters as stand-ins for their bytes. The words are found before the text becomes
 * bytes, and cut after it, which spares a text for every word.
 */
export function byteLevel(config: Json): PreTokenizer {
  const prefix = boolean(config.add_prefix_space, true, 'add_prefix_space');
  const words = boolean(config.use_regex, true, 'use_regex');
  return (piece) => {
    const text = prefix && piece.length > 0 && piece.char(0) !== 0x20 ? prepended(piece, [0x20]) : piece;
    const bytes = expand(text, byteStandIns);
    if (!words) return [bytes];
    const at = standInOffsets(text);
    return cut(
      bytes,
      findWords(text).map((i) => at[i]!),
      'Isolated',
    );
  };
}
