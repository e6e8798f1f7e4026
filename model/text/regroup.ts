/**
 * Weights between sub-word tokens as weights between words, lines or sentences.
 *
 * The rule: keys are summed, queries averaged, so that every row keeps its sum. W'[q, k] = 1/|q| · Σ_{i ∈ q} Σ_{j ∈ k} W[i, j].
 */
import { HeadlightError } from '../errors.ts';
import type { Token } from '../protocol/panel.ts';
import type { TextRange } from './types.ts';

export const UNITS = ['token', 'word', 'line', 'sentence'] as const;
export type Unit = (typeof UNITS)[number];

/** The rule in a sentence, for tooltips. */
export const REGROUP_RULE = 'Weights to the tokens of a group are summed, weights from them averaged; every row keeps its sum.';

/** Tokens that count as one; every token is in exactly one group. */
export interface Group extends TextRange {
  /** Indices of its tokens, ascending. */
  readonly tokens: readonly number[];
  /** What stands there in the text; for a special token that nobody typed, its piece. */
  readonly label: string;
  readonly segment: 0 | 1;
}

/** Cuts of a text: sorted offsets where a unit begins, the text's length last. */
function bounds(text: string, unit: Unit, locale: string | undefined): number[] {
  if (unit === 'line') {
    const ends = Array.from(text.matchAll(/\r\n|\r|\n/g), (m) => m.index + m[0].length);
    return [0, ...ends.filter((at) => at < text.length), text.length];
  }
  const granularity = unit === 'sentence' ? 'sentence' : 'word';
  const starts = Array.from(new Intl.Segmenter(locale, { granularity }).segment(text), ({ index }) => index);
  return [...starts, text.length];
}

/** Number of the unit that holds offset `at`. */
function unitAt(cuts: readonly number[], at: number): number {
  let low = 0;
  let high = cuts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (cuts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A range without the White_Space at its ends; a blank one gives its first character alone. */
function core(text: string, { start, end }: TextRange): TextRange {
  const inside = text.slice(start, end);
  const lead = inside.length - inside.trimStart().length;
  if (lead === inside.length) return { start, end: Math.min(start + 1, Math.max(start, end)) };
  return { start: start + lead, end: start + inside.trimEnd().length };
}

/** Numbers of the units that each token touches, united wherever one token touches several. */
class Units {
  readonly #root: number[];
  constructor(private readonly cuts: readonly number[]) {
    this.#root = cuts.map((_, i) => i);
  }
  /** The number that stands for all units united with unit i. */
  find(i: number): number {
    let at = i;
    while (this.#root[at] !== at) at = this.#root[at]!;
    return at;
  }
  unite({ start, end }: TextRange): number {
    const first = this.find(unitAt(this.cuts, start));
    for (let i = unitAt(this.cuts, Math.max(start, end - 1)); i > first; i--) this.#root[this.find(i)] = first;
    return first;
  }
}

function groupOf(indices: readonly number[], tokens: readonly Token[], cores: readonly TextRange[], text: string): Group {
  const first = tokens[indices[0]!]!;
  if (first.special) return { tokens: indices, start: first.start, end: first.end, label: first.piece, segment: first.segment };
  const start = Math.min(...indices.map((i) => cores[i]!.start));
  const range = core(text, { start, end: Math.max(...indices.map((i) => cores[i]!.end)) });
  return { ...range, tokens: indices, label: text.slice(range.start, range.end), segment: first.segment };
}

/**
 * Tokens grouped by unit, in the order of their first tokens. Special tokens that nobody typed stay alone. A token belongs where its first character
 * that is no space stands; units that one token straddles count as one.
 *
 * @param texts the text and, of a pair, the second one
 * @param locale for words and sentences (`Intl.Segmenter`); the engine's own by default
 */
export function groupTokens(tokens: readonly Token[], texts: readonly string[], unit: Unit, locale?: string): readonly Group[] {
  const textOf = (token: Token) => texts[token.segment] ?? '';
  const cores = tokens.map((token) => (token.special ? token : core(textOf(token), token)));
  const units = unit === 'token' ? [] : texts.map((text) => new Units(bounds(text, unit, locale)));
  // Everything is united before anything is asked: a later token may join the units of earlier ones.
  if (unit !== 'token') for (const [i, token] of tokens.entries()) if (!token.special) units[token.segment]?.unite(cores[i]!);
  const groups = new Map<string, number[]>();
  for (const [i, token] of tokens.entries()) {
    const place = token.special ? undefined : units[token.segment]?.unite(cores[i]!);
    const key = place === undefined ? `token ${i}` : `${token.segment} ${place}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [i]);
    else members.push(i);
  }
  return Array.from(groups.values(), (indices) => groupOf(indices, tokens, cores, textOf(tokens[indices[0]!]!)));
}

function checkGroups(groups: readonly Group[], count: number, what: string): void {
  const total = groups.reduce((sum, g) => sum + g.tokens.length, 0);
  if (total === count) return;
  throw new HeadlightError('shape', `regroup: the ${what} groups hold ${total} tokens, the weights have ${count}`);
}

/**
 * Weights [T, S] of tokens as weights [|queries|, |keys|] of groups.
 * @throws HeadlightError 'shape' if the groups do not hold each query and key once
 */
export function regroup(weights: Float32Array, queries: readonly Group[], keys: readonly Group[]): Float32Array {
  const S = keys.reduce((sum, g) => sum + g.tokens.length, 0);
  const T = S === 0 ? 0 : weights.length / S;
  checkGroups(queries, T, 'query');
  const out = new Float32Array(queries.length * keys.length);
  queries.forEach((query, q) => {
    keys.forEach((key, k) => {
      let sum = 0;
      for (const i of query.tokens) for (const j of key.tokens) sum += weights[i * S + j]!;
      out[q * keys.length + k] = sum / query.tokens.length;
    });
  });
  return out;
}

/** One query's weights [S] as weights [|keys|]: sums. @throws HeadlightError 'shape' if the groups do not hold each key once */
export function regroupRow(row: Float32Array, keys: readonly Group[]): Float32Array {
  checkGroups(keys, row.length, 'key');
  return Float32Array.from(keys, ({ tokens }) => tokens.reduce((sum, j) => sum + row[j]!, 0));
}
