import { boolean, type Json } from '../json.ts';
import { filter, Rewrite } from '../traced.ts';
import { isWhiteSpace } from '../unicode/sets.ts';
import type { Normalizer } from './index.ts';

/** Strip: drops White_Space at the ends. */
export function strip(config: Json): Normalizer {
  const left = boolean(config.strip_left, true, 'strip_left');
  const right = boolean(config.strip_right, true, 'strip_right');
  return (text) => {
    let a = 0;
    let b = text.length;
    if (left) while (a < b && isWhiteSpace(text.char(a))) a++;
    if (right) while (b > a && isWhiteSpace(text.char(b - 1))) b--;
    if (a === 0 && b === text.length) return text;
    if (a === b) return filter(text, () => false);
    const out = new Rewrite(text, a);
    for (let i = a; i < b; i++) out.keep(i);
    return out.done();
  };
}
