import { type Json, string } from '../json.ts';
import { matcher } from '../pattern.ts';
import { Traced } from '../traced.ts';
import type { Decoder } from './index.ts';

/** Replace: every match within a token becomes `content`. */
export function replace(config: Json): Decoder {
  const find = matcher(config.pattern);
  const content = string(config.content, 'content of a Replace');
  const replaced = (token: string) => {
    const text = Traced.source(token);
    const matches = find(text);
    let out = '';
    let at = 0;
    for (let m = 0; m < matches.length; m += 2) {
      out += text.substring(at, matches[m]!) + content;
      at = matches[m + 1]!;
    }
    return out + text.substring(at, text.length);
  };
  return (tokens) => tokens.map(replaced);
}
