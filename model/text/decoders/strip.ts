import { count, type Json, string } from '../json.ts';
import type { Decoder } from './index.ts';

/** Strip: takes up to `start` and `stop` copies of a character off a token's ends. */
export function strip(config: Json): Decoder {
  const content = string(config.content, 'content of a Strip');
  const start = count(config.start ?? 0, 'start of a Strip');
  const stop = count(config.stop ?? 0, 'stop of a Strip');
  const stripped = (token: string) => {
    const chars = Array.from(token);
    let a = 0;
    while (a < start && chars[a] === content) a++;
    let b = chars.length;
    while (chars.length - b < stop && b > a && chars[b - 1] === content) b--;
    return chars.slice(a, b).join('');
  };
  return (tokens) => tokens.map(stripped);
}
