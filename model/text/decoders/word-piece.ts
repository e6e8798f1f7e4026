import { boolean, type Json, stringOr } from '../json.ts';
import { cleanUp } from './cleanup.ts';
import type { Decoder } from './index.ts';

/** WordPiece: continuations join what precedes, other tokens get a space before them. */
export function wordPiece(config: Json): Decoder {
  const prefix = stringOr(config.prefix, '##', 'prefix');
  const cleans = boolean(config.cleanup, true, 'cleanup');
  const join = (token: string, i: number) => (i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`);
  return (tokens) => tokens.map((token, i) => (cleans ? cleanUp(join(token, i)) : join(token, i)));
}
