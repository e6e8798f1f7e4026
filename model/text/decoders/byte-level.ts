import { standInByte } from '../bytes.ts';
import { fromUtf8, utf8 } from '../utf8.ts';
import type { Decoder } from './index.ts';

/** A token's bytes by its stand-ins; one with any other character stands for itself. */
function bytesOf(token: string): readonly number[] {
  const bytes: number[] = [];
  for (const c of token) {
    const b = standInByte(c.codePointAt(0)!);
    if (b === undefined) return utf8(token);
    bytes.push(b);
  }
  return bytes;
}

/** ByteLevel: all tokens' bytes as one text; what is not UTF-8 becomes U+FFFD. */
export function byteLevel(): Decoder {
  return (tokens) => [fromUtf8(tokens.flatMap(bytesOf))];
}
