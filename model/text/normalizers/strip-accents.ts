import { filter } from '../traced.ts';
import { strippedAccents } from '../unicode/sets.ts';
import type { Normalizer } from './index.ts';

/** StripAccents: removes combining marks. It does not decompose; NFD or NFKD stands before it in the list. */
export function stripAccents(): Normalizer {
  return (text) => filter(text, (c) => !strippedAccents.has(c));
}
