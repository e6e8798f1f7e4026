import { type Json, string } from '../json.ts';
import { prepended } from '../traced.ts';
import type { Normalizer } from './index.ts';

/** Prepend: puts a string in front of a text that is not empty. */
export function prepend(config: Json): Normalizer {
  const prefix = Array.from(string(config.prepend, 'prepend'), (c) => c.codePointAt(0)!);
  return (text) => prepended(text, prefix);
}
