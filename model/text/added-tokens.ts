import { boolean, count, type Json, list, object, string } from './json.ts';
import type { Model } from './models/index.ts';
import type { Normalizer } from './normalizers/index.ts';
import { Traced } from './traced.ts';
import { isWhiteSpace, wordCharacters } from './unicode/sets.ts';

/** A token that is looked for in the text before the model sees it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Only where no word character touches it. */
  readonly singleWord: boolean;
  /** Takes the White_Space before it along. */
  readonly stripLeft: boolean;
  readonly stripRight: boolean;
  /** Looked for in the normalized text, by its normalized content. */
  readonly normalized: boolean;
  readonly special: boolean;
}

function addedToken(value: unknown): AddedToken {
  const json: Json = object(value, 'an added token');
  const content = string(json.content, 'content of an added token');
  const special = boolean(json.special, false, 'special');
  return {
    id: count(json.id, `the id of the added token ${JSON.stringify(content)}`),
    content,
    singleWord: boolean(json.single_word, false, 'single_word'),
    stripLeft: boolean(json.lstrip, false, 'lstrip'),
    stripRight: boolean(json.rstrip, false, 'rstrip'),
    normalized: boolean(json.normalized, !special, 'normalized'),
    special,
  };
}

/**
 * The `added_tokens` of a file, with the ids by which the library knows them: a token that the vocabulary has is that one, any other gets the next free
 * id, whatever the file says. Source: AddedVocabulary::add_tokens.
 */
export function addedTokens(value: unknown, { vocabulary, size }: Pick<Model, 'vocabulary' | 'size'>): readonly AddedToken[] {
  if (value === undefined || value === null) return [];
  const out = new Map<string, AddedToken>();
  let most = -1;
  for (const token of list(value, 'added_tokens').map(addedToken)) {
    if (token.content === '') continue;
    const id = out.get(token.content)?.id ?? vocabulary.get(token.content) ?? Math.max(size, most + 1);
    most = Math.max(most, id);
    out.set(token.content, { ...token, id });
  }
  return [...out.values()];
}

/** A stretch of text: an added token, or what lies between them. */
export interface Stretch {
  readonly text: Traced;
  readonly token: AddedToken | null;
}

interface Node {
  readonly next: Map<number, Node>;
  token: AddedToken | null;
}

/** A trie over UTF-16 code units. */
function trie(words: readonly (readonly [string, AddedToken])[]): Node {
  const root: Node = { next: new Map(), token: null };
  for (const [word, token] of words) {
    let node = root;
    for (let i = 0; i < word.length; i++) {
      const next = node.next.get(word.charCodeAt(i)) ?? { next: new Map(), token: null };
      node.next.set(word.charCodeAt(i), next);
      node = next;
    }
    if (word !== '') node.token ??= token;
  }
  return root;
}

/** The longest token that begins at UTF-16 offset `at`, and where it ends. */
function longest(root: Node, text: string, at: number): readonly [AddedToken, number] | null {
  let found: readonly [AddedToken, number] | null = null;
  let node = root.next.get(text.charCodeAt(at));
  for (let i = at + 1; node !== undefined; i++) {
    if (node.token !== null) found = [node.token, i];
    node = i < text.length ? node.next.get(text.charCodeAt(i)) : undefined;
  }
  return found;
}

/** Cuts texts at some added tokens: leftmost, longest; a hit that `singleWord` rules out is passed over whole. Source: AddedVocabulary::find_matches. */
class Finder {
  readonly #root: Node;
  constructor(words: readonly (readonly [string, AddedToken])[]) {
    this.#root = trie(words);
  }

  cut(text: Traced): Stretch[] {
    const out: Stretch[] = [];
    let done = 0;
    const between = (to: number) => {
      if (done < to) out.push({ text: text.slice(done, to), token: null });
    };
    for (const [token, hitStart, hitEnd] of this.hits(text)) {
      let a = hitStart;
      let b = hitEnd;
      if (token.stripLeft) while (a > 0 && isWhiteSpace(text.char(a - 1))) a--;
      if (token.stripLeft) a = Math.max(a, done);
      if (token.stripRight) while (b < text.length && isWhiteSpace(text.char(b))) b++;
      between(a);
      if (b > a) out.push({ text: text.slice(a, b), token });
      done = b;
    }
    between(text.length);
    return out;
  }

  private *hits(text: Traced): Generator<readonly [AddedToken, number, number]> {
    if (this.#root.next.size === 0) return;
    const whole = text.text;
    for (let at = 0; at < whole.length; ) {
      const hit = longest(this.#root, whole, at);
      if (hit === null) {
        at++;
        continue;
      }
      const [token, unitEnd] = hit;
      const a = text.index(at);
      const b = text.index(unitEnd);
      at = unitEnd;
      const touched = (i: number) => i >= 0 && i < text.length && wordCharacters.has(text.char(i));
      if (!token.singleWord || !(touched(a - 1) || touched(b))) yield [token, a, b];
    }
  }
}

/** Cuts a source at its added tokens and normalizes what lies between; both kinds of added tokens in the library's order. */
export function addedTokenCutter(tokens: readonly AddedToken[], normalize: Normalizer): (source: Traced) => Stretch[] {
  const verbatim = new Finder(tokens.filter((t) => !t.normalized).map((t) => [t.content, t]));
  const normalized = new Finder(tokens.filter((t) => t.normalized).map((t) => [normalize(Traced.source(t.content)).text, t]));
  return (source) =>
    verbatim.cut(source).flatMap((stretch) => (stretch.token !== null ? [stretch] : normalized.cut(normalize(stretch.text))));
}
