import { Rewrite, type Traced } from '../traced.ts';
import { inert } from '../unicode/sets.ts';
import type { Normalizer } from './index.ts';

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** Characters with what each changes (see `Rewrite.put`). */
interface Edits {
  readonly chars: number[];
  readonly changes: number[];
}

const known = { NFD: new Map<number, readonly number[]>(), NFKD: new Map<number, readonly number[]>() };

/** The decomposition of one code point. */
function decomposition(c: number, form: 'NFD' | 'NFKD'): readonly number[] {
  let parts = known[form].get(c);
  if (parts === undefined) {
    parts = Array.from(String.fromCodePoint(c).normalize(form), (p) => p.codePointAt(0)!);
    known[form].set(c, parts);
  }
  return parts;
}

function textOf(chars: readonly number[]): string {
  let text = '';
  for (const c of chars) text += String.fromCodePoint(c);
  return text;
}

/**
 * Characters [a, b) decomposed and put into canonical order. The order needs no table of combining classes: the engine's own normalization of the
 * decomposed text is a stable permutation of it, so its characters are walked and each takes the next waiting one that is equal.
 */
function decompose(text: Traced, a: number, b: number, form: 'NFD' | 'NFKD'): Edits {
  const chars: number[] = [];
  const changes: number[] = [];
  for (let i = a; i < b; i++) {
    decomposition(text.char(i), form).forEach((p, n) => {
      chars.push(p);
      changes.push(n === 0 ? 0 : 1);
    });
  }
  const unordered = textOf(chars);
  const ordered = unordered.normalize('NFD');
  return ordered === unordered ? { chars, changes } : reorder(chars, changes, ordered);
}

function reorder(chars: readonly number[], changes: readonly number[], ordered: string): Edits {
  const waiting = new Map<number, number[]>();
  for (let i = chars.length - 1; i >= 0; i--) {
    const queue = waiting.get(chars[i]!);
    if (queue === undefined) waiting.set(chars[i]!, [changes[i]!]);
    else queue.push(changes[i]!);
  }
  const out: Edits = { chars: [], changes: [] };
  for (const p of ordered) {
    const c = p.codePointAt(0)!;
    out.chars.push(c);
    out.changes.push(waiting.get(c)!.pop()!);
  }
  return out;
}

/**
 * Composes decomposed characters. The engine says what comes out; each result takes the first unused character and then, for each further part of its
 * own decomposition, the next unused equal one. Its change is the sum of its parts' changes less the number of parts that were saved.
 */
function compose(edits: Edits): Edits {
  const { chars, changes } = edits;
  const composed = textOf(chars).normalize('NFC');
  const used = new Uint8Array(chars.length);
  const out: Edits = { chars: [], changes: [] };
  let first = 0;
  for (const p of composed) {
    const c = p.codePointAt(0)!;
    const parts = decomposition(c, 'NFD');
    while (used[first] === 1) first++;
    let change = 0;
    let at = first;
    for (let n = 0; n < parts.length; n++, at++) {
      if (n > 0) while (at < chars.length && (used[at] === 1 || chars[at] !== parts[n])) at++;
      used[at] = 1;
      change += changes[at]!;
    }
    out.chars.push(c);
    out.changes.push(change - (parts.length - 1));
  }
  return out;
}

/** A text in one of Unicode's normalization forms, as the library's older tables make it: characters they do not know cut the text and stay. */
export function normalize(text: Traced, form: Form): Traced {
  const whole = text.text;
  if (whole.normalize(form) === whole) return text;
  const decomposed = form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD';
  const out = new Rewrite(text);
  for (let a = 0; a < text.length; a++) {
    let b = a;
    while (b < text.length && !inert.has(text.char(b))) b++;
    const parts = decompose(text, a, b, decomposed);
    const edits = form === decomposed ? parts : compose(parts);
    for (let i = 0; i < edits.chars.length; i++) out.put(edits.chars[i]!, edits.changes[i]!);
    if (b < text.length) out.put(text.char(b), 0);
    a = b;
  }
  return out.done();
}

/** NFC, NFD, NFKC, NFKD. */
export function unicodeForm(form: Form): () => Normalizer {
  return () => (text) => normalize(text, form);
}
