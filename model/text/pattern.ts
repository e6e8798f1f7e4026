import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { HeadlightError } from '../errors.ts';
import { type Json, malformed, object, string } from './json.ts';
import { canExplode } from './regex/safety.ts';
import type { Traced } from './traced.ts';
import { NEWER } from './unicode/classes.ts';

/** Finds all matches in a text: first and past-the-last character of each, in a row. */
export type Matcher = (text: Traced) => readonly number[];

/** Longest regular expression that a file may bring. The longest known has 1,400 characters. */
const MAX_PATTERN = 20_000;

const hex = (c: number) => `\\u{${c.toString(16)}}`;
const NEWER_CHARACTERS = new RegExp(`[${NEWER.map((c, i) => (i % 2 === 0 ? hex(c) : `-${hex(c)}`)).join('')}]`, 'gu');

/** `text` with characters that the library's regular expressions do not know replaced by unassigned ones of the same UTF-16 length. */
function asTheLibraryKnows(text: string): string {
  NEWER_CHARACTERS.lastIndex = 0;
  if (!NEWER_CHARACTERS.test(text)) return text;
  return text.replace(NEWER_CHARACTERS, (c) => (c.length === 1 ? '\u0378' : '\u{50000}'));
}

/** All matches in a text may take this long; then the search is given up. */
const MAX_SEARCH_MS = 5_000;
/** Matches between two looks at the clock. */
const CLOCK_EVERY = 256;

/**
 * All matches of a global regular expression. As in the library, an empty match right after another one does not count.
 *
 * The clock is looked at between matches. A single match cannot be interrupted from inside JavaScript: expressions that can take exponential time are
 * refused when they are read (`canExplode`), and the extension host runs tokenizers in a thread that it ends when a call takes too long.
 * @throws HeadlightError 'limit' when the search takes too long
 */
export function regexMatcher(regex: RegExp, now: () => number = Date.now): Matcher {
  return (text) => {
    const found: number[] = [];
    const start = now();
    let last = -1;
    for (const match of asTheLibraryKnows(text.text).matchAll(regex)) {
      const a = match.index;
      const b = a + match[0].length;
      if (a === b && a === last) continue;
      found.push(text.index(a), text.index(b));
      last = b;
      if (found.length % (2 * CLOCK_EVERY) === 0 && now() - start > MAX_SEARCH_MS) {
        throw new HeadlightError(
          'limit',
          `A pattern of the tokenizer took more than ${MAX_SEARCH_MS / 1000} seconds on this text: ${regex.source.slice(0, 100)}`,
        );
      }
    }
    return found;
  };
}

/** All places of a fixed string, not overlapping. */
function stringMatcher(wanted: string): Matcher {
  return (text) => {
    const found: number[] = [];
    const whole = text.text;
    for (let a = whole.indexOf(wanted); a >= 0; a = whole.indexOf(wanted, a + wanted.length)) {
      found.push(text.index(a), text.index(a + wanted.length));
    }
    return found;
  };
}

/** The JavaScript expression for one of Oniguruma's, by the package. */
function translate(source: string): RegExp {
  if (source.length > MAX_PATTERN) {
    throw new HeadlightError('limit', `The tokenizer has a pattern of ${source.length} characters; ${MAX_PATTERN} are allowed.`);
  }
  type Config = ConstructorParameters<typeof SplitPreTokenizer>[0];
  const config = { type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false } as unknown as Config;
  let pattern: RegExp | null;
  try {
    pattern = new SplitPreTokenizer(config).pattern;
  } catch (cause) {
    throw new HeadlightError('tokenizer', `The tokenizer has a pattern that cannot be run here: ${source.slice(0, 200)}`, { cause });
  }
  if (pattern === null) throw malformed('a pattern is empty');
  if (canExplode(pattern.source)) {
    throw new HeadlightError('tokenizer', `The tokenizer has a pattern that some texts would keep busy for ever: ${source.slice(0, 200)}`);
  }
  return pattern;
}

/** The matcher for a `pattern` of tokenizer.json: `{ String }` or `{ Regex }` (Oniguruma). @throws HeadlightError 'tokenizer' */
export function matcher(pattern: unknown): Matcher {
  const json: Json = object(pattern, 'a pattern');
  if (json.String !== undefined) {
    const wanted = string(json.String, 'a pattern');
    return wanted === '' ? () => [] : stringMatcher(wanted);
  }
  return regexMatcher(translate(string(json.Regex, 'a pattern')));
}
