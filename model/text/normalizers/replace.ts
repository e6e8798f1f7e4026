import { type Json, string } from '../json.ts';
import { type Matcher, matcher } from '../pattern.ts';
import { Rewrite, type Traced } from '../traced.ts';
import type { Normalizer } from './index.ts';

/** Writes `content` for every match, each of its characters with the origin of the match's last character (of the one before, for an empty match). */
function replaceAll(text: Traced, find: Matcher, content: readonly number[]): Traced {
  const matches = find(text);
  if (matches.length === 0) return text;
  const out = new Rewrite(text);
  let at = 0;
  for (let m = 0; m < matches.length; m += 2) {
    const [a, b] = [matches[m]!, matches[m + 1]!];
    for (; at < a; at++) out.keep(at);
    const origin = b - 1;
    const start = origin < 0 ? text.start : text.startOf(origin);
    const end = origin < 0 ? text.start : text.endOf(origin);
    for (const c of content) out.add(c, start, end);
    at = b;
  }
  for (; at < text.length; at++) out.keep(at);
  return out.done();
}

/** Replace: every match of a string or regular expression becomes `content`. */
export function replace(config: Json): Normalizer {
  const find = matcher(config.pattern);
  const content = Array.from(string(config.content, 'content of a Replace'), (c) => c.codePointAt(0)!);
  return (text) => replaceAll(text, find, content);
}
