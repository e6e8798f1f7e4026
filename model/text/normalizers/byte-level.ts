import { byteStandIns } from '../bytes.ts';
import { expand } from '../traced.ts';
import type { Normalizer } from './index.ts';

/** ByteLevel as a normalizer: every character becomes its UTF-8 bytes as stand-in characters, all with its origin. */
export function byteLevel(): Normalizer {
  return (text) => expand(text, byteStandIns);
}
